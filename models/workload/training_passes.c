#include "models/workload/training_passes.h"

#include "models/cost/training_experts.h"
#include "models/plan/pass_order.h"
#include "models/workload/training_gather.h"
#include "models/workload/training_input.h"
#include "models/workload/training_offload.h"
#include "models/workload/training_quiet.h"
#include "models/workload/training_shards.h"
#include "models/workload/training_slice.h"

static StreamSet stage_streams(Build *build, const int *sets, int count, int stage) {
    StreamSet streams = {.classes = build->class_list, .stream = STREAM_COMPUTE};
    for (int i = 0; i < count; i++) {
        const int *bounds = build->builder->step->ranks.replica_sets[sets[i]].class_of_stage;
        for (int class = bounds[stage]; class < bounds[stage + 1]; class ++)
            build->class_list[streams.count++] = class;
    }
    return streams;
}

/* Overwrites class_list. */
static void enter_set(Build *build, PassPlace *place, int set) {
    place->set = set;
    place->streams = stage_streams(build, &set, 1, place->stage);
}

static int team_size(const Build *build, int team) {
    return build->traffic->teams->bounds[team + 1] - build->traffic->teams->bounds[team];
}

static const int *team_sets(const Build *build, int team) {
    return build->traffic->teams->sets + build->traffic->teams->bounds[team];
}

/* How ZeRO-2 and 3 cut a pass; NULL below. */
static const ShardPass *shard_pass_of(const Build *build, const PassPlace *place) {
    return build->shards != NULL ? shard_order_at(build->shards, place->stage, place->position) : NULL;
}

/* The part of a pass that slice `slice` does: a unit of ZeRO-2 or 3, otherwise an even share of the layers and the ends
 * where they belong. */
static PassWork slice_work(const Build *build, const PassPlace *place, int slice) {
    const ShardPass *shards = shard_pass_of(build, place);
    if (shards != NULL && shards->units > 0)
        return training_shards_work(build, shards, place->stage, slice);
    bool first = slice == 0, last = slice == place->slices - 1, forward = place->pass.kind == PASS_FORWARD;
    const BuildChunk *chunk = build_chunk(build, place->stage, place->pass.chunk);
    ChunkPart part = {place->stage, place->pass.chunk, slice, place->slices, !forward};
    return (PassWork){.kind = place->pass.kind,
                      .layers = chunk_span_part(build->training, chunk->layers, &part),
                      .embedding =
                          training_slice_is_first(place) && place->pass.kind != PASS_WEIGHT && (forward ? first : last),
                      .head = training_slice_is_last(build, place) && (forward ? last : first)};
}

/* Whether the GPUs of a place do something together at the end of a slice: sum hidden states or, after weight
 * gradients, wait for each other. */
static bool meets(const Build *build, const PassPlace *place) {
    if (place->pass.kind == PASS_WEIGHT)
        return place->streams.count > 1;
    return training_slice_tensor_operation(build, place) != NO_OPERATION;
}

/* The sums of the tensor group after a slice of a pass; returns the task that ends the slice. */
static TaskId add_tensor_sums(Build *build, const PassPlace *place, const PassWork *work, TaskId end) {
    int operation = training_slice_tensor_operation(build, place);
    StepTask what = training_slice_task(place);
    if (!meets(build, place))
        return end;
    what.kind = BAR_TENSOR_COMM;
    what.category = LEDGER_COMM_TENSOR;
    if (work->kind == PASS_WEIGHT)
        return step_builder_join(build->builder, what, &place->streams);
    return step_builder_communicate(build->builder, what, &place->streams, operation,
                                    training_slice_open_sums(build, place, work));
}

/* Tokens of the whole team go to their experts and come back; beside what follows, or before it. */
static void add_experts(Build *build, PassPlace *place, const PassWork *work) {
    const ExpertTraffic *traffic = &build->traffic->experts[place->team * build->shape.stages + place->stage];
    const int *sets = team_sets(build, place->team);
    int count = team_size(build, place->team);
    double times = training_expert_exchanges(build->plan, work->kind) * (double)work->layers.experts;
    bool alike = traffic->combine == traffic->dispatch;
    StepTask what = training_slice_task(place);
    what.kind = BAR_EXPERT_COMM;
    what.category = LEDGER_COMM_EXPERT;
    for (int i = 0; i < count; i++) {
        enter_set(build, place, sets[i]);
        training_slice_after(build, place, work);
        if (place->hides_exchange)
            step_builder_after(build->builder, build->set_end[sets[i]]);
    }
    StreamSet streams = stage_streams(build, sets, count, place->stage);
    streams.stream = place->hides_exchange ? STREAM_EXPERT : STREAM_COMPUTE;
    TaskId end = step_builder_communicate(build->builder, what, &streams, traffic->dispatch, alike ? 2 * times : times);
    if (!alike)
        end = step_builder_communicate(build->builder, what, &streams, traffic->combine, times);
    for (int i = 0; i < count; i++)
        build->set_end[sets[i]] = end;
}

