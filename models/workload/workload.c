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
