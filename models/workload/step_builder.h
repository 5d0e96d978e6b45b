/*
 * step_builder: adds tasks to a step and keeps what the accounts need of each beside it. It knows streams, classes and
 * traffic, not the order of a training step: that is training.c's.
 */
#ifndef MODELS_WORKLOAD_STEP_BUILDER_H
#define MODELS_WORKLOAD_STEP_BUILDER_H

#include "models/cost/work_profile.h"
#include "models/traffic/traffic.h"
#include "models/workload/task_sketch.h"

typedef struct StepBuilder {
    Step *step;
    Traffic *traffic;
    StreamId *streams;    /* scratch: one per class and more */
    TaskId *dependencies; /* collected for the next task; emptied by it */
    size_t dependency_count;
    size_t dependency_capacity;
    TaskSketch *sketch;  /* tasks go into it, and are numbered there; NULL = into the graph */
    SimTime quiet_until; /* no pass is timed after it (quiet_passes.h); 0 = none, they run (pass_run.h) */
    double total_s;      /* of all tasks, without what they move */
    bool endless;        /* the tasks take longer than WORK_MOST_S; some were left out or cut short */
} StepBuilder;

/* `step` has its ranks, graph and streams. */
void step_builder_init(StepBuilder *builder, Step *step, Traffic *traffic);
void step_builder_finish(StepBuilder *builder);

/* Makes the next task wait for `task`; TASK_NONE is ignored. */
void step_builder_after(StepBuilder *builder, TaskId task);

/* Keeps a profile and returns its number. */
int step_builder_profile(StepBuilder *builder, const WorkProfile *profile);

/* What a compute task does to its class's memory pool. */
typedef struct PoolUse {
    int64_t reserve_units;
    int64_t release_units;
} PoolUse;

/* A compute task of `what.gpu_class` with `what.profile`. */
TaskId step_builder_compute(StepBuilder *builder, StepTask what, PoolUse memory);

/* Classes first .. first + count - 1 on one of their streams each. */
typedef struct StreamSet {
    const int *classes;
    int count;
    StreamKind stream;
} StreamSet;

/* The legs of an operation `times` times over, holding a stream of every class; the last task, or the last dependency
 * when there is none. */
TaskId step_builder_communicate(StepBuilder *builder, StepTask what, const StreamSet *streams, int operation,
                                double times);

/* One task that stands for all legs of an operation, which somebody else runs from `begin` on (TaskSpec). */
TaskId step_builder_hand_over(StepBuilder *builder, StepTask what, const StreamSet *streams, int operation,
                              Event begin);

/* Holds a stream of every class for so long. */
TaskId step_builder_occupy(StepBuilder *builder, StepTask what, const StreamSet *streams, double seconds);

/* Moves `amount` over `way`, which is borrowed, holding a stream of every class. */
TaskId step_builder_move(StepBuilder *builder, StepTask what, const StreamSet *streams, double amount,
                         const ShareWay *way);

/* Holds a stream of every class from `begin` on until somebody ends the task (TaskSpec). */
TaskId step_builder_hold(StepBuilder *builder, StepTask what, const StreamSet *streams, Event begin);

/* Holds a stream of every class until the dependencies are done; takes no time. */
TaskId step_builder_join(StepBuilder *builder, StepTask what, const StreamSet *streams);

/* Holds a stream of every class, or none, from the start of the step on; `what.gpu_class` is kept. */
TaskId step_builder_timer(StepBuilder *builder, StepTask what, const StreamSet *streams, SimTime duration);

/* The same until somebody ends the task (TaskSpec). */
TaskId step_builder_await(StepBuilder *builder, StepTask what, const StreamSet *streams);

/* Holds the compute streams of all classes until the dependencies are done; takes no time. */
TaskId step_builder_barrier(StepBuilder *builder);

#endif
