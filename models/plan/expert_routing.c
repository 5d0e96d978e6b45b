#include "models/plan/expert_routing.h"

#include <math.h>

static double kept(const ExpertRouting *routing, double share) {
    return routing->capacity_factor > 0 ? fmin(share, routing->capacity_factor) : share;
}

/* One rank alone has all there is. */
static double share_of_busiest(const ExpertRouting *routing, int64_t ranks) {
    return ranks > 1 ? routing->imbalance : 1;
}

static double share_of_others(const ExpertRouting *routing, int64_t ranks) {
    return ranks > 1 ? ((double)ranks - routing->imbalance) / ((double)ranks - 1) : 1;
}

static double mean_kept(const ExpertRouting *routing, int64_t ranks) {
    double others = kept(routing, share_of_others(routing, ranks));
    return (kept(routing, share_of_busiest(routing, ranks)) + ((double)ranks - 1) * others) / (double)ranks;
}

double expert_routing_busiest(const ExpertRouting *routing, int64_t ranks) {
    return routing->pads ? routing->capacity_factor : kept(routing, share_of_busiest(routing, ranks));
}

double expert_routing_mean(const ExpertRouting *routing, int64_t ranks) {
    return routing->pads ? routing->capacity_factor : mean_kept(routing, ranks);
}

double expert_routing_dropped_fraction(const ExpertRouting *routing, int64_t ranks) {
    return 1 - mean_kept(routing, ranks);
}

const double *expert_routing_weights(const ExpertRouting *routing, int64_t ranks, bool back, Arena *arena) {
    double busiest = expert_routing_busiest(routing, ranks), other = busiest;
    if (!routing->pads)
        other = kept(routing, share_of_others(routing, ranks));
    if (busiest == 1 && other == 1)
        return NULL;
    double *weights = ARENA_ARRAY(arena, ranks * ranks, double);
    for (int64_t from = 0; from < ranks; from++)
        for (int64_t to = 0; to < ranks; to++)
            weights[from * ranks + to] = (back ? from : to) == 0 ? busiest : other;
    return weights;
}
