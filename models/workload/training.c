#include "models/workload/training.h"

#include "models/workload/training_end.h"
#include "models/workload/training_passes.h"

void training_tasks_add(Arena *arena, StepBuilder *builder, const SimulationSpec *spec, const JobSpec *job,
                        const TrainingTraffic *traffic) {
    const PlanSpec *plan = &job->training.plan;
    /* Kernels follow each other for hours: the power-limited clock counts. */
    const GpuSpec gpu = gpu_sustained(&spec->cluster.node.gpu);
    Build build = {.arena = arena,
                   .gpu = &gpu,
                   .training = &job->training,
                   .plan = plan,
                   .traffic = traffic,
                   .costs = training_costs_of(&job->training, &gpu),
                   .shape = plan_shape(plan),
                   .builder = builder};
    build_init(&build);
    training_passes_add(&build);
    training_end_add(&build);
    build_finish(&build);
}
