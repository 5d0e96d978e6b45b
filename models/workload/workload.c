#include "models/workload/workload.h"

Workload *workload_create(Arena *arena, const SimulationSpec *spec, const JobSpec *job, const JobPlace *place,
                          Traffic *traffic) {
    Workload *workload = ARENA_NEW(arena, Workload);
    *workload = (Workload){.spec = spec, .job = job, .traffic = traffic};
    switch (job->kind) {
    case JOB_TRAINING:
        workload->ranks = rank_classes_create(arena, spec, job, place);
        workload->training = training_traffic_create(arena, spec, job, &workload->ranks, traffic);
        break;
    case JOB_COLLECTIVE:
        workload->ranks = rank_classes_of_group(arena, job, place);
        workload->collective = collective_traffic_create(arena, spec, job, &workload->ranks, traffic);
        break;
    }
    return workload;
}

bool workload_needs_host(const JobSpec *job) {
    bool offloads = job->kind == JOB_TRAINING && offload_is_there(&job->training.plan);
    return job->loader.workers > 0 || job->checkpoint.every_steps > 0 || offloads;
}

void workload_add_host(Arena *arena, Workload *workload, Host *host) {
    const JobSpec *job = workload->job;
    if (job->loader.workers > 0)
        workload->feeds = loader_work(arena, job, &workload->ranks, host);
    if (job->checkpoint.every_steps > 0)
        workload->saves = checkpoint_work(arena, job, &workload->ranks, host);
    if (offload_is_there(&job->training.plan))
        workload->offload = offload_create(arena, job, &workload->ranks, workload->training.tensor_groups, host);
}
