#include "models/workload/training_build.h"

#include <stdlib.h>
#include <string.h>

#include "models/cost/work_profile.h"
#include "models/memory/activation_memory.h"
#include "sim/engine/array.h"

static size_t pass_total(const Build *build) {
    size_t sets = (size_t)build->builder->step->ranks.replica_set_count;
    return sets * (size_t)build->shape.stages * (size_t)build->pass_count;
}

static void init_chunks(Build *build) {
    int stages = build->shape.stages, chunks = build->shape.chunks;
    build->chunks = ARENA_ARRAY(build->arena, (size_t)stages * (size_t)chunks, BuildChunk);
    for (int i = 0; i < stages * chunks; i++) {
        int stage = i / chunks, chunk = i % chunks;
        build->chunks[i] = (BuildChunk){chunk_span(build->training, stage, chunk),
                                        (int64_t)training_chunk_activation_bytes(build->training, stage, chunk),
                                        (int64_t)training_chunk_weight_bytes(build->training, stage, chunk)};
    }
}

void build_init(Build *build) {
    const RankClasses *ranks = &build->builder->step->ranks;
    size_t chunks = (size_t)ranks->replica_set_count * (size_t)build->shape.stages * (size_t)build->shape.chunks;
    init_chunks(build);
    build->pass_count = pipeline_pass_count(pipeline_find(build->plan->schedule), &build->shape);
    build->pass_first = ARENA_ARRAY(build->arena, pass_total(build), TaskId);
    build->pass_sent = ARENA_ARRAY(build->arena, pass_total(build), TaskId);
    memset(build->pass_first, 0xff, pass_total(build) * sizeof *build->pass_first); /* TASK_NONE */
    memset(build->pass_sent, 0xff, pass_total(build) * sizeof *build->pass_sent);
    build->gradients = ARENA_ARRAY(build->arena, chunks * TRAINING_SLICES_MAX, TaskId);
    if (build->plan->overlap_param_gather) {
        build->gather_first = ARENA_ARRAY(build->arena, chunks * TRAINING_SLICES_MAX, TaskId);
        build->gather_end = ARENA_ARRAY(build->arena, chunks * TRAINING_SLICES_MAX, TaskId);
    }
    build->shards = shard_order_create(build->arena, build->training);
    size_t slots = (size_t)ranks->replica_set_count * (size_t)(build->shards != NULL ? build->shards->slots : 0);
    int groups = build->shape.stages * build->traffic->tensor_groups;
    build->unit_first = ARENA_ARRAY(build->arena, slots, TaskId);
    build->unit_end = ARENA_ARRAY(build->arena, slots, TaskId);
    build->shards_done = ARENA_ARRAY(build->arena, groups, TaskId);
    for (int group = 0; group < groups; group++)
        build->shards_done[group] = TASK_NONE;
    build->set_first = ARENA_ARRAY(build->arena, ranks->replica_set_count, TaskId);
    build->set_end = ARENA_ARRAY(build->arena, ranks->replica_set_count, TaskId);
    build->class_list = ARENA_ARRAY(build->arena, ranks->class_count, int);
}

const BuildChunk *build_chunk(const Build *build, int stage, int chunk) {
    return &build->chunks[stage * build->shape.chunks + chunk];
}

size_t build_pass_index(const Build *build, int set, int stage, const PipelinePass *pass) {
    size_t virtual_stages = (size_t)build->shape.stages * (size_t)build->shape.chunks;
    size_t row = (size_t)set * virtual_stages + (size_t)pass->chunk * (size_t)build->shape.stages + (size_t)stage;
    size_t kinds = (size_t)build->pass_count / (size_t)(build->shape.micro_batches * build->shape.chunks);
    return (row * (size_t)build->shape.micro_batches + (size_t)pass->micro_batch) * kinds + (size_t)pass->kind;
}

size_t build_gradient_index(const Build *build, int set, int stage, int chunk, int slice) {
    size_t row = (size_t)set * (size_t)build->shape.stages + (size_t)stage;
    return (row * (size_t)build->shape.chunks + (size_t)chunk) * TRAINING_SLICES_MAX + (size_t)slice;
}

size_t build_slot_index(const Build *build, int set, int slot) {
    return (size_t)set * (size_t)build->shards->slots + (size_t)slot;
}

int build_tensor_group(const Build *build, const RankClass *class) {
    int tensors = (int)build->plan->tensor_parallel;
    return class->members[0] % tensors / (tensors / build->traffic->tensor_groups);
}

StreamSet build_group_streams(Build *build, int stage, int group, StreamKind kind) {
    const RankClasses *ranks = &build->builder->step->ranks;
    int count = 0;
    for (int class = 0; class < ranks->class_count; class ++)
        if (ranks->classes[class].stage == stage && build_tensor_group(build, &ranks->classes[class]) == group)
            build->class_list[count++] = class;
    return (StreamSet){.classes = build->class_list, .count = count, .stream = kind};
}

int build_profile(Build *build, const PassWork *work, const RankClass *class) {
    for (size_t i = 0; i < build->profile_key_count; i++) {
        const ProfileKey *key = &build->profile_keys[i];
        if (key->work.kind == work->kind && key->work.layers.layers == work->layers.layers &&
            key->work.layers.experts == work->layers.experts && key->work.embedding == work->embedding &&
            key->work.head == work->head && key->work.host_s == work->host_s && key->work.bytes == work->bytes &&
            key->work.part == work->part && key->work.sums_s == work->sums_s &&
            key->work.messages_s == work->messages_s && key->node_type == class->node_type &&
            key->speed_fraction == class->speed_fraction)
            return key->profile;
    }
    WorkProfile profile = training_pass_profile(&build->costs[class->node_type], work, class->speed_fraction);
    int number = step_builder_profile(build->builder, &profile);
    build->profile_keys = array_grow(build->profile_keys, &build->profile_key_capacity, build->profile_key_count + 1,
                                     sizeof *build->profile_keys);
    build->profile_keys[build->profile_key_count++] =
        (ProfileKey){*work, class->node_type, class->speed_fraction, number};
    return number;
}

void build_finish(Build *build) {
    free(build->profile_keys);
}
