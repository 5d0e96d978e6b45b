/*
 * training: one step of a training job as a task graph. Every class of ranks runs the passes of its stage in the order
 * of the schedule; a pass is compute, then the collectives of its tensor group, then the message to the next stage.
 * Then gradients are reduced, everybody waits for everybody (the global gradient norm), the optimizer runs, and a
 * distributed optimizer gathers parameters.
 *
 * Granularity: the collectives of all layers of a pass are one transfer after its compute. Times are the same as layer
 * by layer unless another transfer shares the links in between. A stage that sends without overlap holds its compute
 * stream while it sends.
 */
#ifndef MODELS_WORKLOAD_TRAINING_H
#define MODELS_WORKLOAD_TRAINING_H

#include "models/workload/step.h"
#include "models/workload/training_traffic.h"

/* Series of one class, recorded while the step runs. */
typedef struct ClassSeries {
    Series *memory; /* bytes in use */
    Series *nvlink; /* load of the representative's port, fraction; NULL when the job does not use it */
    Series *nic;    /* load of its NIC, fraction; NULL when the job does not use it */
} ClassSeries;

typedef struct TrainingStep {
    Step step;
    TrainingTraffic traffic;
    ClassSeries *series; /* one per class */
    bool endless;        /* longer than STEP_MOST_S: not to be run */
} TrainingStep;

/*
 * Builds the step of a resolved job that fits into memory on an engine at time 0; engine_run then runs it.
 * training_step_destroy frees what the arena does not own.
 */
TrainingStep *training_step_create(Arena *arena, Engine *engine, FairShare *share, const SimulationSpec *spec,
                                   const JobSpec *job);
void training_step_destroy(TrainingStep *training_step);

#endif
