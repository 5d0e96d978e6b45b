/*
 * collective_job: a job that runs one collective over all its GPUs, size after size, as nccl-tests do. A step is all
 * sizes, each `repeats` times. Beside the kinds of collective.h there are gather (all send their part to rank 0) and
 * scatter (rank 0 sends each its part), which NCCL makes of grouped sends and receives, as an all_to_all_v.
 */
#ifndef MODELS_WORKLOAD_COLLECTIVE_JOB_H
#define MODELS_WORKLOAD_COLLECTIVE_JOB_H

#include "models/spec.h"
#include "models/workload/collective_run.h"
#include "models/workload/step_builder.h"

typedef struct CollectiveTraffic {
    bool as_flows;               /* message by message (collective_run.h), not as loads on the links */
    const CollectiveCall *calls; /* [size] */
    double *alone_s;             /* [size]: of the call as flows by itself; 0 = not asked for yet */
    int size_count;
    const double *bytes;   /* [size]: of the buffer of a rank, > 0 */
    const int *operations; /* [size]: of the traffic */
} CollectiveTraffic;

/* The operations by index: those of collective_kind_name, then gather and scatter; NULL past the end. */
const char *collective_operation_name(int index);

/* Bus bandwidth over algorithm bandwidth of an operation (collective.h). */
double collective_operation_bus_factor(const char *operation, int ranks);

/* Sizes of a resolved spec, at most COLLECTIVE_SIZES_MAX. */
int collective_size_count(const CollectiveSpec *spec);
enum { COLLECTIVE_SIZES_MAX = 64 };

/*
 * Whether a job runs as explicit flows: unfolded, or when its nodes have unequally many of its ranks, which loads do
 * not describe well; up to 128 ranks, 32 when all send to all, and not where links fail, for flows are not rerouted.
 * The traffic must not be folded then.
 */
bool collective_runs_as_flows(const SimulationSpec *spec, const JobSpec *job, const int *rank_gpu);

/* Adds the operations of the job to the traffic, which is not sealed yet. */
CollectiveTraffic collective_traffic_create(Arena *arena, const SimulationSpec *spec, const JobSpec *job,
                                            const RankClasses *ranks, Traffic *traffic);

/* Adds the tasks of a step; each carries the number of its size as chunk and of its repetition as micro_batch. */
void collective_tasks_add(StepBuilder *builder, const CollectiveTraffic *traffic, const CollectiveSpec *spec);

#endif
