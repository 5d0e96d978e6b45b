#include "models/workload/training_slice.h"

#include "models/cost/training_context.h"
#include "models/workload/training_offload.h"

bool training_slice_is_first(const PassPlace *place) {
    return place->stage == 0 && place->pass.chunk == 0;
}

bool training_slice_is_last(const Build *build, const PassPlace *place) {
    const PipelineShape *shape = &build->shape;
    return pipeline_virtual_stage(shape, place->stage, place->pass.chunk) == shape->stages * shape->chunks - 1;
}

StepTask training_slice_task(const PassPlace *place) {
    static const BarKind kinds[PASS_KIND_COUNT] = {BAR_FORWARD, BAR_BACKWARD, BAR_WEIGHT};
    return (StepTask){
        .kind = kinds[place->pass.kind], .micro_batch = place->pass.micro_batch, .chunk = place->pass.chunk};
}

int training_slice_tensor_operation(const Build *build, const PassPlace *place) {
    return place->pass.kind == PASS_WEIGHT ? NO_OPERATION
                                           : build->traffic->tensor[place->set * build->shape.stages + place->stage];
}

/* On the type of the first class: a tensor group is rarely on two. */
static const TrainingCosts *costs_of(const Build *build, const PassPlace *place) {
    const RankClass *class = &build->builder->step->ranks.classes[place->streams.classes[0]];
    return &build->costs[class->node_type];
}

/* How many windows, from the first on, have something to hide. */
static int windows_of(const Build *build, const PassPlace *place, const PassWork *work) {
    int count = 0;
    if (!tensor_overlap_is_there(build->plan) || work->layers.layers == 0 || work->kind == PASS_WEIGHT)
        return 0;
    while (count < TENSOR_WINDOWS && training_hidden_sums(costs_of(build, place), work, count) > 0)
        count++;
    return count;
}

/*
 * Those of the layers (training_experts.h) that nothing hides; one for the embedding forward and for the head backward;
 * half of one where a received message is gathered. None for the embedding backward and the head forward when they are
 * units of their own: the group only waits for each other.
 */
double training_slice_open_sums(const Build *build, const PassPlace *place, const PassWork *work) {
    bool forward = work->kind == PASS_FORWARD;
    double sums = training_open_sums(costs_of(build, place), work);
    if (forward ? work->embedding : work->head)
        sums += 1;
    PipelinePass sender;
    int from;
    bool receives = pipeline_sender(&build->shape, place->stage, &place->pass, &from, &sender) && from != place->stage;
    if (receives && !build->plan->sequence_parallel)
        sums += 0.5 / place->slices;
    return sums;
}

static PoolUse pass_memory(const Build *build, const PassPlace *place, int slice) {
    const BuildChunk *chunk = build_chunk(build, place->stage, place->pass.chunk);
    int64_t held = chunk->activations, kept = chunk->for_weights;
    const int64_t change[PASS_KIND_COUNT] = {held, kept - held, -kept};
    int64_t units = change[place->pass.kind];
    if (units > 0)
        return (PoolUse){.reserve_units = slice == 0 ? units : 0};
    return (PoolUse){.release_units = slice == place->slices - 1 ? -units : 0};
}

/* The slowest kind of link of an operation. */
static LinkKind operation_link(const Build *build, int operation) {
    LinkKind link = 0;
    for (int leg = 0; leg < traffic_leg_count(build->builder->traffic, operation); leg++) {
        LinkKind other = traffic_leg(build->builder->traffic, operation, leg)->link;
        link = other > link ? other : link;
    }
    return link;
}

/* A task of every class, one after the other; returns the first. */
static TaskId add_compute(Build *build, const PassPlace *place, const PassWork *work, PoolUse memory) {
    StepBuilder *builder = build->builder;
    StepTask what = training_slice_task(place);
    TaskId first = TASK_NONE;
    if (work->part >= PASS_BESIDE)
        what.link = operation_link(build, training_slice_tensor_operation(build, place));
    for (int i = 0; i < place->streams.count; i++) {
        what.gpu_class = place->streams.classes[i];
        what.profile = build_profile(build, work, &builder->step->ranks.classes[what.gpu_class]);
        TaskId task = step_builder_compute(builder, what, memory);
        first = i == 0 ? task : first;
    }
    return first;
}

static void after_compute(Build *build, const PassPlace *place, TaskId first) {
    for (int i = 0; i < place->streams.count; i++)
        step_builder_after(build->builder, first + (TaskId)i);
}

/* What travels beside a part of the work. */
typedef struct Beside {
    PassWork work; /* that part */
    StepTask what; /* kind and category of what travels */
    int operation;
    double times;
    PoolUse memory;
} Beside;

/* Begins when the `before` tasks up to set_end have ended, which becomes the task that ends both. */
static void add_beside(Build *build, const PassPlace *place, const Beside *beside, int before) {
    StepBuilder *builder = build->builder;
    StreamSet streams = place->streams;
    streams.stream = STREAM_CONTEXT;
    TaskId *end = &build->set_end[place->set];
    TaskId cover = add_compute(build, place, &beside->work, beside->memory);
    for (int i = 0; i < before; i++)
        step_builder_after(builder, *end - (TaskId)(before - 1 - i));
    TaskId moved = step_builder_communicate(builder, beside->what, &streams, beside->operation, beside->times);
    after_compute(build, place, cover);
    step_builder_after(builder, moved);
    *end = step_builder_join(builder, beside->what, &place->streams);
}

