/*
 * layer_run_cost: the costs of all layers of a list (layer_list_cost.h), one after the other as they are run, for those
 * who add up stretches of them: passes of a stage, and the split into stages.
 */
#ifndef MODELS_COST_LAYER_RUN_COST_H
#define MODELS_COST_LAYER_RUN_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* Of one micro-batch: [layer]. */
typedef struct LayerRunCosts {
    WorkCost *forward;
    WorkCost *backward;
} LayerRunCosts;

/* On a GPU as plan_gpu has it, in the arena. */
LayerRunCosts layer_run_costs(const TrainingSpec *training, const LayerRun *run, const GpuSpec *gpu, Arena *arena);

#endif
