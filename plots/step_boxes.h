/*
 * step_boxes: the steps of one of several jobs as boxes to draw. Steps shorter than the resolution are joined with
 * their neighbours, and how slow they are is their mean.
 */
#ifndef PLOTS_STEP_BOXES_H
#define PLOTS_STEP_BOXES_H

#include "models/results.h"

typedef struct StepBox {
    SimTime start;
    SimTime end;
    int64_t steps;   /* how many it stands for */
    double slowdown; /* their mean over the step of the job alone; NaN = not known */
} StepBox;

typedef void StepSink(void *subject, const StepBox *box);

/* Calls `sink` with each box in the order of time; none when the jobs did not run. */
void step_boxes_draw(const Contention *contention, int job, SimTime resolution, StepSink *sink, void *subject);

/* From time 0 to the end of the last job. */
SimTime step_boxes_wall(const Contention *contention);

#endif
