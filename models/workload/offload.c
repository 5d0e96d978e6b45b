#include "models/workload/offload.h"

#include "models/plan/element_bytes.h"
#include "models/plan/parameter_bytes.h"
#include "models/traffic/rank_gpus.h"

/* What it keeps and what it makes of it have the same size. */
static double state_bytes(const PlanSpec *plan) {
    return optimizer_state_bytes(&plan->optimizer, activation_bytes(plan->precision));
}

/* A data-parallel group of a stage: of every tensor group the same ranks. */
typedef struct UpdateGroup {
    int stage;
    int group; /* of `groups` */
    int groups;
} UpdateGroup;

/* Its GPUs; returns their number. */
static int gpus_of_group(const PlanSpec *plan, const RankClasses *ranks, const UpdateGroup *which, int *gpus) {
    int count = 0, tensors = (int)plan->tensor_parallel;
    for (int replica = 0; replica < plan->data_parallel; replica++)
        for (int member = 0; member < plan_stage_gpus(plan); member++)
            if (member % tensors / (tensors / which->groups) == which->group)
                gpus[count++] = rank_gpus_at(ranks, plan, which->stage, replica, member);
    return count;
}

bool offload_is_there(const PlanSpec *plan) {
    return plan->offload_optimizer || plan->offload_activations_fraction > 0;
}

static const OffloadCopies *add_copies(Arena *arena, const JobSpec *job, const RankClasses *ranks, Host *host) {
    const PlanSpec *plan = &job->training.plan;
    int stages = (int)plan->pipeline_parallel;
    OffloadCopies *copies = ARENA_ARRAY(arena, ranks->replica_set_count * stages, OffloadCopies);
    int *gpus = ARENA_ARRAY(arena, job->gpus, int);
    for (int place = 0; place < ranks->replica_set_count * stages; place++) {
        StageRanks all = {place / stages, place % stages, NULL, (int)plan_stage_gpus(plan)};
        int count = rank_gpus_of(ranks, plan, &all, gpus);
        copies[place] = (OffloadCopies){.down = host_add(host, HOST_FROM_GPU, gpus, count),
                                        .up = host_add(host, HOST_TO_GPU, gpus, count)};
    }
    return copies;
}

static const OffloadWork *add_optimizer(Arena *arena, const JobSpec *job, const RankClasses *ranks, int tensor_groups,
                                        Host *host) {
    const PlanSpec *plan = &job->training.plan;
    int places = (int)plan->pipeline_parallel * tensor_groups;
    OffloadWork *work = ARENA_ARRAY(arena, places, OffloadWork);
    int *gpus = ARENA_ARRAY(arena, job->gpus, int);
    for (int place = 0; place < places; place++) {
        UpdateGroup group = {place / tensor_groups, place % tensor_groups, tensor_groups};
        int count = gpus_of_group(plan, ranks, &group, gpus);
        work[place] = (OffloadWork){.down = host_add(host, HOST_FROM_GPU, gpus, count),
                                    .update = host_add(host, HOST_MEMORY, gpus, count),
                                    .up = host_add(host, HOST_TO_GPU, gpus, count)};
    }
    return work;
}

const Offload *offload_create(Arena *arena, const JobSpec *job, const RankClasses *ranks, int tensor_groups,
                              Host *host) {
    const PlanSpec *plan = &job->training.plan;
    Offload *offload = ARENA_NEW(arena, Offload);
    *offload = (Offload){.host = host};
    if (plan->offload_optimizer)
        offload->work = add_optimizer(arena, job, ranks, tensor_groups, host);
    if (plan->offload_activations_fraction > 0)
        offload->copies = add_copies(arena, job, ranks, host);
    return offload;
}

double offload_down_bytes(const PlanSpec *plan, double parameters) {
    return training_gradient_bytes(plan) * parameters / (double)plan_shard_size(plan);
}

double offload_update_bytes(const PlanSpec *plan, double parameters) {
    double moved = 2 * state_bytes(plan) + training_gradient_bytes(plan) + activation_bytes(plan->precision);
    return moved * parameters / (double)plan_shard_size(plan);
}

double offload_up_bytes(const PlanSpec *plan, double parameters) {
    return activation_bytes(plan->precision) * parameters / (double)plan_shard_size(plan);
}

double offload_kept_bytes(const PlanSpec *plan, double parameters) {
    double kept = state_bytes(plan) + training_gradient_bytes(plan) + activation_bytes(plan->precision);
    return kept * parameters / (double)plan_shard_size(plan);
}