/* Copies of activations beside all of a slice; the tasks that begin it are right before its compute. */
static void add_copies(Build *build, const PassPlace *place, const PassWork *work) {
    TaskId *end = &build->set_end[place->set];
    TaskId begin = build->set_first[place->set] - (TaskId)place->streams.count;
    OffloadPass pass = {place->set, place->stage, place->streams, work->kind, work->layers, training_slice_task(place),
                        begin};
    if (training_offload_copies(build, work->kind, work->layers.layers))
        *end = training_offload_pass(build, &pass, *end);
}

/* One slice of a pass on all sets of a team: their compute, the exchange with their experts, the sums of their tensor
 * groups. */
static void add_slice(Build *build, PassPlace *place, int slice) {
    const int *sets = team_sets(build, place->team);
    int count = team_size(build, place->team);
    PassWork work = slice_work(build, place, slice);
    bool experts = training_expert_exchanges(build->plan, work.kind) * (double)work.layers.experts > 0;
    for (int i = 0; i < count; i++) {
        enter_set(build, place, sets[i]);
        training_slice_add(build, place, slice, &work);
    }
    if (experts && !place->hides_exchange)
        add_experts(build, place, &work);
    for (int i = 0; i < count; i++) {
        enter_set(build, place, sets[i]);
        if (!meets(build, place))
            continue;
        if (!experts || place->hides_exchange)
            training_slice_after(build, place, &work);
        build->set_end[sets[i]] = add_tensor_sums(build, place, &work, build->set_end[sets[i]]);
    }
    if (experts && place->hides_exchange)
        add_experts(build, place, &work);
    for (int i = 0; i < count; i++) {
        enter_set(build, place, sets[i]);
        add_copies(build, place, &work);
    }
}

static void add_message(Build *build, const PassPlace *place, TaskId ready) {
    int operation = training_message(build->traffic, &build->shape, place->set, place->stage, &place->pass);
    size_t index = build_pass_index(build, place->set, place->stage, &place->pass);
    bool ends = place->pass.kind == PASS_FORWARD && training_slice_is_last(build, place);
    if (ends && build->plan->overlap_expert_comm)
        build->pass_sent[index] = ready;
    if (operation == NO_OPERATION)
        return;
    StreamSet streams = place->streams;
    streams.stream = build->plan->overlap_p2p ? STREAM_PIPELINE : STREAM_COMPUTE;
    StepTask what = {.kind = BAR_PIPELINE_COMM,
                     .micro_batch = place->pass.micro_batch,
                     .chunk = place->pass.chunk,
                     .category = LEDGER_COMM_PIPELINE};
    step_builder_after(build->builder, ready);
    build->pass_sent[index] = step_builder_communicate(build->builder, what, &streams, operation, 1);
}

/* Notes that a slice has ended on a set. */
static void note_end(Build *build, const PassPlace *place, int slice, bool completes_gradients) {
    TaskId end = build->set_end[place->set];
    const ShardPass *shards = shard_pass_of(build, place);
    const PipelinePass *pass = &place->pass;
    if (build->gather_end != NULL && pass->kind == PASS_FORWARD && pass->micro_batch == 0)
        build->gather_end[build_gradient_index(build, place->set, place->stage, pass->chunk, slice)] = end;
    if (shards != NULL)
        build->unit_end[build_slot_index(build, place->set, shards->first_slot + slice)] = end;
    else if (completes_gradients)
        build->gradients[build_gradient_index(build, place->set, place->stage, place->pass.chunk, slice)] = end;
}

static void add_inputs(Build *build, PassPlace *place) {
    for (int i = 0; i < team_size(build, place->team); i++) {
        enter_set(build, place, team_sets(build, place->team)[i]);
        training_input_add(build, place->set, &place->streams, place->pass.micro_batch);
    }
}

static void add_pass(Build *build, PassPlace *place, bool completes_gradients) {
    int count = team_size(build, place->team);
    const int *sets = team_sets(build, place->team);
    const ShardPass *shards = shard_pass_of(build, place);
    place->slices = shards != NULL ? shards->slots : training_gather_slices(build, place->stage, &place->pass);
    if (shards == NULL && completes_gradients)
        place->slices = training_gradient_slices(build->training, place->stage);
    place->hides_exchange = place->hides_exchange && place->slices == 1;
    if (place->pass.kind == PASS_FORWARD && training_slice_is_first(place))
        add_inputs(build, place);
    for (int slice = 0; slice < place->slices; slice++) {
        add_slice(build, place, slice);
        for (int i = 0; i < count; i++) {
            place->set = sets[i];
            note_end(build, place, slice, completes_gradients);
        }
    }
    for (int i = 0; i < count; i++) {
        enter_set(build, place, sets[i]);
        add_message(build, place, build->set_end[sets[i]]);
    }
}

/* Position of the pass that completes the gradients of each chunk, whichever micro-batch the schedule gives it. */
static void find_completing_pass(const Build *build, const PipelinePass *passes, int first, int *last_of_chunk) {
    PassKind completes = plan_splits_backward(build->plan) ? PASS_WEIGHT : PASS_BACKWARD;
    for (int i = first; i < build->pass_count; i++)
        if (passes[i].kind == completes)
            last_of_chunk[passes[i].chunk] = i;
}

