#include "models/workload/training_shards.h"

#include "models/workload/live_parameters.h"
#include "models/workload/shard_lists.h"
#include "models/workload/shard_units.h"

PassWork training_shards_work(const Build *build, PassKind kind, int slice) {
    int index = kind == PASS_BACKWARD ? build->units - 1 - slice : slice;
    ShardUnit unit = shard_unit_at(build->training, index);
    ShardLists lists = shard_lists_of(build->training, index, kind);
    return (PassWork){.kind = kind,
                      .layers = unit.layers,
                      .embedding = unit.embedding,
                      .head = unit.head,
                      .host_s = lists.host_s,
                      .beside_s = lists.beside_s,
                      .bytes = lists.bytes};
}

/* The collectives of one data-parallel group. */
typedef struct ShardStream {
    Build *build;
    int group;
    int slots;
    int last_micro_batch; /* whose backward pass is the last one */
    StreamSet streams;
    const PipelinePass *passes; /* in the order of the stage */
} ShardStream;

static const PipelinePass *pass_of(const ShardStream *self, int slot) {
    return &self->passes[slot / self->build->units];
}

static int unit_of(const ShardStream *self, int slot) {
    int unit = slot % self->build->units;
    return pass_of(self, slot)->kind == PASS_BACKWARD ? self->build->units - 1 - unit : unit;
}

static const UnitTraffic *traffic_of(const ShardStream *self, int slot) {
    const TrainingTraffic *traffic = self->build->traffic;
    return &traffic->units[unit_of(self, slot) * traffic->tensor_groups + self->group];
}

/* The next task waits until everybody has computed the slot. */
static void after_slot(const ShardStream *self, int slot) {
    const Build *build = self->build;
    for (int set = 0; slot >= 0 && set < build->builder->step->ranks.replica_set_count; set++)
        step_builder_after(build->builder, build->unit_end[build_slot_index(build, set, slot)]);
}

/* The group's GPUs do not compute the slot before `task` has ended. */
static void hold_slot(const ShardStream *self, int slot, TaskId task) {
    const Build *build = self->build;
    const RankClasses *ranks = &build->builder->step->ranks;
    if (slot >= self->slots || task == TASK_NONE)
        return;
    for (int i = 0; i < self->streams.count; i++) {
        int class = self->streams.classes[i], set = ranks->classes[class].replica_set;
        int first_class = ranks->replica_sets[set].class_of_stage[0];
        TaskId first = build->unit_first[build_slot_index(build, set, slot)];
        task_graph_add_dependency(build->builder->step->graph, first + (TaskId)(class - first_class), task);
    }
}

static TaskId add_collective(const ShardStream *self, int slot, int operation, double times) {
    StepTask what = {.kind = BAR_DATA_COMM,
                     .micro_batch = pass_of(self, slot)->micro_batch,
                     .chunk = 0,
                     .category = LEDGER_COMM_DATA};
    TaskId task = step_builder_communicate(self->build->builder, what, &self->streams, operation, times);
    self->build->shards_done[self->group] = task;
    return task;
}

static void add_gather(const ShardStream *self, int slot) {
    const Build *build = self->build;
    if (slot >= self->slots)
        return;
    const UnitTraffic *unit = traffic_of(self, slot);
    const int operations[] = {unit->gather, unit->expert_gather};
    double times = unit->times * shard_unit_gathers(build->training, unit_of(self, slot), pass_of(self, slot)->kind) *
                   shard_lists_gather_slowdown(build->training, unit_of(self, slot));
    for (size_t i = 0; i < sizeof operations / sizeof *operations && times > 0; i++) {
        if (operations[i] == NO_OPERATION)
            continue;
        after_slot(self, slot - (int)live_parameters_prefetch_layers(build->training) - 1);
        hold_slot(self, slot, add_collective(self, slot, operations[i], times));
    }
}

static void add_reduction(const ShardStream *self, int slot) {
    const UnitTraffic *unit = traffic_of(self, slot);
    if (pass_of(self, slot)->kind == PASS_FORWARD)
        return;
    const int scatters[] = {unit->scatter, unit->expert_scatter};
    for (size_t i = 0; i < sizeof scatters / sizeof *scatters; i++) {
        if (scatters[i] == NO_OPERATION)
            continue;
        after_slot(self, slot);
        int next = self->build->plan->overlap_grad_reduce ? slot + 2 : slot + 1;
        hold_slot(self, next, add_collective(self, slot, scatters[i], unit->times));
    }
    if (unit->sum != NO_OPERATION && pass_of(self, slot)->micro_batch == self->last_micro_batch) {
        after_slot(self, slot);
        add_collective(self, slot, unit->sum, unit->times);
    }
}

static void add_group(ShardStream *self) {
    int ahead = (int)live_parameters_prefetch_layers(self->build->training) + 1;
    for (int slot = 0; slot < ahead && slot < self->slots; slot++)
        add_gather(self, slot);
    for (int slot = 0; slot < self->slots; slot++) {
        add_reduction(self, slot);
        add_gather(self, slot + ahead);
    }
}

void training_shards_add(Build *build) {
    int count = build->pass_count;
    if (build->units == 0)
        return;
    PipelinePass *passes = ARENA_ARRAY(build->arena, count, PipelinePass);
    pipeline_find(build->plan->schedule)->order(&build->shape, 0, passes);
    ShardStream stream = {.build = build, .slots = build_slot_count(build), .passes = passes};
    for (int i = 0; i < count; i++)
        if (passes[i].kind == PASS_BACKWARD)
            stream.last_micro_batch = passes[i].micro_batch;
    for (int group = 0; group < build->traffic->tensor_groups; group++) {
        stream.group = group;
        stream.streams = build_group_streams(build, 0, group, STREAM_DATA);
        add_group(&stream);
    }
}
