/*
 * in_network: the switch inside the node adds and copies (NVLS in NCCL, from the third generation of NVSwitch in H100
 * nodes on; SHARP's idea, Graham et al., COM-HPC 2016). For an all_reduce each rank owns a chunk: it reads the sum of
 * all copies of it through the switch, its own copy included, and writes it back to all through the switch. So a port
 * carries (n+1)/n of the buffer each way, where a ring carries 2 (n-1)/n: better from 4 ranks on, whatever their
 * number. The other kinds are halves of it. Limit: one node; switches between nodes (SHARP on InfiniBand) do not take
 * part.
 */
#include "models/communication/collective.h"
#include "models/communication/collective_layout.h"

/* One hop between the ranks and the switch. */
typedef enum Hop {
    HOP_ADD,     /* every rank gives all it has to the switch, which adds it up */
    HOP_SCATTER, /* the switch gives every rank its chunk */
    HOP_STORE,   /* every rank gives its chunk to the switch */
    HOP_COPY,    /* the switch gives all it has to every rank */
    HOP_ROOT     /* what rank 0 alone gives or gets, between it and the switch */
} Hop;

enum { HOPS_MAX = 4 };

typedef struct Hops {
    Hop hop[HOPS_MAX];
    int count;
} Hops;

static Hops hops_of(CollectiveKind kind) {
    switch (kind) {
    case COLLECTIVE_ALL_REDUCE:
        return (Hops){{HOP_ADD, HOP_SCATTER, HOP_STORE, HOP_COPY}, 4};
    case COLLECTIVE_REDUCE_SCATTER:
        return (Hops){{HOP_ADD, HOP_SCATTER}, 2};
    case COLLECTIVE_ALL_GATHER:
        return (Hops){{HOP_STORE, HOP_COPY}, 2};
    case COLLECTIVE_REDUCE:
        return (Hops){{HOP_ADD, HOP_ROOT}, 2};
    case COLLECTIVE_BROADCAST:
        return (Hops){{HOP_ROOT, HOP_COPY}, 2};
    case COLLECTIVE_SEND_RECV:
    case COLLECTIVE_ALL_TO_ALL:
    case COLLECTIVE_KIND_COUNT:
        break;
    }
    return (Hops){.count = 0};
}

static const char *in_network_needs(const CollectiveCall *call) {
    if (hops_of(call->kind).count == 0)
        return "another kind than send_recv and all_to_all";
    if (!call->in_network_reduction)
        return "a node whose switch reduces: in_network_reduction";
    return collective_ranks_on_first_node(call) == call->ranks ? NULL : "all ranks on one node";
}

static int in_network_phases(const CollectiveCall *call, CollectivePhase *phases) {
    phases[0] = (CollectivePhase){.steps = hops_of(call->kind).count, .pipelined = true, .in_network = true};
    return call->ranks > 1 ? 1 : 0;
}

static CollectiveSend chunks_to(const CollectiveCall *call, int to_rank, int first, int chunks) {
    return (CollectiveSend){.to_rank = to_rank,
                            .bytes = call->bytes * chunks / call->ranks,
                            .first_chunk = first,
                            .chunks = chunks,
                            .chunk_stride = 1};
}

static int sends_of_switch(const CollectiveCall *call, Hop hop, CollectiveSend *sends) {
    int count = 0;
    if (hop == HOP_ADD || hop == HOP_STORE || (hop == HOP_ROOT && call->kind == COLLECTIVE_BROADCAST))
        return 0;
    for (int to = 0; to < call->ranks; to++) {
        bool has_it = to == 0 && call->kind == COLLECTIVE_BROADCAST;
        bool wants_it = hop != HOP_ROOT || to == 0;
        if (wants_it && !has_it)
            sends[count++] = hop == HOP_SCATTER ? chunks_to(call, to, to, 1) : chunks_to(call, to, 0, call->ranks);
    }
    return count;
}

static int in_network_sends(const CollectiveCall *call, int phase, int step, int rank, CollectiveSend *sends) {
    (void)phase;
    Hop hop = hops_of(call->kind).hop[step];
    if (rank == call->ranks)
        return sends_of_switch(call, hop, sends);
    bool root = hop == HOP_ROOT && call->kind == COLLECTIVE_BROADCAST && rank == 0;
    if (hop != HOP_ADD && hop != HOP_STORE && !root)
        return 0;
    sends[0] = hop == HOP_STORE ? chunks_to(call, call->ranks, rank, 1) : chunks_to(call, call->ranks, 0, call->ranks);
    sends[0].reduces = hop == HOP_ADD;
    return 1;
}

const CollectiveAlgorithm collective_in_network = {
    .name = "in_network",
    .summary = "the switch inside the node adds and copies (NVLS); fewest bytes for large sums",
    .source = "Graham et al.: SHARP, COM-HPC 2016; NVIDIA H100 white paper: third-generation NVSwitch",
    .automatic = {[COLLECTIVE_ALL_REDUCE] = true},
    .needs = in_network_needs,
    .phases = in_network_phases,
    .sends = in_network_sends,
};