/* Keys and values travel round the context group beside the attention that they are for. */
static Beside context_ring(const Build *build, const PassPlace *place, const PassWork *work) {
    Beside ring = {.work = {.kind = work->kind, .layers = work->layers, .part = PASS_COVER},
                   .what = training_slice_task(place),
                   .operation = build->traffic->context[place->set * build->shape.stages + place->stage],
                   .times = training_context_blocks(build->plan, work->kind) * (double)work->layers.layers};
    ring.what.kind = BAR_CONTEXT_COMM;
    ring.what.category = LEDGER_COMM_CONTEXT;
    return ring;
}

/* Hidden states are gathered and reduced beside the products of a window. */
static Beside hidden_sums(const Build *build, const PassPlace *place, const PassWork *work, int window) {
    Beside sums = {.work = {.kind = work->kind, .layers = work->layers, .part = (PassPart)(PASS_BESIDE + window)},
                   .what = training_slice_task(place),
                   .operation = training_slice_tensor_operation(build, place),
                   .times = training_hidden_sums(costs_of(build, place), work, window)};
    sums.what.kind = BAR_TENSOR_COMM;
    sums.what.category = LEDGER_COMM_TENSOR;
    return sums;
}

static bool exchanges_context(const Build *build, const PassWork *work) {
    return build->plan->context_parallel > 1 && work->layers.layers > 0 && work->kind != PASS_WEIGHT;
}

/* What a slice waits for is added to its first tasks. */
static void note_first(Build *build, const PassPlace *place, int slice, TaskId first) {
    const PipelinePass *pass = &place->pass;
    if (build->gather_first != NULL && pass->kind == PASS_FORWARD && pass->micro_batch == 0)
        build->gather_first[build_gradient_index(build, place->set, place->stage, pass->chunk, slice)] = first;
    if (build->shards != NULL) {
        int slot = shard_order_at(build->shards, place->stage, place->position)->first_slot + slice;
        build->unit_first[build_slot_index(build, place->set, slot)] = first;
    }
    if (slice == 0)
        build->pass_first[build_pass_index(build, place->set, place->stage, &place->pass)] = first;
}

/* What the host does while a slice waits for its gathers: right before its compute, which they hold. */
static void add_host_work(Build *build, const PassPlace *place, const PassWork *work) {
    if (work->beside_s > 0)
        add_compute(build, place, &(PassWork){.kind = work->kind, .host_s = work->beside_s}, (PoolUse){0});
}

/* What the pass sends travels beside the one after it, and what that one sends beside the next: as if beside itself. */
static double messages_beside(const Build *build, const PassPlace *place) {
    int operation = training_message(build->traffic, &build->shape, place->set, place->stage, &place->pass);
    if (!build->plan->overlap_p2p || operation == NO_OPERATION)
        return 0;
    return traffic_alone_seconds(build->builder->traffic, operation) / place->slices;
}

/* The first part, or all: the tasks of every class, of which the first is returned. */
static TaskId add_first(Build *build, const PassPlace *place, int slice, const PassWork *work, PoolUse memory) {
    bool whole = !exchanges_context(build, work) && windows_of(build, place, work) == 0;
    bool copies = training_offload_copies(build, work->kind, work->layers.layers);
    int operation = training_slice_tensor_operation(build, place);
    PassWork part = *work;
    part.part = whole ? PASS_WHOLE : PASS_ALONE;
    part.messages_s = messages_beside(build, place);
    if (operation != NO_OPERATION)
        part.sums_s =
            training_slice_open_sums(build, place, &part) * traffic_alone_seconds(build->builder->traffic, operation);
    memory.release_units = whole ? memory.release_units : 0;
    add_host_work(build, place, work);
    TaskId begin = copies ? training_offload_begin(build, &place->streams) : TASK_NONE;
    TaskId first = add_compute(build, place, &part, memory);
    note_first(build, place, slice, copies ? begin : first);
    return first;
}

/* The part that is added last gives memory back. */
static void add_windows(Build *build, const PassPlace *place, const PassWork *work, PoolUse release, int before) {
    int count = windows_of(build, place, work);
    for (int window = 0; window < count; window++) {
        Beside beside = hidden_sums(build, place, work, window);
        if (window + 1 == count)
            beside.memory = release;
        add_beside(build, place, &beside, window > 0 ? 1 : before);
    }
}

void training_slice_add(Build *build, const PassPlace *place, int slice, const PassWork *work) {
    PoolUse memory = pass_memory(build, place, slice), release = {.release_units = memory.release_units};
    bool ring = exchanges_context(build, work), sums = windows_of(build, place, work) > 0;
    TaskId first = add_first(build, place, slice, work, memory);
    build->set_first[place->set] = first;
    build->set_end[place->set] = first + (TaskId)place->streams.count - 1;
    if (ring) {
        Beside beside = context_ring(build, place, work);
        if (!sums)
            beside.memory = release;
        add_beside(build, place, &beside, place->streams.count);
    }
    if (sums)
        add_windows(build, place, work, release, ring ? 1 : place->streams.count);
}

/* What travels ends on the streams of those that wait anyway. */
void training_slice_after(Build *build, const PassPlace *place, const PassWork *work) {
    if (!exchanges_context(build, work) && windows_of(build, place, work) == 0)
        after_compute(build, place, build->set_first[place->set]);
}
