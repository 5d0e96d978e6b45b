/*
 * hierarchical: rings inside the nodes and rings of equally placed ranks between them. With m nodes of g ranks an
 * all_reduce scatters sums inside (g-1 steps) and between (m-1), then gathers between (m-1) and inside (g-1): far fewer
 * steps than one ring over all (2 (m g - 1)), at more bytes inside the nodes.
 */
#include "models/communication/collective.h"
#include "models/communication/collective_layout.h"

enum { RINGS_MAX = 4 };

/* One phase: a ring inside every node, or one between the nodes for every place in a node. */
typedef struct Ring {
    bool between;
    bool reduces;
    int length;
} Ring;

static const char *hierarchical_needs(const CollectiveCall *call) {
    if (call->kind != COLLECTIVE_ALL_REDUCE && call->kind != COLLECTIVE_ALL_GATHER &&
        call->kind != COLLECTIVE_REDUCE_SCATTER)
        return "an all_reduce, all_gather or reduce_scatter";
    int per_node = collective_ranks_on_first_node(call);
    if (per_node == 1 || per_node == call->ranks)
        return "several ranks on each of several nodes; otherwise it is the ring";
    return collective_fills_nodes(call) ? NULL : "equally many ranks on every node, neighbours in rank order";
}

/* The rings of a call in order; those of one rank are left out. */
static int list_rings(const CollectiveCall *call, Ring *rings) {
    int inside = collective_ranks_on_first_node(call), between = call->ranks / inside, count = 0;
    const Ring order[RINGS_MAX] = {
        {.between = false, .reduces = true, .length = inside},
        {.between = true, .reduces = true, .length = between},
        {.between = true, .reduces = false, .length = between},
        {.between = false, .reduces = false, .length = inside},
    };
    CollectiveKind unwanted[2] = {COLLECTIVE_REDUCE_SCATTER, COLLECTIVE_ALL_GATHER};
    for (int i = 0; i < RINGS_MAX; i++)
        if (order[i].length > 1 && call->kind != unwanted[order[i].reduces])
            rings[count++] = order[i];
    return count;
}

static int hierarchical_phases(const CollectiveCall *call, CollectivePhase *phases) {
    Ring rings[RINGS_MAX];
    int count = list_rings(call, rings);
    for (int i = 0; i < count; i++)
        phases[i] = (CollectivePhase){.steps = rings[i].length - 1,
                                      .repeats = i > 0 && rings[i].between == rings[i - 1].between};
    return count;
}

static int hierarchical_sends(const CollectiveCall *call, int phase, int step, int rank, CollectiveSend *sends) {
    Ring rings[RINGS_MAX];
    list_rings(call, rings);
    const Ring *ring = &rings[phase];
    int per_node = collective_ranks_on_first_node(call), nodes = call->ranks / per_node;
    int node = rank / per_node, place = rank % per_node;

    int position = ring->between ? node : place;
    int next = (position + 1) % ring->length;
    int piece = (position - step - (ring->reduces ? 1 : 0) + ring->length) % ring->length;
    /* Between nodes a piece is one chunk, inside them the chunks of one place of all nodes. */
    int chunks = ring->between ? 1 : nodes;
    sends[0] = (CollectiveSend){.to_rank = ring->between ? next * per_node + place : node * per_node + next,
                                .bytes = call->bytes / call->ranks * chunks,
                                .first_chunk = ring->between ? piece * per_node + place : piece,
                                .chunks = chunks,
                                .chunk_stride = ring->between ? 1 : per_node,
                                .reduces = ring->reduces};
    return 1;
}

const CollectiveAlgorithm collective_hierarchical = {
    .name = "hierarchical",
    .summary = "rings inside the nodes, then between them; few steps, for small messages on many nodes",
    .source = "Jia et al.: Highly scalable deep learning training system with mixed-precision, 2018",
    .needs = hierarchical_needs,
    .phases = hierarchical_phases,
    .sends = hierarchical_sends,
};
