#include "models/workload/training_shards.h"

#include "models/cost/fsdp_copies.h"
#include "models/cost/shard_lists.h"
#include "models/cost/zero_copies.h"
#include "models/plan/live_parameters.h"
#include "models/plan/plan_sharding.h"
#include "models/plan/shard_units.h"

PassWork training_shards_work(const Build *build, const ShardPass *at, int stage, int slice) {
    ShardUnit unit = shard_unit_at(build->training, stage, at->pass.chunk, shard_pass_unit(at, slice));
    ShardLists lists = shard_lists_of(build->training, &unit, at->pass.kind);
    double copies = fsdp_copies_bytes(build->training, &unit, at->pass.kind) +
                    zero_copies_bytes(build->training, &unit, at->pass.kind);
    return (PassWork){.kind = at->pass.kind,
                      .layers = unit.layers,
                      .embedding = unit.embedding && at->pass.kind != PASS_WEIGHT,
                      .head = unit.head,
                      .host_s = lists.host_s,
                      .beside_s = lists.beside_s,
                      .bytes = lists.bytes + copies};
}

/* The collectives of one data-parallel group of a stage. */
typedef struct ShardStream {
    Build *build;
    int stage;
    int group;
    int first_slot; /* of the stage, and the one behind its last */
    int end_slot;
    StreamSet streams;
    const int *positions; /* [slot - first_slot]: of the pass in the order of the stage */
} ShardStream;

/* A slot's pass, and its unit there. */
typedef struct ShardSlot {
    const ShardPass *at;
    ShardUnit unit;
    const UnitTraffic *traffic;
} ShardSlot;

/* Of a pass that is cut. */
static ShardSlot slot_at(const ShardStream *self, int slot) {
    const Build *build = self->build;
    const ShardPass *at = shard_order_at(build->shards, self->stage, self->positions[slot - self->first_slot]);
    int unit = shard_pass_unit(at, slot - at->first_slot), chunk = at->pass.chunk;
    return (ShardSlot){at, shard_unit_at(build->training, self->stage, chunk, unit),
                       shard_traffic_at(&build->traffic->units, self->stage, chunk, unit, self->group)};
}

static bool is_cut(const ShardStream *self, int slot) {
    return shard_order_at(self->build->shards, self->stage, self->positions[slot - self->first_slot])->units > 0;
}

/* The next task waits until everybody has computed the slot. */
static void after_slot(const ShardStream *self, int slot) {
    const Build *build = self->build;
    for (int set = 0; slot >= self->first_slot && set < build->builder->step->ranks.replica_set_count; set++)
        step_builder_after(build->builder, build->unit_end[build_slot_index(build, set, slot)]);
}

/* The group's GPUs do not compute the slot before `task` has ended. */
static void hold_slot(const ShardStream *self, int slot, TaskId task) {
    const Build *build = self->build;
    const RankClasses *ranks = &build->builder->step->ranks;
    if (slot >= self->end_slot || task == TASK_NONE)
        return;
    for (int i = 0; i < self->streams.count; i++) {
        int class = self->streams.classes[i], set = ranks->classes[class].replica_set;
        int first_class = ranks->replica_sets[set].class_of_stage[self->stage];
        TaskId first = build->unit_first[build_slot_index(build, set, slot)];
        task_graph_add_dependency(build->builder->step->graph, first + (TaskId)(class - first_class), task);
    }
}

static TaskId add_collective(const ShardStream *self, const ShardSlot *slot, int operation, double times) {
    Build *build = self->build;
    StepTask what = {.kind = BAR_DATA_COMM,
                     .micro_batch = slot->at->pass.micro_batch,
                     .chunk = slot->at->pass.chunk,
                     .category = LEDGER_COMM_DATA};
    TaskId task = step_builder_communicate(build->builder, what, &self->streams, operation, times);
    build->shards_done[self->stage * build->traffic->tensor_groups + self->group] = task;
    return task;
}

/* What is kept for all of the step waits for no room. */
static void add_gather(const ShardStream *self, int slot) {
    const Build *build = self->build;
    if (slot >= self->end_slot || !is_cut(self, slot))
        return;
    ShardSlot at = slot_at(self, slot);
    const int operations[] = {at.traffic->gather, at.traffic->expert_gather};
    double times = at.traffic->times * shard_unit_gathers(build->training, &at.unit, at.at->pass.kind) *
                   shard_lists_gather_slowdown(build->training, &at.unit);
    for (size_t i = 0; i < sizeof operations / sizeof *operations && at.at->gathers; i++) {
        if (operations[i] == NO_OPERATION)
            continue;
        if (!plan_sharding_once_per_step(build->plan))
            after_slot(self, slot - (int)live_parameters_prefetch_layers(build->training) - 1);
        hold_slot(self, slot, add_collective(self, &at, operations[i], times));
    }
}

static void add_reduction(const ShardStream *self, int slot) {
    if (!is_cut(self, slot))
        return;
    ShardSlot at = slot_at(self, slot);
    const int scatters[] = {at.traffic->scatter, at.traffic->expert_scatter};
    for (size_t i = 0; i < sizeof scatters / sizeof *scatters && at.at->reduces; i++) {
        if (scatters[i] == NO_OPERATION)
            continue;
        after_slot(self, slot);
        int next = self->build->plan->overlap_grad_reduce ? slot + 2 : slot + 1;
        hold_slot(self, next, add_collective(self, &at, scatters[i], at.traffic->times));
    }
    if (at.traffic->sum != NO_OPERATION && at.at->completes) {
        after_slot(self, slot);
        add_collective(self, &at, at.traffic->sum, at.traffic->times);
    }
}

static void add_group(const ShardStream *self) {
    int ahead = (int)live_parameters_prefetch_layers(self->build->training) + 1;
    for (int slot = self->first_slot; slot < self->first_slot + ahead && slot < self->end_slot; slot++)
        add_gather(self, slot);
    for (int slot = self->first_slot; slot < self->end_slot; slot++) {
        add_reduction(self, slot);
        add_gather(self, slot + ahead);
    }
}

/* Fills the positions of the slots of a stage. */
static void place_slots(const ShardOrder *order, int stage, int *positions) {
    for (int position = 0; position < order->per_stage; position++)
        for (int i = 0; i < shard_order_at(order, stage, position)->slots; i++)
            *positions++ = position;
}

void training_shards_add(Build *build) {
    if (build->shards == NULL)
        return;
    int *positions = ARENA_ARRAY(build->arena, build->shards->slots, int);
    for (int stage = 0; stage < build->shape.stages; stage++) {
        ShardStream stream = {.build = build, .stage = stage, .positions = positions};
        stream.first_slot = shard_order_first_slot(build->shards, stage);
        stream.end_slot = shard_order_first_slot(build->shards, stage + 1);
        place_slots(build->shards, stage, positions);
        for (int group = 0; group < build->traffic->tensor_groups; group++) {
            stream.group = group;
            stream.streams = build_group_streams(build, stage, group, STREAM_DATA);
            add_group(&stream);
        }
    }
}
