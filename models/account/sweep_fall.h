/*
 * sweep_fall: where a sweep collapses: neighbours differ in one parameter of numbers, by one value, and in nothing
 * else. Names have no neighbours. The cause is a category of the ledger only when its growth explains at least half of
 * the loss: share grown * peak of the slow point >= loss / 2, with peak = throughput / share of ideal compute.
 */
#ifndef MODELS_ACCOUNT_SWEEP_FALL_H
#define MODELS_ACCOUNT_SWEEP_FALL_H

#include "models/account/sweep_key.h"

/* Why the slow point is slower. */
typedef enum SweepFallReason {
    SWEEP_FALL_BY_CATEGORY, /* a category of the ledger grows */
    SWEEP_FALL_BY_PEAK,     /* the GPU's peak differs */
    SWEEP_FALL_UNEXPLAINED  /* no category explains half of it */
} SweepFallReason;

/* The largest collapse in FLOP/s; the largest fraction when no neighbours collapse. */
typedef struct SweepFall {
    int from; /* index of the faster point; -1 = no two neighbours ran, and nothing below holds */
    int to;
    int parameter;           /* that differs */
    double fraction;         /* of the throughput that is lost, 0..1 */
    double loss_tflop_per_s; /* per GPU */
    bool collapses;          /* the fraction is at least a tenth */
    SweepFallReason reason;
    LedgerCategory category; /* whose share of GPU time grows most */
    double share_from;       /* of GPU time, 0..1 */
    double share_to;
    double peak_from_tflop_per_s; /* per GPU */
    double peak_to_tflop_per_s;
} SweepFall;

/* Model FLOP/s per GPU in TFLOP/s; NaN when the point did not run. */
double sweep_fall_throughput(const SweepPoint *point);

/* `keys` are those of the sweep, one a parameter. */
SweepFall sweep_fall_of(Arena *arena, const SweepResults *sweep, const SweepKey *keys);

#endif
