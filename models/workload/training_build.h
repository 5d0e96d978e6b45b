/*
 * training_build: what the parts of the training model share while a step is being built: the job, its costs and
 * traffic, and which task does what. Not for use outside training*.c.
 */
#ifndef MODELS_WORKLOAD_TRAINING_BUILD_H
#define MODELS_WORKLOAD_TRAINING_BUILD_H

#include "models/workload/pipeline.h"
#include "models/workload/step_builder.h"
#include "models/workload/training_costs.h"
#include "models/workload/training_traffic.h"

/* A profile that is shared by all passes of the same work on the same type of node at the same speed. */
typedef struct ProfileKey {
    PassWork work;
    int node_type;
    double speed_fraction;
    int profile;
} ProfileKey;

typedef struct Build {
    Arena *arena;
    const GpuSpec *gpus; /* [node_type], in long runs */
    const TrainingSpec *training;
    const PlanSpec *plan;
    const TrainingTraffic *traffic;
    const TrainingCosts *costs; /* [node_type] */
    PipelineShape shape;
    StepBuilder *builder;
    TaskId *pass_first; /* [build_pass_index]: first compute task of a pass; those of the other classes follow it */
    TaskId *pass_sent;  /* [build_pass_index]: its message to the next stage */
    TaskId *gradients;  /* [build_gradient_index]: the task that makes a slice of gradients ready */
    int *class_list;    /* scratch: one per class */
    ProfileKey *profile_keys;
    size_t profile_key_count;
    size_t profile_key_capacity;
} Build;

/* Sizes its tables for the step of `builder`; traffic and costs are in place. */
void build_init(Build *build);
void build_finish(Build *build);

size_t build_pass_index(const Build *build, int set, int stage, const PipelinePass *pass);
size_t build_gradient_index(const Build *build, int set, int stage, int chunk, int slice);

/* Number of the profile of a pass or slice; made at its first use. */
int build_profile(Build *build, const PassWork *work, const RankClass *class);

#endif
