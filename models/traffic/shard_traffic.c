#include "models/traffic/shard_traffic.h"

#include "models/plan/parameter_bytes.h"
#include "models/plan/shard_units.h"

/* Gathers `weights` inside the groups; nothing below ZeRO-3. */
static int open_gather(CopyTraffic *builder, const TensorSpan *span, const CopyGroups *groups, double weights) {
    double bytes = weights * plan_weight_bytes(builder->plan);
    if (plan_zero_stage(builder->plan) < 3)
        return NO_OPERATION;
    return copy_traffic_open(builder, span, groups, COLLECTIVE_ALL_GATHER, bytes);
}

/* Each of its `times` collectives of a kind moves as much. */
static UnitTraffic open_unit(CopyTraffic *builder, const TensorSpan *span, const ShardUnit *unit) {
    const PlanSpec *plan = builder->plan;
    int times = shard_unit_collectives(builder->training, unit);
    double experts = shard_unit_expert_parameters(builder->training, unit) / times;
    double weights = shard_unit_parameters(builder->training, unit) / times - experts;
    double trained = shard_unit_trained_parameters(builder->training, unit) / times - experts;
    CopyGroups shard = copy_groups_shard(plan), between = copy_groups_between_shards(plan),
               copies = copy_groups_experts(plan);
    double bytes = trained * training_gradient_bytes(plan), expert_bytes = experts * training_gradient_bytes(plan);
    UnitTraffic traffic = {.times = times,
                           .gather = open_gather(builder, span, &shard, weights),
                           .expert_gather = open_gather(builder, span, &copies, experts)};
    traffic.scatter = copy_traffic_open(builder, span, &shard, COLLECTIVE_REDUCE_SCATTER, bytes);
    traffic.sum = copy_traffic_open(builder, span, &between, COLLECTIVE_ALL_REDUCE, bytes / shard.ranks);
    traffic.expert_scatter = copy_traffic_open(builder, span, &copies, COLLECTIVE_REDUCE_SCATTER, expert_bytes);
    return traffic;
}

/* As many parameters and experts in as many collectives between the same ranks. */
static bool are_alike(const TrainingSpec *training, const ShardUnit *one, const ShardUnit *other) {
    return one->stage == other->stage &&
           shard_unit_parameters(training, one) == shard_unit_parameters(training, other) &&
           shard_unit_trained_parameters(training, one) == shard_unit_trained_parameters(training, other) &&
           shard_unit_expert_parameters(training, one) == shard_unit_expert_parameters(training, other) &&
           shard_unit_collectives(training, one) == shard_unit_collectives(training, other);
}

/* All units in the order of stages and their chunks; fills first_unit. */
static ShardUnit *list_units(CopyTraffic *builder, int *first_unit, int *count) {
    const TrainingSpec *training = builder->training;
    int chunks = (int)builder->plan->virtual_stages, places = (int)builder->plan->pipeline_parallel * chunks;
    *count = 0;
    for (int place = 0; place < places; place++) {
        first_unit[place] = *count;
        *count += shard_unit_count(training, place / chunks, place % chunks);
    }
    ShardUnit *units = ARENA_ARRAY(builder->arena, *count, ShardUnit);
    for (int place = 0; place < places; place++) {
        int stage = place / chunks, chunk = place % chunks, of_chunk = shard_unit_count(training, stage, chunk);
        for (int i = 0; i < of_chunk; i++)
            units[first_unit[place] + i] = shard_unit_at(training, stage, chunk, i);
    }
    return units;
}

ShardTraffic shard_traffic_open(CopyTraffic *builder, int tensor_groups) {
    const PlanSpec *plan = builder->plan;
    int chunks = (int)plan->virtual_stages, width = (int)plan->tensor_parallel / tensor_groups, count;
    int *first_unit = ARENA_ARRAY(builder->arena, plan->pipeline_parallel * chunks, int);
    ShardTraffic out = {.first_unit = first_unit, .chunks = chunks, .tensor_groups = tensor_groups};
    if (plan_zero_stage(plan) < 2)
        return out;
    const ShardUnit *units = list_units(builder, first_unit, &count);
    UnitTraffic *items = ARENA_ARRAY(builder->arena, count * tensor_groups, UnitTraffic);
    for (int index = 0; index < count * tensor_groups; index++) {
        int unit = index / tensor_groups, group = index % tensor_groups;
        int same = first_unit[units[unit].stage * chunks];
        TensorSpan span = {.stage = units[unit].stage, .first = group * width, .end = (group + 1) * width};
        while (!are_alike(builder->training, &units[same], &units[unit]))
            same++;
        items[index] = same < unit ? items[same * tensor_groups + group] : open_unit(builder, &span, &units[unit]);
    }
    out.items = items;
    return out;
}

const UnitTraffic *shard_traffic_at(const ShardTraffic *traffic, int stage, int chunk, int unit, int group) {
    int first = traffic->first_unit[stage * traffic->chunks + chunk];
    return &traffic->items[(first + unit) * traffic->tensor_groups + group];
}
