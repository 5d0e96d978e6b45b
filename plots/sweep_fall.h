/*
 * sweep_fall: where a sweep collapses: neighbours differ in one parameter of numbers, by one value, and in nothing
 * else. Names have no neighbours. The cause is a category of the ledger only when its growth explains at least half of
 * the loss: share grown * peak of the slow point >= loss / 2, with peak = throughput / share of ideal compute.
 */
#ifndef PLOTS_SWEEP_FALL_H
#define PLOTS_SWEEP_FALL_H

#include <stdbool.h>

#include "models/results.h"
#include "sim/engine/arena.h"

/* Less than this between neighbours is no collapse: a fraction of the throughput. */
#define SWEEP_FALL_COLLAPSE_FRACTION 0.1

/* The largest collapse in FLOP/s; the largest fraction when no neighbours collapse. */
typedef struct SweepFall {
    int from; /* index of the faster point; -1 = no two neighbours ran */
    int to;
    int parameter;           /* that differs */
    double fraction;         /* of the throughput that is lost, 0..1 */
    double loss_tflop_per_s; /* per GPU */
} SweepFall;

/* Why the slow point is slower. */
typedef struct SweepFallCause {
    LedgerCategory category; /* whose share of GPU time grew most */
    double explained;        /* of the loss, by that growth; 1 = all of it */
    double peak_from;        /* TFLOP/s per GPU */
    double peak_to;
} SweepFallCause;

SweepFall sweep_fall_of(Arena *arena, const SweepResults *sweep);

/* Of a fall with two points. */
SweepFallCause sweep_fall_cause(const SweepResults *sweep, SweepFall fall);

/* True when the parameter has several values that are not all numbers. */
bool sweep_fall_is_names(Arena *arena, const SweepResults *sweep, int parameter);

#endif
