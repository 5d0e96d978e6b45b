/*
 * training_quiet: how the quiet passes of a training step (quiet_passes.h) and its tasks meet: which passes are tasks,
 * the timers that stand for the others on their streams, and the messages from one to the other. Without quiet passes
 * it does nothing, and all passes are tasks.
 */
#ifndef MODELS_WORKLOAD_TRAINING_QUIET_H
#define MODELS_WORKLOAD_TRAINING_QUIET_H

#include "models/workload/quiet_passes.h"
#include "models/workload/training_build.h"

/* Finds the quiet passes of the step, if there are any; sketches as in QuietPlan. */
void training_quiet_choose(Build *build, const TaskSketch *sketches);

/* Fills in the passes of all stages that are tasks, [stage * pass_count + position], and the position of the first on a
 * stage. */
void training_quiet_list(const Build *build, PipelinePass *passes);
int training_quiet_first(const Build *build, int stage);

/* Adds the timers of a stage, before any of its tasks. */
void training_quiet_add_timers(Build *build, int stage);

/* Makes every pass that is a task wait for its message; there must be quiet passes. */
void training_quiet_connect(Build *build);

#endif
