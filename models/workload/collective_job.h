/*
 * collective_job: a job that runs one collective over all its GPUs, size after size, as nccl-tests do. A step is all
 * sizes, each `repeats` times. Beside the kinds of collective.h there are gather (all send their part to rank 0) and
 * scatter (rank 0 sends each its part), which NCCL makes of grouped sends and receives, as an all_to_all_v.
 */
#ifndef MODELS_WORKLOAD_COLLECTIVE_JOB_H
#define MODELS_WORKLOAD_COLLECTIVE_JOB_H

#include "models/spec.h"
#include "models/workload/step_builder.h"

typedef struct CollectiveTraffic {
    int size_count;
    const double *bytes;   /* [size] */
    const int *operations; /* [size] */
} CollectiveTraffic;

/* The operations by index: those of collective_kind_name, then gather and scatter; NULL past the end. */
const char *collective_operation_name(int index);

/* Bus bandwidth over algorithm bandwidth of an operation (collective.h). */
double collective_operation_bus_factor(const char *operation, int ranks);

/* Sizes of a resolved spec, at most COLLECTIVE_SIZES_MAX. */
int collective_size_count(const CollectiveSpec *spec);
enum { COLLECTIVE_SIZES_MAX = 64 };

/* Adds the operations of the job to the traffic, which is not sealed yet. */
CollectiveTraffic collective_traffic_create(Arena *arena, const JobSpec *job, const RankClasses *ranks,
                                            Traffic *traffic);

/* Adds the tasks of a step; each carries the number of its size as chunk and of its repetition as micro_batch. */
void collective_tasks_add(StepBuilder *builder, const CollectiveTraffic *traffic, const CollectiveSpec *spec);

#endif
