/*
 * sweep_view: a sweep arranged for a picture: the first parameter with more than one value is the axis, every
 * combination of the others is a line, and the collapse is the largest fall, in FLOP/s, between neighbours on one line.
 * The axis is linear when the values are evenly spaced, logarithmic when they are spaced by a factor, and one step a
 * value else.
 */
#ifndef PLOTS_SWEEP_VIEW_H
#define PLOTS_SWEEP_VIEW_H

#include "models/results.h"
#include "sim/engine/arena.h"

typedef struct SweepView {
    const char *axis;   /* short name of the axis' parameter */
    const char **ticks; /* the values as written, in order of the sweep */
    double *positions;  /* of each value on the axis; the nearest neighbours are 1 apart */
    int tick_count;
    const char **lines; /* "micro_batches=16", "" when the axis is the only parameter */
    int line_count;
    int *points; /* [line * tick_count + tick]: index of the point, -1 = the sweep lacks it */
} SweepView;

/* The largest fall, in FLOP/s, from one value of the axis to its neighbour. */
typedef struct SweepFall {
    int from; /* index of the point; -1 = no two neighbours ran */
    int to;
    double fraction;         /* of the throughput that is lost, 0..1 */
    double loss_tflop_per_s; /* per GPU */
    LedgerCategory category; /* whose share of GPU time grew most */
} SweepFall;

SweepView sweep_view_of(Arena *arena, const SweepResults *sweep);

/* Model FLOP/s per GPU in TFLOP/s; NaN when the point did not run. */
double sweep_view_throughput(const SweepPoint *point);

/* The point with most throughput per GPU, -1 when none ran. */
int sweep_view_best(const SweepResults *sweep);

SweepFall sweep_view_fall(const SweepResults *sweep, const SweepView *view);

#endif
