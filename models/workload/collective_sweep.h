/*
 * collective_sweep: a collective over a list of sizes, alone on the network, as a run of nccl-tests. Times are
 * collective_loads.h's. Bandwidths are those of nccl-tests (doc/PERFORMANCE.md there): algorithm bandwidth is size /
 * time; bus bandwidth is that times
 *   2 (n-1)/n for all_reduce; (n-1)/n for all_gather, reduce_scatter, all_to_all; 1 for the others
 * so that it can be held against the speed of the links whatever the number n of ranks.
 */
#ifndef MODELS_WORKLOAD_COLLECTIVE_SWEEP_H
#define MODELS_WORKLOAD_COLLECTIVE_SWEEP_H

#include "models/account/collective_results.h"
#include "models/hardware/network.h"
#include "models/workload/collective.h"
#include "sim/engine/arena.h"

typedef struct CollectiveSweep {
    const char *name;          /* of the job; "" = none */
    CollectiveCall call;       /* its bytes are not looked at */
    const char *algorithm;     /* name in collectives/table.h, or "auto"; see collective_select */
    const double *sizes_bytes; /* >= 0 */
    int size_count;            /* >= 0 */
} CollectiveSweep;

/* Bus bandwidth over algorithm bandwidth, for ranks >= 1. */
double collective_sweep_bus_factor(CollectiveKind kind, int ranks);

/* One row per size, in the arena; NULL when there is no algorithm of that name. The sweep's texts are borrowed. */
const CollectiveResults *collective_sweep(const CollectiveSweep *sweep, const Network *network, Arena *arena);

/* Sizes from from_bytes > 0 on, each `factor` > 1 times the one before, up to to_bytes; *count is set. */
const double *collective_sweep_sizes(double from_bytes, double to_bytes, double factor, Arena *arena, int *count);

/* Time of one call by its algorithm, with all links for itself. */
double collective_sweep_seconds(const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                                const Network *network);

#endif
