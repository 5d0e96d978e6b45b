/*
 * workload: what a job does, laid out over its GPUs: its classes of ranks and its operations in the traffic. Constant
 * over the steps of the job; job_step.h runs them.
 */
#ifndef MODELS_WORKLOAD_WORKLOAD_H
#define MODELS_WORKLOAD_WORKLOAD_H

#include "models/traffic/job_place.h"
#include "models/traffic/rank_classes.h"
#include "models/traffic/training_traffic.h"
#include "models/workload/checkpoint.h"
#include "models/workload/collective_job.h"
#include "models/workload/loader.h"
#include "models/workload/offload.h"

typedef struct Workload {
    const SimulationSpec *spec;
    const JobSpec *job;
    RankClasses ranks;
    Traffic *traffic;
    TrainingTraffic training;     /* of a training job */
    CollectiveTraffic collective; /* of a collective job */
    const FeedWork *feeds;        /* [replica set]: of a job with a loader */
    const SaveWork *saves;        /* [class]: of a job with checkpoints */
    const Offload *offload;       /* NULL = nothing is offloaded */
} Workload;

/* Lays out a resolved job and adds its operations to the traffic, which is not sealed yet. */
Workload *workload_create(Arena *arena, const SimulationSpec *spec, const JobSpec *job, const JobPlace *place,
                          Traffic *traffic);

/* True when the job asks something of the hosts of its GPUs. */
bool workload_needs_host(const JobSpec *job);

/* Adds what it asks of the hosts, which are not sealed yet. */
void workload_add_host(Arena *arena, Workload *workload, Host *host);

#endif
