#include "models/workload/training.h"

#include "models/workload/layer_list_passes.h"
#include "models/workload/offload.h"
#include "models/workload/training_end.h"
#include "models/workload/training_gather.h"
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

/* Others, and pictures, would see that some passes are not among the tasks. */
static bool may_be_quiet(const SimulationSpec *spec, const JobSpec *job, const RankClasses *ranks) {
    bool asked = !spec->only_times || !spec->without_links || spec->every_event || !simulation_spec_is_one_job(spec);
    bool others = job->loader.workers > 0 || job->checkpoint.every_steps > 0 || offload_is_there(&job->training.plan);
    others = others || job->training.plan.expert_parallel > 1 || job->training.plan.overlap_param_gather;
    if (asked || others || ranks->replica_set_count > 1 || ranks->class_count != job->training.plan.pipeline_parallel)
        return false;
    for (int i = 0; i < ranks->class_count; i++)
        if (ranks->classes[i].speed_fraction != 1 || ranks->classes[i].node_type != ranks->classes[0].node_type)
            return false;
    return true;
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
                   .builder = builder,
                   .may_be_quiet = may_be_quiet(spec, job, ranks)};
    build_init(&build);
    if (training_family(build.training) == FAMILY_LAYERS) {
        layer_list_passes_add(&build);
    } else {
        training_passes_add(&build);
        training_shards_add(&build);
        training_gather_add(&build);
    }
    training_end_add(&build);
    training_save_add(&build);
    build_finish(&build);
}
