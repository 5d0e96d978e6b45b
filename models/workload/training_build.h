/*
 * training_build: what the parts of the training model share while a step is being built: the job, its costs and
 * traffic, and which task does what. Not for use outside training*.c.
 */
#ifndef MODELS_WORKLOAD_TRAINING_BUILD_H
#define MODELS_WORKLOAD_TRAINING_BUILD_H

#include "models/cost/training_costs.h"
#include "models/plan/shard_order.h"
#include "models/traffic/training_traffic.h"
#include "models/workload/step_builder.h"

/* A chunk, and what it keeps of one micro-batch, in bytes: activations, and what is left of them for its weight
 * gradients. */
typedef struct BuildChunk {
    LayerSpan layers;
    int64_t activations;
    int64_t for_weights;
} BuildChunk;

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
    int pass_count; /* of one stage */
    StepBuilder *builder;
    BuildChunk *chunks;   /* [stage x chunks + chunk] */
    TaskId *pass_first;   /* [build_pass_index]: first compute task of a pass; those of the other classes follow it */
    TaskId *pass_sent;    /* [build_pass_index]: its message to the next stage */
    TaskId *gradients;    /* [build_gradient_index]: the task that makes a slice of gradients ready */
    TaskId *gather_first; /* [build_gradient_index]: first compute task of a slice of a chunk's first forward pass;
                             those of the other classes follow it; NULL without overlap_param_gather */
    TaskId *gather_end;   /* [build_gradient_index]: the task that ends it */
    const ShardOrder *shards; /* how ZeRO-2 and 3 cut passes; NULL below */
    TaskId *unit_first;  /* [build_slot_index]: first compute task of a slot; those of the other classes follow it */
    TaskId *unit_end;    /* [build_slot_index]: the task that ends it */
    TaskId *shards_done; /* [stage * tensor groups + group]: last collective of ZeRO-2 and 3; TASK_NONE without */
    TaskId *set_first;   /* scratch, [set]: first compute task of a slice */
    TaskId *set_end;     /* scratch, [set]: the task that ends a slice */
    bool may_be_quiet;   /* the job is alone, its classes are one per stage, and only its times are asked for */
    int *class_list;     /* scratch: one per class */
    ProfileKey *profile_keys;
    size_t profile_key_count;
    size_t profile_key_capacity;
} Build;

/* Sizes its tables for the step of `builder`; traffic and costs are in place. */
void build_init(Build *build);
void build_finish(Build *build);

const BuildChunk *build_chunk(const Build *build, int stage, int chunk);

size_t build_pass_index(const Build *build, int set, int stage, const PipelinePass *pass);
size_t build_gradient_index(const Build *build, int set, int stage, int chunk, int slice);

/* Of a slot of shard_order.h. */
size_t build_slot_index(const Build *build, int set, int slot);

/* Data-parallel group of a class: which of the tensor groups that are told apart holds it. */
int build_tensor_group(const Build *build, const RankClass *class);

/* Classes of a stage in that data-parallel group, in all replica sets; overwrites class_list. */
StreamSet build_group_streams(Build *build, int stage, int group, StreamKind kind);

/* Number of the profile of a pass or slice; made at its first use. */
int build_profile(Build *build, const PassWork *work, const RankClass *class);

#endif
