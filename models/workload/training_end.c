#include "models/workload/training_end.h"

#include <string.h>

#include "models/cost/work_profile.h"
#include "models/plan/parameter_bytes.h"
#include "models/plan/training_parameters.h"
#include "models/plan/weight_owners.h"
#include "models/workload/training_offload.h"

/* Into the bucket, its division, out of it. */
enum { BUCKET_PASSES = 3 };

/* The next task waits for a slice of gradients of all replicas. */
static void after_slice(Build *build, int stage, int chunk, int slice) {
    const RankClasses *ranks = &build->builder->step->ranks;
    for (int set = 0; set < ranks->replica_set_count; set++) {
        /* Without overlap nothing leaves before the whole stage is done. */
        int wait_chunk = build->plan->overlap_grad_reduce ? chunk : 0;
        int wait_slice = build->plan->overlap_grad_reduce ? slice : 0;
        step_builder_after(build->builder,
                           build->gradients[build_gradient_index(build, set, stage, wait_chunk, wait_slice)]);
    }
}

/* Copies of a slice, with what the next task waits for. */
static void add_bucket_copies(Build *build, StepTask what, int stage, const StreamSet *streams) {
    const RankClass *first = &build->builder->step->ranks.classes[streams->classes[0]];
    double parameters = training_chunk_parameters(build->training, stage, what.chunk);
    double bytes = parameters * training_gradient_bytes(build->plan) / training_gradient_slices(build->training, stage);
    double pass_s = gpu_memory_bound_seconds(&build->gpus[first->node_type], 2 * bytes);
    if (build->plan->gradient_bucket_copies)
        step_builder_occupy(build->builder, what, streams, BUCKET_PASSES * pass_s / first->speed_fraction);
}

static TaskId add_gradient_slice(Build *build, int stage, int chunk, int slice, int group) {
    int index = (stage * build->shape.chunks + chunk) * build->traffic->tensor_groups + group;
    int operation = build->traffic->gradients[index];
    if (operation == NO_OPERATION)
        return TASK_NONE;
    StreamSet streams = build_group_streams(build, stage, group, STREAM_DATA);
    StepTask what = {.kind = BAR_DATA_COMM, .micro_batch = -1, .chunk = chunk, .category = LEDGER_COMM_DATA};
    after_slice(build, stage, chunk, slice);
    add_bucket_copies(build, what, stage, &streams);
    int buckets = training_gradient_buckets(build->training, stage, chunk);
    TaskId end = step_builder_communicate(build->builder, what, &streams, operation, buckets);
    const int rest[] = {build->traffic->shard_sums[index], build->traffic->expert_gradients[index]};
    const int times[] = {buckets, 1};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        if (rest[i] != NO_OPERATION)
            end = step_builder_communicate(build->builder, what, &streams, rest[i], times[i]);
    return end;
}

typedef struct GradientSlice {
    int stage;
    int chunk;
    int slice;
} GradientSlice;

/* A slice of gradients goes to host memory once it is reduced, by `reduced` if by anything. */
static TaskId add_slice_copy(Build *build, GradientSlice place, int group, TaskId reduced) {
    if (reduced == TASK_NONE)
        after_slice(build, place.stage, place.chunk, place.slice);
    step_builder_after(build->builder, reduced);
    double parameters = training_chunk_parameters(build->training, place.stage, place.chunk);
    return training_offload_gradients(build, place.stage, group,
                                      parameters / training_gradient_slices(build->training, place.stage));
}

/* The next task waits for all gradients of a stage that ZeRO-2 and 3 have reduced. */
static void after_shards(Build *build, int stage, int group) {
    const RankClasses *ranks = &build->builder->step->ranks;
    TaskId reduced = build->shards_done[stage * build->traffic->tensor_groups + group];
    int last = shard_order_first_slot(build->shards, stage + 1) - 1;
    for (int set = 0; set < ranks->replica_set_count && reduced == TASK_NONE; set++)
        step_builder_after(build->builder, build->unit_end[build_slot_index(build, set, last)]);
    step_builder_after(build->builder, reduced);
}

/* They go to host memory at once. */
static TaskId add_shard_copy(Build *build, int stage, int group) {
    after_shards(build, stage, group);
    return training_offload_gradients(build, stage, group, training_stage_parameters(build->training, stage));
}

/* Gradients leave in the order in which the backward pass makes them: the last chunk first. */
static TaskId add_stage_gradients(Build *build, int stage, int group) {
    TaskId last = TASK_NONE;
    bool offloads = training_offload_updates(build);
    if (offloads && build->shards != NULL)
        return add_shard_copy(build, stage, group);
    for (int chunk = build->shape.chunks - 1; chunk >= 0; chunk--)
        for (int slice = 0; slice < training_gradient_slices(build->training, stage); slice++) {
            TaskId end = add_gradient_slice(build, stage, chunk, slice, group);
            if (offloads)
                end = add_slice_copy(build, (GradientSlice){stage, chunk, slice}, group, end);
            last = end != TASK_NONE ? end : last; /* a chunk without weights reduces nothing */
        }
    return last;
}

