#include "models/workload/training_gather.h"

static bool is_first(const Build *build, const PipelinePass *pass) {
    return build->plan->overlap_param_gather && pass->kind == PASS_FORWARD && pass->micro_batch == 0;
}

int training_gather_slices(const Build *build, int stage, const PipelinePass *pass) {
    bool cuts = is_first(build, pass) && build->shape.chunks == 1;
    return cuts ? training_gradient_slices(build->training, stage) : 1;
}

/* The gathers of one data-parallel group of a stage. */
typedef struct GatherStream {
    Build *build;
    int stage;
    int group;
    StreamSet streams;
} GatherStream;

static PipelinePass first_pass(int chunk) {
    return (PipelinePass){PASS_FORWARD, 0, chunk};
}

/* The group's GPUs do not compute the slice before `task` has ended. */
static void hold_slice(const GatherStream *self, int chunk, int slice, TaskId task) {
    const Build *build = self->build;
    const RankClasses *ranks = &build->builder->step->ranks;
    for (int i = 0; i < self->streams.count && task != TASK_NONE; i++) {
        int class = self->streams.classes[i], set = ranks->classes[class].replica_set;
        int first_class = ranks->replica_sets[set].class_of_stage[self->stage];
        TaskId first = build->gather_first[build_gradient_index(build, set, self->stage, chunk, slice)];
        task_graph_add_dependency(build->builder->step->graph, first + (TaskId)(class - first_class), task);
    }
}

/* The next task waits until the input of the stage's first pass is there, of all replicas. */
static void after_input(const GatherStream *self) {
    const Build *build = self->build;
    PipelinePass pass = first_pass(0), sender;
    int from;
    if (!pipeline_sender(&build->shape, self->stage, &pass, &from, &sender) || from == self->stage)
        return;
    for (int set = 0; set < build->builder->step->ranks.replica_set_count; set++)
        step_builder_after(build->builder, build->pass_sent[build_pass_index(build, set, from, &sender)]);
}

/* The next task waits until the slice is computed, of all replicas. */
static void after_slice(const GatherStream *self, int slice) {
    const Build *build = self->build;
    for (int set = 0; set < build->builder->step->ranks.replica_set_count; set++)
        step_builder_after(build->builder, build->gather_end[build_gradient_index(build, set, self->stage, 0, slice)]);
}

/* The next task waits until the chunk before is about to begin on the first stage, by the passes of this one. */
static void after_chunk_before(const GatherStream *self, int chunk) {
    const Build *build = self->build;
    const RankClasses *ranks = &build->builder->step->ranks;
    int micro_batch = build->shape.stages - 1 - self->stage, most = build->shape.micro_batches - 1;
    PipelinePass pass = {PASS_FORWARD, micro_batch < most ? micro_batch : most, chunk - 2};
    for (int i = 0; i < self->streams.count; i++) {
        int class = self->streams.classes[i], set = ranks->classes[class].replica_set;
        int first_class = ranks->replica_sets[set].class_of_stage[self->stage];
        TaskId first = build->pass_first[build_pass_index(build, set, self->stage, &pass)];
        step_builder_after(build->builder, first + (TaskId)(class - first_class));
    }
}

/* `times` pieces of a chunk's parameters, and `expert_times` of its experts'; returns the last task. */
static TaskId add_pieces(const GatherStream *self, int chunk, int times, int expert_times) {
    const Build *build = self->build;
    const TrainingTraffic *traffic = build->traffic;
    int index = (self->stage * build->shape.chunks + chunk) * traffic->tensor_groups + self->group;
    StepTask what = {.kind = BAR_DATA_COMM, .micro_batch = -1, .chunk = chunk, .category = LEDGER_COMM_DATA};
    TaskId end = step_builder_communicate(build->builder, what, &self->streams, traffic->parameters[index], times);
    if (traffic->expert_parameters[index] != NO_OPERATION)
        end = step_builder_communicate(build->builder, what, &self->streams, traffic->expert_parameters[index],
                                       expert_times);
    return end;
}

/* Slice by slice, each as the one before begins. */
static void add_slices(const GatherStream *self) {
    const Build *build = self->build;
    int slices = training_gradient_slices(build->training, self->stage);
    int buckets = training_gradient_buckets(build->training, self->stage, 0);
    for (int slice = 0; slice < slices; slice++) {
        if (slice == 0)
            after_input(self);
        else if (slice > 1)
            after_slice(self, slice - 2);
        hold_slice(self, 0, slice, add_pieces(self, 0, buckets, 1));
    }
}

static void add_chunks(const GatherStream *self) {
    const Build *build = self->build;
    int slices = training_gradient_slices(build->training, self->stage);
    for (int chunk = 0; chunk < build->shape.chunks; chunk++) {
        int index = (self->stage * build->shape.chunks + chunk) * build->traffic->tensor_groups + self->group;
        if (build->traffic->parameters[index] == NO_OPERATION)
            continue;
        if (chunk > 1)
            after_chunk_before(self, chunk);
        int buckets = training_gradient_buckets(build->training, self->stage, chunk);
        hold_slice(self, chunk, 0, add_pieces(self, chunk, slices * buckets, slices));
    }
}

void training_gather_add(Build *build) {
    int groups = build->traffic->tensor_groups;
    if (!build->plan->overlap_param_gather)
        return;
    for (int index = 0; index < build->shape.stages * groups; index++) {
        GatherStream stream = {.build = build, .stage = index / groups, .group = index % groups};
        stream.streams = build_group_streams(build, stream.stage, stream.group, STREAM_DATA);
        if (build->shape.chunks > 1)
            add_chunks(&stream);
        else if (build->traffic->parameters[index] != NO_OPERATION)
            add_slices(&stream);
    }
}
