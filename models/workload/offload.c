#include "models/workload/offload.h"

#include "models/workload/training_memory.h"
#include "models/workload/work_cost.h"

/* What it keeps and what it makes of it have the same size. */
static double state_bytes(const PlanSpec *plan) {
    return optimizer_state_bytes(&plan->optimizer, activation_bytes(plan->precision));
}

/* The ranks of a data-parallel group of a stage; returns their number. */
static int ranks_of_group(const PlanSpec *plan, int stage, int group, int groups, int *ranks) {
    int count = 0, tensors = (int)plan->tensor_parallel;
    for (int replica = 0; replica < plan->data_parallel; replica++)
        for (int member = 0; member < plan_stage_gpus(plan); member++)
            if (member % tensors / (tensors / groups) == group)
                ranks[count++] = (int)plan_rank(plan, stage, replica, member);
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
        const ReplicaSet *set = &ranks->replica_sets[place / stages];
        int count = 0;
        for (int i = 0; i < set->replica_count; i++)
            for (int member = 0; member < plan_stage_gpus(plan); member++)
                gpus[count++] = ranks->rank_gpu[plan_rank(plan, place % stages, set->replicas[i], member)];
        copies[place] = (OffloadCopies){.down = host_add(host, HOST_FROM_GPU, gpus, count),
                                        .up = host_add(host, HOST_TO_GPU, gpus, count)};
    }
    return copies;
}

static const OffloadWork *add_optimizer(Arena *arena, const JobSpec *job, const int *rank_gpu, int tensor_groups,
                                        Host *host) {
    const PlanSpec *plan = &job->training.plan;
    int places = (int)plan->pipeline_parallel * tensor_groups;
    OffloadWork *work = ARENA_ARRAY(arena, places, OffloadWork);
    int *gpus = ARENA_ARRAY(arena, job->gpus, int);
    for (int place = 0; place < places; place++) {
        int count = ranks_of_group(plan, place / tensor_groups, place % tensor_groups, tensor_groups, gpus);
        for (int i = 0; i < count; i++)
            gpus[i] = rank_gpu[gpus[i]];
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
        offload->work = add_optimizer(arena, job, ranks->rank_gpu, tensor_groups, host);
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