/* Tied embedding gradients are summed between the first and the last stage, after those of their replicas. */
static TaskId add_embedding_sum(Build *build, int group) {
    int operation = build->traffic->embedding[group], last_stage = build->shape.stages - 1;
    if (operation == NO_OPERATION)
        return TASK_NONE;
    const RankClasses *ranks = &build->builder->step->ranks;
    for (int stage = 0; stage <= last_stage && build->shards != NULL; stage += last_stage)
        after_shards(build, stage, group);
    for (int set = 0; set < ranks->replica_set_count && build->shards == NULL; set++) {
        step_builder_after(build->builder, build->gradients[build_gradient_index(build, set, 0, 0, 0)]);
        step_builder_after(build->builder, build->gradients[build_gradient_index(build, set, last_stage, 0, 0)]);
    }
    int first_count = build_group_streams(build, 0, group, STREAM_DATA).count;
    int *classes = ARENA_ARRAY(build->arena, ranks->class_count, int);
    memcpy(classes, build->class_list, (size_t)first_count * sizeof *classes);
    StreamSet last = build_group_streams(build, last_stage, group, STREAM_DATA);
    memcpy(classes + first_count, last.classes, (size_t)last.count * sizeof *classes);
    StreamSet both = {.classes = classes, .count = first_count + last.count, .stream = STREAM_DATA};
    StepTask what = {.kind = BAR_DATA_COMM, .micro_batch = -1, .chunk = -1, .category = LEDGER_COMM_DATA};
    return step_builder_communicate(build->builder, what, &both, operation, 1);
}

static void add_optimizer(Build *build, int class) {
    const RankClass *self = &build->builder->step->ranks.classes[class];
    double parameters = weight_owners_parameters(build->training, self->stage);
    const GpuSpec *gpu = &build->gpus[self->node_type];
    WorkProfile profile = training_optimizer_profile(build->training, gpu, parameters, self->speed_fraction);
    StepTask what = {.gpu_class = class, .kind = BAR_OPTIMIZER, .micro_batch = -1, .chunk = -1};
    what.profile = step_builder_profile(build->builder, &profile);
    step_builder_compute(build->builder, what, (PoolUse){0});
}

static void add_update(Build *build, TaskId barrier) {
    int groups = build->traffic->tensor_groups;
    if (!training_offload_updates(build)) {
        for (int class = 0; class < build->builder->step->ranks.class_count; class ++)
            add_optimizer(build, class);
        return;
    }
    for (int index = 0; index < build->shape.stages * groups; index++)
        training_offload_update(build, index / groups, index % groups, barrier);
}

static void add_parameter_gathering(Build *build, int stage, int group) {
    if (build->plan->overlap_param_gather)
        return;
    for (int chunk = 0; chunk < build->shape.chunks; chunk++) {
        int index = (stage * build->shape.chunks + chunk) * build->traffic->tensor_groups + group;
        if (build->traffic->parameters[index] == NO_OPERATION)
            continue;
        StreamSet streams = build_group_streams(build, stage, group, STREAM_COMPUTE);
        StepTask what = {.kind = BAR_DATA_COMM, .micro_batch = -1, .chunk = chunk, .category = LEDGER_COMM_DATA};
        step_builder_communicate(build->builder, what, &streams, build->traffic->parameters[index], 1);
        if (build->traffic->expert_parameters[index] != NO_OPERATION)
            step_builder_communicate(build->builder, what, &streams, build->traffic->expert_parameters[index], 1);
    }
}

static void add_broadcasts(Build *build, int stage, int group) {
    if (build->traffic->weights == NULL)
        return;
    const WeightTraffic *weights = &build->traffic->weights[stage * build->traffic->tensor_groups + group];
    StreamSet streams = build_group_streams(build, stage, group, STREAM_COMPUTE);
    StepTask what = {.kind = BAR_DATA_COMM, .micro_batch = -1, .chunk = -1, .category = LEDGER_COMM_DATA};
    if (weights->matrices != NO_OPERATION)
        step_builder_communicate(build->builder, what, &streams, weights->matrices, weights->matrices_times);
    if (weights->vectors != NO_OPERATION)
        step_builder_communicate(build->builder, what, &streams, weights->vectors, weights->vectors_times);
}

void training_end_add(Build *build) {
    int groups = build->traffic->tensor_groups, stages = build->shape.stages;
    TaskId *reduced = ARENA_ARRAY(build->arena, (2 * stages + 1) * groups, TaskId);
    int count = 0;
    for (int index = 0; index < stages * groups; index++)
        reduced[count++] = add_stage_gradients(build, index / groups, index % groups);
    for (int group = 0; group < groups; group++)
        reduced[count++] = add_embedding_sum(build, group);
    for (int index = 0; index < stages * groups; index++)
        reduced[count++] = build->shards_done[index];
    for (int i = 0; i < count; i++)
        step_builder_after(build->builder, reduced[i]);
    add_update(build, step_builder_barrier(build->builder));
    for (int index = 0; index < stages * groups; index++) {
        add_parameter_gathering(build, index / groups, index % groups);
        add_broadcasts(build, index / groups, index % groups);
    }
    /* The step is over for nobody before it is over for all: what is left over has a cause. */
    step_builder_barrier(build->builder);
}
