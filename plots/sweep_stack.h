/*
 * sweep_stack: the layers into which GPU time is stacked under the curve of a sweep, from the bottom: the ledger; of
 * collectives, which only communicate, the kind of link that they wait for; of jobs on one fabric, what the slowest of
 * them does itself and what it loses to whom.
 */
#ifndef PLOTS_SWEEP_STACK_H
#define PLOTS_SWEEP_STACK_H

#include <stdbool.h>

#include "models/sweep_findings.h"
#include "sim/engine/arena.h"

typedef struct SweepLayer {
    const char *name; /* of its data set, without blanks */
    const char *title;
    double colour; /* row of the stack's palette, from 0 */
} SweepLayer;

typedef struct SweepStack {
    const Headline *headline;
    const SweepLayer *layers; /* from the bottom */
    int count;
    const char *title;   /* of the axis */
    const char **owners; /* of jobs: one a layer from the third on; the last layer is the others */
    int owner_count;
} SweepStack;

SweepStack sweep_stack_of(Arena *arena, const SweepFindings *findings);

/* What a layer has of a point's GPU time, or of that of its slowest job, 0..1; NaN when it has no headline. */
double sweep_stack_fraction(const SweepStack *stack, const Results *results, int layer);

/* True when the layer has at least half a percent at some point. */
bool sweep_stack_shows(const SweepStack *stack, const SweepResults *sweep, int layer);

#endif
