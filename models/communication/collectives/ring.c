/*
 * ring: each rank sends to the next one, a chunk per step. n - 1 steps scatter the sums, n - 1 more gather them, so an
 * all_reduce sends 2 (n-1)/n of the buffer per rank, the least possible (Patarasu, Yuan, JPDC 2009). A broadcast is a
 * chain from rank 0 to the last through which the buffer streams, a reduce the same chain backwards.
 */
#include "models/communication/collective.h"

static const char *ring_needs(const CollectiveCall *call) {
    if (call->kind == COLLECTIVE_ALL_TO_ALL)
        return "another kind than all_to_all";
    return call->kind == COLLECTIVE_SEND_RECV && call->ranks != 2 ? "2 ranks for send_recv" : NULL;
}

static int ring_phases(const CollectiveCall *call, CollectivePhase *phases) {
    int count = 0;
    if (call->ranks == 1)
        return 0;
    if (call->kind == COLLECTIVE_SEND_RECV) {
        phases[0] = (CollectivePhase){.steps = 1};
        return 1;
    }
    bool chain = call->kind == COLLECTIVE_BROADCAST || call->kind == COLLECTIVE_REDUCE;
    phases[count++] = (CollectivePhase){.steps = call->ranks - 1, .pipelined = chain};
    if (call->kind == COLLECTIVE_ALL_REDUCE)
        phases[count++] = (CollectivePhase){.steps = call->ranks - 1, .repeats = true};
    return count;
}

/* The whole buffer moves one rank on, towards rank 0 for a reduce. */
static int chain_sends(const CollectiveCall *call, int step, int rank, CollectiveSend *sends) {
    bool reduces = call->kind == COLLECTIVE_REDUCE;
    int sender = reduces ? call->ranks - 1 - step : step;
    sends[0] = (CollectiveSend){.to_rank = reduces ? rank - 1 : rank + 1,
                                .bytes = call->bytes,
                                .chunks = call->ranks,
                                .chunk_stride = 1,
                                .reduces = reduces};
    return rank == sender ? 1 : 0;
}

static int ring_sends(const CollectiveCall *call, int phase, int step, int rank, CollectiveSend *sends) {
    if (call->kind == COLLECTIVE_SEND_RECV) {
        sends[0] = (CollectiveSend){.to_rank = 1, .bytes = call->bytes, .chunks = 1, .chunk_stride = 1};
        return rank == 0 ? 1 : 0;
    }
    if (call->kind == COLLECTIVE_BROADCAST || call->kind == COLLECTIVE_REDUCE)
        return chain_sends(call, step, rank, sends);
    /* Sums start at the rank after their owner and end with it; gathered chunks start at their owner. */
    bool reduces = call->kind != COLLECTIVE_ALL_GATHER && phase == 0;
    int behind = step + (reduces ? 1 : 0);
    sends[0] = (CollectiveSend){.to_rank = (rank + 1) % call->ranks,
                                .bytes = call->bytes / call->ranks,
                                .first_chunk = (rank - behind + call->ranks) % call->ranks,
                                .chunks = 1,
                                .chunk_stride = 1,
                                .reduces = reduces};
    return 1;
}

const CollectiveAlgorithm collective_ring = {
    .name = "ring",
    .summary = "each rank sends to the next; least bytes, latency grows with the ranks",
    .source = "Patarasu, Yuan: Bandwidth optimal all-reduce algorithms, JPDC 2009",
    .automatic = {[COLLECTIVE_ALL_REDUCE] = true,
                  [COLLECTIVE_ALL_GATHER] = true,
                  [COLLECTIVE_REDUCE_SCATTER] = true,
                  [COLLECTIVE_SEND_RECV] = true,
                  [COLLECTIVE_BROADCAST] = true,
                  [COLLECTIVE_REDUCE] = true},
    .needs = ring_needs,
    .phases = ring_phases,
    .sends = ring_sends,
};
