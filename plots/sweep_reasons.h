/*
 * sweep_reasons: why points of a sweep could not be run, each reason once, numbered from 1 in the order of the points.
 */
#ifndef PLOTS_SWEEP_REASONS_H
#define PLOTS_SWEEP_REASONS_H

#include <stdio.h>

#include "models/results.h"
#include "sim/engine/arena.h"

typedef struct SweepReasons {
    const char **texts;
    int count;
} SweepReasons;

SweepReasons sweep_reasons_of(Arena *arena, const SweepResults *sweep);

/* The number of the reason of a point that could not be run; 0 = of another point. */
int sweep_reasons_number(const SweepReasons *reasons, const SweepPoint *point);

/* Prints the first of them, one below the other, as "  (1) ...". */
void sweep_reasons_write(FILE *out, const SweepReasons *reasons);

#endif
