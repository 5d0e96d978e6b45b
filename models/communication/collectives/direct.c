/*
 * direct: every rank sends to every other at the same time. An all_to_all is one such exchange of the chunks of all
 * pairs (NCCL runs it as grouped sends and receives); a reduce_scatter sends each rank its chunk, an all_gather sends
 * the own chunk to all, an all_reduce is one after the other: two steps at the bytes of a ring.
 */
#include "models/communication/collective.h"

/* Chunk numbers of an all_to_all are ranks * ranks and must stay in an int. */
enum { ALL_TO_ALL_RANKS_MAX = 46340 };

static const char *direct_needs(const CollectiveCall *call) {
    if (call->kind == COLLECTIVE_ALL_TO_ALL)
        return call->ranks <= ALL_TO_ALL_RANKS_MAX ? NULL : "at most 46340 ranks for all_to_all";
    bool runs = call->kind == COLLECTIVE_ALL_REDUCE || call->kind == COLLECTIVE_ALL_GATHER ||
                call->kind == COLLECTIVE_REDUCE_SCATTER;
    return runs ? NULL : "an all_reduce, all_gather, reduce_scatter or all_to_all";
}

static int direct_phases(const CollectiveCall *call, CollectivePhase *phases) {
    phases[0] = (CollectivePhase){.steps = 1};
    phases[1] = (CollectivePhase){.steps = 1, .repeats = true};
    if (call->ranks == 1)
        return 0;
    return call->kind == COLLECTIVE_ALL_REDUCE ? 2 : 1;
}

static int direct_sends(const CollectiveCall *call, int phase, int step, int rank, CollectiveSend *sends) {
    (void)step;
    bool pairs = call->kind == COLLECTIVE_ALL_TO_ALL;
    bool scatters = call->kind != COLLECTIVE_ALL_GATHER && phase == 0;
    int count = 0;
    for (int to = 0; to < call->ranks; to++) {
        if (to == rank)
            continue;
        double bytes = pairs ? collective_pair_bytes(call, rank, to) : call->bytes / call->ranks;
        int chunk = scatters ? to : rank;
        sends[count++] = (CollectiveSend){.to_rank = to,
                                          .bytes = bytes,
                                          .first_chunk = pairs ? rank * call->ranks + to : chunk,
                                          .chunks = 1,
                                          .chunk_stride = 1,
                                          .reduces = scatters && !pairs};
    }
    return count;
}

const CollectiveAlgorithm collective_direct = {
    .name = "direct",
    .summary = "every rank sends to every other at once; for all_to_all, and small messages inside a node",
    .source = "Thakur, Rabenseifner, Gropp: Optimization of collective communication in MPICH, IJHPCA 2005",
    .automatic = {[COLLECTIVE_ALL_TO_ALL] = true},
    .needs = direct_needs,
    .phases = direct_phases,
    .sends = direct_sends,
};
