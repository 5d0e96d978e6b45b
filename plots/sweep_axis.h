/*
 * sweep_axis: where the values of a swept key stand on an axis. An axis of numbers is linear when they are evenly
 * spaced and logarithmic when they are spaced by a factor; too uneven numbers, and names, stand one step apart in the
 * order of the sweep.
 */
#ifndef PLOTS_SWEEP_AXIS_H
#define PLOTS_SWEEP_AXIS_H

#include "models/sweep_findings.h"

/* Of each value; the nearest neighbours are 1 apart. */
double *sweep_axis_positions(Arena *arena, const SweepKey *key);

#endif