static void add_passes(Build *build) {
    PipelinePass *orders = ARENA_ARRAY(build->arena, build->shape.stages * build->pass_count, PipelinePass);
    int *last_of_chunk = ARENA_ARRAY(build->arena, build->shape.chunks, int);
    int stages = build->shape.stages, places = build->traffic->teams->count * stages;
    training_quiet_list(build, orders);
    for (int index = 0; index < places; index++) {
        PassPlace place = {.team = index / stages, .stage = index % stages};
        const PipelinePass *passes = &orders[place.stage * build->pass_count];
        int first = training_quiet_first(build, place.stage);
        find_completing_pass(build, passes, first, last_of_chunk);
        training_quiet_add_timers(build, place.stage);
        for (int i = first; i < build->pass_count; i++) {
            place.pass = passes[i];
            place.position = i;
            place.hides_exchange = pass_order_hides_exchange(build->plan, passes, build->pass_count, i);
            add_pass(build, &place, last_of_chunk[passes[i].chunk] == i);
        }
    }
}

static void connect_pass(Build *build, int set, int stage, const PipelinePass *pass) {
    PipelinePass sender;
    int sender_stage;
    if (build->shape.stages < 2 || !pipeline_sender(&build->shape, stage, pass, &sender_stage, &sender))
        return;
    if (sender_stage == stage)
        return; /* on the same streams, before it */
    const Step *step = build->builder->step;
    const int *bounds = step->ranks.replica_sets[set].class_of_stage;
    TaskId first = build->pass_first[build_pass_index(build, set, stage, pass)];
    TaskId sent = build->pass_sent[build_pass_index(build, set, sender_stage, &sender)];
    for (int i = 0; i < bounds[stage + 1] - bounds[stage]; i++)
        task_graph_add_dependency(step->graph, first + (TaskId)i, sent);
}

/* The last chunk's backward pass begins when the exchange of its own forward pass has ended. */
static void connect_turn(Build *build, int set, int micro_batch) {
    const PipelineShape *shape = &build->shape;
    const int *bounds = build->builder->step->ranks.replica_sets[set].class_of_stage;
    int stage = shape->stages - 1;
    PipelinePass forward = {PASS_FORWARD, micro_batch, shape->chunks - 1}, backward = forward;
    backward.kind = PASS_BACKWARD;
    TaskId first = build->pass_first[build_pass_index(build, set, stage, &backward)];
    TaskId end = build->pass_sent[build_pass_index(build, set, stage, &forward)];
    for (int i = 0; i < bounds[stage + 1] - bounds[stage]; i++)
        task_graph_add_dependency(build->builder->step->graph, first + (TaskId)i, end);
}

static void connect_passes(Build *build) {
    const PipelineShape *shape = &build->shape;
    for (int set = 0; set < build->builder->step->ranks.replica_set_count; set++)
        for (int virtual_stage = 0; virtual_stage < shape->stages * shape->chunks; virtual_stage++)
            for (int i = 0; i < shape->micro_batches * 2; i++) {
                PipelinePass pass = {i % 2 ? PASS_BACKWARD : PASS_FORWARD, i / 2, virtual_stage / shape->stages};
                connect_pass(build, set, virtual_stage % shape->stages, &pass);
            }
    for (int set = 0; set < build->builder->step->ranks.replica_set_count && build->plan->overlap_expert_comm; set++)
        for (int micro_batch = 0; micro_batch < shape->micro_batches; micro_batch++)
            connect_turn(build, set, micro_batch);
}

static void sketch_pass(Build *build, int stage, PipelinePass pass, TaskSketch *sketch) {
    PassPlace place = {.stage = stage, .pass = pass};
    size_t index = build_pass_index(build, 0, stage, &pass);
    build->builder->sketch = sketch;
    add_pass(build, &place, false);
    build->builder->sketch = NULL;
    build->pass_first[index] = build->pass_sent[index] = TASK_NONE;
}

/* Describes a pass that makes no gradients of every kind, chunk and stage. */
static TaskSketch *sketch_passes(Build *build) {
    const PipelineShape *shape = &build->shape;
    int kinds = plan_splits_backward(build->plan) ? PASS_KIND_COUNT : PASS_WEIGHT;
    TaskSketch *sketches = ARENA_ARRAY(build->arena, shape->stages * quiet_works_of_stage(shape), TaskSketch);
    for (int stage = 0; stage < shape->stages; stage++)
        for (int i = 0; i < kinds * shape->chunks; i++) {
            PipelinePass pass = {.kind = (PassKind)(i % kinds), .chunk = i / kinds};
            sketch_pass(build, stage, pass, &sketches[quiet_work_of(shape, stage, &pass)]);
        }
    return sketches;
}

void training_passes_add(Build *build) {
    if (build->may_be_quiet && build->shards == NULL)
        training_quiet_choose(build, sketch_passes(build));
    add_passes(build);
    if (build->builder->step->quiet != NULL)
        training_quiet_connect(build);
    else
        connect_passes(build);
}
