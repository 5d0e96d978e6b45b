/*
 * sweep_view: a sweep arranged for a picture: the first parameter with more than one value is the axis, every
 * combination of the others is a line. With more than two such parameters, or more than eight lines, there is one line:
 * at each value of the axis the best point over all other parameters.
 */
#ifndef PLOTS_SWEEP_VIEW_H
#define PLOTS_SWEEP_VIEW_H

#include "models/sweep_findings.h"
#include "sim/engine/arena.h"

typedef struct SweepView {
    const char *axis;   /* short name of the axis' parameter */
    const char **ticks; /* the values as written, in order of the sweep */
    double *positions;  /* of each value on the axis; the nearest neighbours are 1 apart */
    int tick_count;
    bool is_numeric;    /* numbers have something between them, which a line may show; names do not */
    const char **lines; /* "micro_batches=16", "" when the axis is the only parameter, else "best over ..." */
    int line_count;
    const char *best_over; /* the parameters over which the line is the best: "micro_batch, nodes"; "" = none */
    double x_low, x_high;  /* ends of the axis, with free space beside the first and the last value */
    double y_high;         /* top of the axis of the headline, which begins at 0 */
    int *points;           /* [line * tick_count + tick]: index of the point, -1 = the sweep lacks it */
} SweepView;

SweepView sweep_view_of(Arena *arena, const SweepFindings *findings);

#endif
