#include "models/workload/collective_job.h"

#include <string.h>

#include "sim/engine/check.h"

int collective_size_count(const CollectiveSpec *spec) {
    int count = 0;
    for (double bytes = spec->from_bytes; bytes <= spec->to_bytes && count <= COLLECTIVE_SIZES_MAX;
         bytes *= (double)spec->factor)
        count++;
    return count;
}

static CollectiveKind kind_of(const char *operation) {
    int kind = 0;
    while (kind < COLLECTIVE_KIND_COUNT && strcmp(collective_kind_name((CollectiveKind)kind), operation) != 0)
        kind++;
    CHECK(kind < COLLECTIVE_KIND_COUNT);
    return (CollectiveKind)kind;
}

CollectiveTraffic collective_traffic_create(Arena *arena, const JobSpec *job, const RankClasses *ranks,
                                            Traffic *traffic) {
    const CollectiveSpec *spec = &job->collective;
    int count = collective_size_count(spec);
    double *bytes = ARENA_ARRAY(arena, count, double), size = spec->from_bytes;
    int *operations = ARENA_ARRAY(arena, count, int);
    for (int i = 0; i < count; i++, size *= (double)spec->factor) {
        bytes[i] = size;
        operations[i] = traffic_add(traffic, &(TrafficGroups){.kind = kind_of(spec->operation),
                                                              .bytes = size,
                                                              .algorithm = spec->algorithm,
                                                              .ranks = (int)job->gpus,
                                                              .count = 1,
                                                              .gpus = ranks->rank_gpu,
                                                              .copies = 1});
    }
    return (CollectiveTraffic){.size_count = count, .bytes = bytes, .operations = operations};
}

void collective_tasks_add(StepBuilder *builder, const CollectiveTraffic *traffic, const CollectiveSpec *spec) {
    const StreamSet all = {.classes = (const int[]){0}, .count = 1, .stream = STREAM_COMPUTE};
    StepTask what = {.kind = BAR_DATA_COMM, .category = LEDGER_COMM_DATA};
    for (int size = 0; size < traffic->size_count; size++)
        for (int repeat = 0; repeat < spec->repeats; repeat++) {
            what.chunk = size;
            what.micro_batch = repeat;
            step_builder_communicate(builder, what, &all, traffic->operations[size], 1);
        }
    step_builder_barrier(builder);
}
