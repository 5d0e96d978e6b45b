/*
 * sweep_fall: where a sweep collapses: neighbours differ in one parameter of numbers, by one value, and in nothing
 * else. Names have no neighbours. Of several collapses the largest is that which loses most of the headline's unit:
 * half of a point that is slow anyhow is less than a third of the best. Runs are compared by the headline of the sweep;
 * sweep_cause says why one is slower.
 */
#ifndef MODELS_ACCOUNT_SWEEP_FALL_H
#define MODELS_ACCOUNT_SWEEP_FALL_H

#include "models/account/sweep_cause.h"
#include "models/account/sweep_key.h"

/* The largest collapse by its loss; the largest by its fraction when no neighbours collapse. */
typedef struct SweepFall {
    int from; /* index of the faster point; -1 = no two neighbours ran, and nothing below holds */
    int to;
    int parameter;    /* that differs */
    double fraction;  /* of the headline's value that is lost, 0..1 */
    double loss;      /* in the headline's unit */
    bool collapses;   /* the fraction is at least a tenth */
    SweepCause cause; /* of the loss */
} SweepFall;

/* `keys` are those of the sweep, one a parameter. */
SweepFall sweep_fall_of(Arena *arena, const SweepResults *sweep, const SweepKey *keys, const Headline *headline);

#endif
