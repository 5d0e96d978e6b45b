/*
 * training: one step of a training job as a task graph. Every class of ranks runs the passes of its stage in the order
 * of the schedule; a pass is compute, then the collectives of its tensor group, then the message to the next stage.
 * Then gradients are reduced, everybody waits for everybody (the global gradient norm), the optimizer runs, and under
 * ZeRO-1 and 2 parameters are gathered. ZeRO-2 and 3 cut the passes into layers (training_shards.h).
 *
 * Granularity: the collectives of all layers of a pass are one transfer after its compute. Times are the same as layer
 * by layer unless another transfer shares the links in between. A stage that sends without overlap holds its compute
 * stream while it sends.
 */
#ifndef MODELS_WORKLOAD_TRAINING_H
#define MODELS_WORKLOAD_TRAINING_H

#include "models/traffic/training_traffic.h"
#include "models/workload/step_builder.h"

/* Adds the tasks of one step of a resolved job to `builder`. */
void training_tasks_add(Arena *arena, StepBuilder *builder, const SimulationSpec *spec, const JobSpec *job,
                        const TrainingTraffic *traffic);

#endif
