#include "models/workload/collective_choice.h"

#include <math.h>
#include <string.h>

#include "models/workload/collective_layout.h"
#include "models/workload/collective_rating.h"

/* Latency of a ring, of its time, below which nothing else is looked at. */
static const double UNBEATEN_FRACTION = 0.02;

/* What NCCL expects of a call, and the part of it that does not grow with the bytes. */
typedef struct Price {
    CollectiveLoads loads;
    double seconds;
    double fixed_s;
} Price;

static Price price_of(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network,
                      Arena *arena) {
    Price price = {.seconds = 0};
    collective_loads(call, algorithm, network, arena, &price.loads);
    for (int phase = 0; phase < price.loads.phase_count; phase++)
        price.fixed_s += price.loads.phases[phase].latency_s;
    price.seconds = price.fixed_s + collective_rating_s(call, algorithm, &price.loads, network);
    return price;
}

/* Where nearly all of a ring's time is bytes, on NICs, nothing is cheaper but a tree on two nodes. */
static bool is_unbeaten(const CollectiveCall *call, const Price *ring) {
    int width = collective_ranks_on_first_node(call);
    bool may_tree = width > 1 && call->ranks <= 2 * width;
    return ring->fixed_s < UNBEATEN_FRACTION * ring->seconds && call->ranks > call->gpus_per_node && !may_tree;
}

/* The only algorithm that can run the call is not priced, nor one that cannot be cheaper. */
static const CollectiveAlgorithm *cheapest(const CollectiveCall *call, const Network *network, Arena *arena,
                                           CollectiveLoads *loads) {
    const CollectiveAlgorithm *best = NULL;
    Price best_price = {.seconds = INFINITY};
    for (size_t index = 0; collective_at(index); index++) {
        const CollectiveAlgorithm *next = collective_at(index);
        if (!next->automatic[call->kind] || next->needs(call))
            continue;
        if (!best) {
            best = next;
            continue;
        }
        if (isinf(best_price.seconds))
            best_price = price_of(call, best, network, arena);
        if (is_unbeaten(call, &best_price))
            break;
        if (collective_rating_least_s(call, next, network) >= best_price.seconds)
            continue;
        Price price = price_of(call, next, network, arena);
        if (price.seconds < best_price.seconds) {
            best_price = price;
            best = next;
        }
    }
    *loads = best_price.loads;
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
