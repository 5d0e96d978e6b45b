#include "models/workload/training.h"

#include "models/workload/layer_list_passes.h"
#include "models/workload/training_end.h"
#include "models/workload/training_passes.h"
#include "models/workload/training_save.h"
#include "models/workload/training_shards.h"

/* Types that the job does not use may lack its precision. */
static void add_type(const ClusterSpec *cluster, const TrainingSpec *training, int type, GpuSpec *gpus,
                     TrainingCosts *costs) {
    if (gpus[type].sm_count > 0)
        return;
    gpus[type] = plan_gpu(&training->plan, &cluster_type(cluster, type)->gpu);
    if (training_family(training) == FAMILY_TRANSFORMER)
        costs[type] = training_costs_of(training, &gpus[type]);
}

void training_tasks_add(Arena *arena, StepBuilder *builder, const SimulationSpec *spec, const JobSpec *job,
                        const TrainingTraffic *traffic) {
    const PlanSpec *plan = &job->training.plan;
    const RankClasses *ranks = &builder->step->ranks;
    int types = cluster_type_count(&spec->cluster);
    GpuSpec *gpus = ARENA_ARRAY(arena, types, GpuSpec);
    TrainingCosts *costs = ARENA_ARRAY(arena, types, TrainingCosts);
    for (int i = 0; i < ranks->class_count; i++)
        add_type(&spec->cluster, &job->training, ranks->classes[i].node_type, gpus, costs);
    Build build = {.arena = arena,
                   .gpus = gpus,
                   .training = &job->training,
                   .plan = plan,
                   .traffic = traffic,
                   .costs = costs,
                   .shape = plan_shape(plan),
                   .builder = builder};
    build_init(&build);
    if (training_family(build.training) == FAMILY_LAYERS) {
        layer_list_passes_add(&build);
    } else {
        training_passes_add(&build);
        training_shards_add(&build);
    }
    training_end_add(&build);
    training_save_add(&build);
    build_finish(&build);
}
