/*
 * task_sketch: tasks of a step that are only described, to be looked at before many like them are run. The builder
 * fills a sketch instead of the graph (step_builder.h); quiet_passes.h reads it. Plain data.
 */
#ifndef MODELS_WORKLOAD_TASK_SKETCH_H
#define MODELS_WORKLOAD_TASK_SKETCH_H

#include "models/workload/step.h"

enum { SKETCH_TASKS_MAX = 16 };

typedef struct SketchTask {
    StepTask what;
    SimTime duration;    /* ns, as in TaskSpec */
    double amount;       /* as in TaskSpec */
    const ShareWay *way; /* as in TaskSpec */
} SketchTask;

typedef struct TaskSketch {
    SketchTask tasks[SKETCH_TASKS_MAX]; /* numbered from 0 in the order in which they were added */
    int count;
    bool irregular; /* more than fit, or one that is not on one stream, waits for a task outside the sketch, takes units
                       of a pool or has an action of its own */
} TaskSketch;

#endif
