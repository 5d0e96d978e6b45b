#include "models/communication/collective_choice.h"

#include <math.h>
#include <string.h>

#include "models/communication/collective_layout.h"
#include "models/communication/collective_tuner.h"

/* The loads are evaluated where the price needs them, otherwise they have no phases. */
static double price_s(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network,
                      Arena *arena, CollectiveLoads *loads) {
    double latency_s = 0;
    *loads = (CollectiveLoads){0};
    if (collective_tuner_knows(call))
        return collective_tuner_s(call, algorithm, network);
    collective_loads(call, algorithm, network, arena, loads);
    if (collective_ranks_on_first_node(call) == call->ranks)
        return collective_alone_seconds(loads, network);
    for (int phase = 0; phase < loads->phase_count; phase++)
        latency_s += loads->phases[phase].latency_s;
    return latency_s + collective_tuner_bytes_s(call, algorithm, network);
}

/* What the price is at least, whatever the loads. */
static double least_s(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network) {
    bool inside = collective_ranks_on_first_node(call) == call->ranks;
    return inside ? 0 : collective_tuner_bytes_s(call, algorithm, network);
}

/* The only algorithm that can run the call is not priced, nor one that cannot be cheaper. */
static const CollectiveAlgorithm *cheapest(const CollectiveCall *call, const Network *network, Arena *arena,
                                           CollectiveLoads *loads) {
    const CollectiveAlgorithm *best = NULL;
    double best_s = INFINITY;
    for (size_t index = 0; collective_at(index); index++) {
        const CollectiveAlgorithm *next = collective_at(index);
        if (!next->automatic[call->kind] || next->needs(call))
            continue;
        if (!best) {
            best = next;
            continue;
        }
        if (isinf(best_s))
            best_s = price_s(call, best, network, arena, loads);
        if (least_s(call, next, network) >= best_s)
            continue;
        CollectiveLoads next_loads;
        double next_s = price_s(call, next, network, arena, &next_loads);
        if (next_s < best_s) {
            best_s = next_s;
            best = next;
            *loads = next_loads;
        }
    }
    return best;
}

const CollectiveAlgorithm *collective_select_priced(const char *name, const CollectiveCall *call,
                                                    const Network *network, Arena *arena, CollectiveLoads *loads) {
    *loads = (CollectiveLoads){0};
    if (strcmp(name, "auto") == 0)
        return cheapest(call, network, arena, loads);
    const CollectiveAlgorithm *named = collective_find(name);
    if (!named || !named->needs(call))
        return named;
    return collective_find(call->kind == COLLECTIVE_ALL_TO_ALL ? "direct" : "ring");
}

const CollectiveAlgorithm *collective_select(const char *name, const CollectiveCall *call, const Network *network) {
    Arena *arena = arena_create();
    CollectiveLoads loads;
    const CollectiveAlgorithm *selected = collective_select_priced(name, call, network, arena, &loads);
    arena_destroy(arena);
    return selected;
}
