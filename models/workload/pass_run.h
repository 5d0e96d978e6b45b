/*
 * pass_run: the passes of a regular pipeline on the engine without tasks, where quiet_passes.h cannot time them because
 * transfers meet on links. Each compute, latency and transfer is an event as ever, at the same nanosecond as if it were
 * a task; what is saved is to build, store and release tasks, most of the time of a run. It takes the passes that could
 * be quiet but for the links (its limits are those of quiet_passes.h), and fills in when each began and ended.
 *
 * A stage does the tasks of a pass's sketch in their order: those on the compute stream one after the other, those on
 * another stream beside the compute task that they follow; a task of no time waits for them.
 */
#ifndef MODELS_WORKLOAD_PASS_RUN_H
#define MODELS_WORKLOAD_PASS_RUN_H

#include "models/workload/quiet_passes.h"
#include "sim/engine/task_graph.h"

typedef struct PassRun PassRun;

/* Runs the first quiet->counts passes of every stage; all that is given outlives it. */
PassRun *pass_run_create(QuietPasses *quiet, const TaskSketch *sketches, const StepGround *ground);

/* Ends a task of the graph once the message of the pass at `place` has arrived. */
void pass_run_tell_sent(PassRun *run, int place, TaskId task);

/* Ends a task of the graph once all passes of a stage have left its compute stream, or its stream of messages. */
void pass_run_tell_left(PassRun *run, int stage, TaskId task);
void pass_run_tell_all_sent(PassRun *run, int stage, TaskId task);

/* Begins the first passes; the graph has been started. */
void pass_run_start(PassRun *run, TaskGraph *graph);

#endif
