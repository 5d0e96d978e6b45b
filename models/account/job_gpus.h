/*
 * job_gpus: the GPUs that a job sits on, by type of node: how results call them, their mean peak, and whether the job
 * fits into the memory of each.
 */
#ifndef MODELS_ACCOUNT_JOB_GPUS_H
#define MODELS_ACCOUNT_JOB_GPUS_H

#include "models/results.h"
#include "models/spec.h"
#include "models/traffic/job_place.h"
#include "sim/engine/arena.h"

typedef struct JobGpus {
    const ClusterSpec *cluster;
    const JobSpec *job;
    const int *rank_gpu;
} JobGpus;

/* Fills gpu_words, gpu_kinds, power_limited and mean_peak_flop_per_s. */
void job_gpus_name(const JobGpus *gpus, Arena *arena, Results *results);

/* Fills the memory rows of a training job; true when every stage fits on the smallest of its GPUs. */
bool job_gpus_memory(const JobGpus *gpus, Arena *arena, Results *results);

#endif
