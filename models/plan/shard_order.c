#include "models/plan/shard_order.h"

#include "models/plan/pass_order.h"
#include "models/plan/plan_sharding.h"
#include "models/plan/shard_units.h"
#include "sim/engine/check.h"

/* A pass of micro-batches that each move everything. */
static void mark_each(const PlanSpec *plan, PassKind completes, ShardPass *item) {
    bool backward = item->pass.kind == PASS_BACKWARD;
    item->gathers =
        plan_zero_stage(plan) == 3 && item->pass.kind != PASS_WEIGHT && (!backward || plan->reshard_after_forward);
    item->reduces = item->pass.kind == completes;
}

/* Marks the first forward pass of a chunk and the pass that completes its gradients. */
static void mark_ends(const PlanSpec *plan, ShardPass *passes, int count, int chunk) {
    PassKind completes = plan_splits_backward(plan) ? PASS_WEIGHT : PASS_BACKWARD;
    ShardPass *first = passes + count, *last = passes;
    for (int i = 0; i < count; i++) {
        if (passes[i].pass.chunk != chunk)
            continue;
        if (passes[i].pass.kind == PASS_FORWARD && first == passes + count)
            first = &passes[i];
        if (passes[i].pass.kind == completes)
            last = &passes[i];
    }
    CHECK(first < passes + count);
    first->gathers = plan_zero_stage(plan) == 3;
    last->completes = last->reduces = true;
}

static void mark_stage(const TrainingSpec *training, ShardPass *passes, int count, int stage) {
    const PlanSpec *plan = &training->plan;
    PassKind completes = plan_splits_backward(plan) ? PASS_WEIGHT : PASS_BACKWARD;
    bool once = plan_sharding_once_per_step(plan);
    for (int i = 0; i < count && !once; i++)
        mark_each(plan, completes, &passes[i]);
    for (int chunk = 0; chunk < plan->virtual_stages; chunk++)
        mark_ends(plan, passes, count, chunk);
    for (int i = 0; i < count; i++) {
        bool cut = !once || passes[i].gathers || passes[i].reduces;
        passes[i].units = cut ? shard_unit_count(training, stage, passes[i].pass.chunk) : 0;
        passes[i].slots = cut ? passes[i].units : 1;
    }
}

const ShardOrder *shard_order_create(Arena *arena, const TrainingSpec *training) {
    PipelineShape shape = plan_shape(&training->plan);
    if (plan_zero_stage(&training->plan) < 2)
        return NULL;
    const PipelineSchedule *schedule = pipeline_find(training->plan.schedule);
    ShardOrder *order = ARENA_NEW(arena, ShardOrder);
    *order = (ShardOrder){.per_stage = pipeline_pass_count(schedule, &shape), .stages = shape.stages};
    PipelinePass *listed = ARENA_ARRAY(arena, shape.stages * order->per_stage, PipelinePass);
    ShardPass *passes = ARENA_ARRAY(arena, shape.stages * order->per_stage, ShardPass);
    pass_order_of_all(&training->plan, listed);
    for (int i = 0; i < shape.stages * order->per_stage; i++)
        passes[i] = (ShardPass){.pass = listed[i]};
    for (int stage = 0; stage < shape.stages; stage++) {
        ShardPass *of_stage = &passes[stage * order->per_stage];
        mark_stage(training, of_stage, order->per_stage, stage);
        for (int i = 0; i < order->per_stage; i++) {
            of_stage[i].first_slot = order->slots;
            order->slots += of_stage[i].slots;
        }
    }
    order->passes = passes;
    return order;
}

const ShardPass *shard_order_at(const ShardOrder *order, int stage, int position) {
    return &order->passes[stage * order->per_stage + position];
}

int shard_pass_unit(const ShardPass *pass, int slice) {
    return pass->pass.kind == PASS_FORWARD ? slice : pass->units - 1 - slice;
}

int shard_order_first_slot(const ShardOrder *order, int stage) {
    return stage < order->stages ? shard_order_at(order, stage, 0)->first_slot : order->slots;
}
