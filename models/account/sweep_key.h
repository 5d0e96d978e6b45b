/*
 * sweep_key: the values of one swept key, and whether they are numbers. Numbers are plain ones, with the same unit at
 * all values or none ("4", "400 Gbit/s"); a name that begins with a digit ("1.7B") is a name. Numbers have neighbours,
 * names have none.
 */
#ifndef MODELS_ACCOUNT_SWEEP_KEY_H
#define MODELS_ACCOUNT_SWEEP_KEY_H

#include <stdbool.h>

#include "models/results.h"
#include "sim/engine/arena.h"

/* The different values of one key. */
typedef struct SweepKey {
    const char **values; /* as written, in order of the sweep */
    int count;
    bool is_numeric;
    double *numbers; /* in the unit of the values; only of numbers */
    int *of_point;   /* which value each point has: 0 .. count - 1 */
} SweepKey;

SweepKey sweep_key_of(Arena *arena, const SweepResults *sweep, int parameter);

/* For each value the one with the next larger number, -1 = none; all -1 for names. */
int *sweep_key_next(Arena *arena, const SweepKey *key);

#endif
