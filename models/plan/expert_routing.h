/*
 * expert_routing: how many of the pairs of a token and an expert each rank of an expert group gets, and how many it
 * works on. Shares are of the even one: all pairs over the ranks. No model, no bytes, no time.
 *
 * One rank, the busiest, gets `imbalance` times the even share and the others share the rest evenly. With a capacity
 * factor (Shazeer et al. 2017, arXiv 1701.06538; Lepikhin et al. 2020, GShard, arXiv 2006.16668) no rank keeps more
 * than that many even shares: the pairs above are dropped, as in Megatron-LM's moe_expert_capacity_factor. Padded,
 * every rank works on its full capacity whatever it got (moe_pad_expert_input_to_capacity).
 *
 * Limits: the experts of one rank are loaded alike, and so are the sources of the pairs; real capacities hold for each
 * expert and each source, so that more is dropped at the same imbalance of ranks.
 */
#ifndef MODELS_PLAN_EXPERT_ROUTING_H
#define MODELS_PLAN_EXPERT_ROUTING_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/arena.h"

typedef struct ExpertRouting {
    double imbalance;       /* 1 .. ranks; pairs of the busiest rank over the even share; one rank has it whole */
    double capacity_factor; /* > 0; 0 = no limit: nothing is dropped */
    bool pads;              /* every rank works on its capacity; needs a capacity_factor */
} ExpertRouting;

/* Shares that are worked on: by the busiest rank, and by the mean one. */
double expert_routing_busiest(const ExpertRouting *routing, int64_t ranks);
double expert_routing_mean(const ExpertRouting *routing, int64_t ranks);

/* Of all pairs, those that no expert sees: 0..1. */
double expert_routing_dropped_fraction(const ExpertRouting *routing, int64_t ranks);

/* What each rank sends to each, [from * ranks + to], 1 = even; NULL when all is even. Rank 0 is the busiest. `back`:
 * from the experts to the tokens. */
const double *expert_routing_weights(const ExpertRouting *routing, int64_t ranks, bool back, Arena *arena);

#endif
