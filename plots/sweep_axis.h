/*
 * sweep_axis: the values of one swept key: are they numbers, and where do they stand on an axis? Numbers are plain
 * ones, with the same unit at all values or none ("4", "400 Gbit/s"); a name that begins with a digit ("1.7B") is a
 * name. An axis of numbers is linear when they are evenly spaced and logarithmic when they are spaced by a factor; too
 * uneven numbers, and names, stand one step apart in the order of the sweep.
 */
#ifndef PLOTS_SWEEP_AXIS_H
#define PLOTS_SWEEP_AXIS_H

#include <stdbool.h>

#include "models/results.h"
#include "sim/engine/arena.h"

/* The different values of one key. */
typedef struct SweepAxis {
    const char **ticks; /* as written, in order of the sweep */
    int count;
    bool is_numeric;
    double *numbers; /* in the unit of the ticks; only of numbers */
} SweepAxis;

SweepAxis sweep_axis_of(Arena *arena, const SweepResults *sweep, int parameter);

/* Of each value; the nearest neighbours are 1 apart. */
double *sweep_axis_positions(Arena *arena, const SweepAxis *axis);

/* Index of a value, -1 = none of the axis. */
int sweep_axis_find(const SweepAxis *axis, const char *value);

#endif
