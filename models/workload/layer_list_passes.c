#include "models/workload/layer_list_passes.h"

#include <string.h>

#include "models/cost/layer_run_cost.h"
#include "models/cost/work_profile.h"
#include "models/plan/layer_list_plan.h"
#include "models/plan/pass_order.h"
#include "models/workload/training_input.h"

/* What the exchange ends before a pass needs it, the two ends of the pass, and its buckets. */
enum { CUTS_MAX = 4 + LAYER_LIST_SLICES_MAX };

/* Layers from .. end - 1, forward or backward. */
typedef struct Stretch {
    PassKind kind;
    int from;
    int end;
} Stretch;

/* A pass being added, on all replica sets. */
typedef struct PassAt {
    int stage;
    PipelinePass pass;
    ListChunk chunk;
    ListExchange exchange;
    int operation; /* of the exchange; NO_OPERATION */
    int slices;    /* buckets that it completes; 0 = none */
} PassAt;

typedef struct Passes {
    Build *build;
    LayerRun run;
    LayerRunCosts *costs; /* [type] */
    TaskId *ends;         /* [class] of the stretch that was added last */
    TaskId exchanged;     /* the exchange under way; TASK_NONE */
    TaskId *leading;      /* [build_pass_index of set 0]: the exchange that a pass begins with; TASK_NONE */
    int cuts[CUTS_MAX];   /* ascending, each once, over the layers of the chunk */
    int cut_count;
} Passes;

static int type_count(const RankClasses *ranks) {
    int most = 0;
    for (int class = 0; class < ranks->class_count; class ++)
        most = ranks->classes[class].node_type > most ? ranks->classes[class].node_type : most;
    return most + 1;
}

/* For every type of node that the job has. */
static void price(Passes *self) {
    Build *build = self->build;
    const RankClasses *ranks = &build->builder->step->ranks;
    int types = type_count(ranks);
    self->costs = ARENA_ARRAY(build->arena, types, LayerRunCosts);
    for (int class = 0; class < ranks->class_count; class ++) {
        int type = ranks->classes[class].node_type;
        if (self->costs[type].forward == NULL)
            self->costs[type] = layer_run_costs(build->training, &self->run, &build->gpus[type], build->arena);
    }
}

static void add_cut(Passes *self, int cut) {
    int at = self->cut_count;
    for (int i = 0; i < self->cut_count; i++)
        if (self->cuts[i] == cut)
            return;
    for (; at > 0 && self->cuts[at - 1] > cut; at--)
        self->cuts[at] = self->cuts[at - 1];
    self->cuts[at] = cut;
    self->cut_count++;
}

static void cut_pass(Passes *self, const PassAt *at) {
    self->cut_count = 0;
    add_cut(self, at->chunk.first);
    add_cut(self, at->chunk.end);
    if (at->operation != NO_OPERATION) {
        add_cut(self, at->exchange.looked_up);
        add_cut(self, at->exchange.joined);
    }
    for (int slice = 0; slice < at->slices; slice++)
        add_cut(self, layer_list_slice_end(&self->run, &at->chunk, slice, at->slices));
}

static int stretch_profile(Passes *self, const Stretch *stretch, const RankClass *class) {
    const LayerRunCosts *of_type = &self->costs[class->node_type];
    const WorkCost *costs = stretch->kind == PASS_FORWARD ? of_type->forward : of_type->backward;
    WorkCost sum = {0};
    for (int i = stretch->from; i < stretch->end; i++)
        work_cost_add(&sum, &costs[i], 1);
    WorkProfile profile = training_work_profile(&sum, class->speed_fraction);
    return step_builder_profile(self->build->builder, &profile);
}

static bool is_alike(const RankClass *one, const RankClass *other) {
    return one->node_type == other->node_type && one->speed_fraction == other->speed_fraction;
}

/* The only class of a stage in a set: no layer is cut, so a replica has one GPU there. */
static int class_of(const Passes *self, int set, int stage) {
    return self->build->builder->step->ranks.replica_sets[set].class_of_stage[stage];
}

static int set_count(const Passes *self) {
    return self->build->builder->step->ranks.replica_set_count;
}

/* A task of every class of the stage; a class that is like the one before shares its profile. */
static void add_stretch(Passes *self, const PassAt *at, const Stretch *stretch, bool waits, PoolUse memory) {
    StepBuilder *builder = self->build->builder;
    const RankClass *before = NULL;
    StepTask what = {.kind = at->pass.kind == PASS_FORWARD ? BAR_FORWARD : BAR_BACKWARD,
                     .micro_batch = at->pass.micro_batch,
                     .chunk = at->pass.chunk};
    for (int set = 0; set < set_count(self); set++) {
        size_t index = build_pass_index(self->build, set, at->stage, &at->pass);
        what.gpu_class = class_of(self, set, at->stage);
        const RankClass *class = &builder->step->ranks.classes[what.gpu_class];
        if (before == NULL || !is_alike(class, before))
            what.profile = stretch_profile(self, stretch, class);
        before = class;
        if (waits)
            step_builder_after(builder, self->exchanged);
        TaskId task = step_builder_compute(builder, what, memory);
        self->ends[what.gpu_class] = task;
        if (self->build->pass_first[index] == TASK_NONE)
            self->build->pass_first[index] = task;
    }
}

static StreamSet streams_of_stage(const Passes *self, int stage, StreamKind kind) {
    StreamSet streams = {.classes = self->build->class_list, .count = set_count(self), .stream = kind};
    for (int set = 0; set < streams.count; set++)
        self->build->class_list[set] = class_of(self, set, stage);
    return streams;
}

static void add_exchange(Passes *self, const PassAt *at) {
    Build *build = self->build;
    StreamSet streams = streams_of_stage(self, at->stage, STREAM_DATA);
    StepTask what = {.kind = BAR_DATA_COMM, .micro_batch = at->pass.micro_batch, .category = LEDGER_COMM_EMBEDDING};
    for (int set = 0; set < streams.count; set++)
        step_builder_after(build->builder, self->ends[streams.classes[set]]);
    self->exchanged = step_builder_communicate(build->builder, what, &streams, at->operation, 1);
}

/* A backward pass whose vectors are joined on a later stage begins with their exchange: when their gradients are here.
 */
static bool exchange_leads(const PassAt *at) {
    return at->operation != NO_OPERATION && at->exchange.joined == at->chunk.end;
}

static void lead_with_exchange(Passes *self, const PassAt *at) {
    const Traffic *traffic = self->build->builder->traffic;
    add_exchange(self, at);
    self->leading[build_pass_index(self->build, 0, at->stage, &at->pass)] =
        self->exchanged - (TaskId)(traffic_leg_count(traffic, at->operation) - 1);
}

/* The buckets that the layers from `from` on complete. */
static void mark_gradients(Passes *self, const PassAt *at, int from) {
    Build *build = self->build;
    for (int slice = 0; slice < at->slices; slice++)
        for (int set = 0; set < set_count(self); set++)
            if (layer_list_slice_end(&self->run, &at->chunk, slice, at->slices) == from)
                build->gradients[build_gradient_index(build, set, at->stage, at->pass.chunk, slice)] =
                    self->ends[class_of(self, set, at->stage)];
}

/* Every replica waits for its samples, if it has a loader. */
static void add_inputs(Passes *self, const PassAt *at) {
    for (int set = 0; set < set_count(self) && at->chunk.first == 0; set++) {
        const int class = class_of(self, set, at->stage);
        const StreamSet streams = {.classes = &class, .count = 1, .stream = STREAM_COMPUTE};
        training_input_add(self->build, set, &streams, at->pass.micro_batch);
    }
}

static void add_forward(Passes *self, const PassAt *at) {
    int64_t kept_bytes = build_chunk(self->build, at->stage, at->pass.chunk)->activations;
    bool exchanges = at->operation != NO_OPERATION;
    add_inputs(self, at);
    cut_pass(self, at);
    for (int cut = 1; cut < self->cut_count; cut++) {
        Stretch stretch = {PASS_FORWARD, self->cuts[cut - 1], self->cuts[cut]};
        PoolUse memory = {.reserve_units = cut == 1 ? kept_bytes : 0};
        add_stretch(self, at, &stretch, exchanges && stretch.from == at->exchange.joined, memory);
        if (exchanges && stretch.end == at->exchange.looked_up)
            add_exchange(self, at);
    }
}

static void add_backward(Passes *self, const PassAt *at) {
    int64_t kept_bytes = build_chunk(self->build, at->stage, at->pass.chunk)->activations;
    bool exchanges = at->operation != NO_OPERATION;
    cut_pass(self, at);
    if (exchange_leads(at))
        lead_with_exchange(self, at);
    for (int cut = self->cut_count - 1; cut > 0; cut--) {
        Stretch stretch = {PASS_BACKWARD, self->cuts[cut - 1], self->cuts[cut]};
        PoolUse memory = {.release_units = cut == 1 ? kept_bytes : 0};
        add_stretch(self, at, &stretch, exchanges && stretch.end == at->exchange.looked_up, memory);
        mark_gradients(self, at, stretch.from);
        if (exchanges && stretch.from == at->exchange.joined)
            add_exchange(self, at);
    }
}

/* To the stage that goes on, when the pass and what it exchanges for it are done. */
static void add_messages(Passes *self, const PassAt *at) {
    Build *build = self->build;
    StepTask what = {.kind = BAR_PIPELINE_COMM,
                     .micro_batch = at->pass.micro_batch,
                     .chunk = at->pass.chunk,
                     .category = LEDGER_COMM_PIPELINE};
    for (int set = 0; set < set_count(self); set++) {
        int operation = layer_list_traffic_message(&build->traffic->list, &build->shape, set, at->stage, &at->pass);
        const int class = class_of(self, set, at->stage);
        const StreamSet streams = {
            .classes = &class, .count = 1, .stream = build->plan->overlap_p2p ? STREAM_PIPELINE : STREAM_COMPUTE};
        if (operation == NO_OPERATION)
            continue;
        step_builder_after(build->builder, self->ends[class]);
        if (at->pass.kind == PASS_FORWARD && exchange_leads(at))
            step_builder_after(build->builder, self->exchanged);
        build->pass_sent[build_pass_index(build, set, at->stage, &at->pass)] =
            step_builder_communicate(build->builder, what, &streams, operation, 1);
    }
}

static void add_pass(Passes *self, int stage, PipelinePass pass, bool completes_gradients) {
    const Build *build = self->build;
    PassAt at = {.stage = stage,
                 .pass = pass,
                 .chunk = layer_list_chunk(build->training, stage, pass.chunk),
                 .operation = build->traffic->list.exchange[stage * build->shape.chunks + pass.chunk],
                 .slices = completes_gradients ? layer_list_slices(build->training, stage) : 0};
    at.exchange = layer_run_exchange(&self->run, &at.chunk);
    (pass.kind == PASS_FORWARD ? add_forward : add_backward)(self, &at);
    add_messages(self, &at);
}

/* The backward pass of a chunk that a stage runs last. */
static bool is_last_backward(const PipelinePass *passes, int count, int index) {
    bool last = passes[index].kind == PASS_BACKWARD;
    for (int i = index + 1; i < count && last; i++)
        last = passes[i].kind != PASS_BACKWARD || passes[i].chunk != passes[index].chunk;
    return last;
}

static void connect_pass(Passes *self, int set, int stage, const PipelinePass *pass) {
    const Build *build = self->build;
    TaskGraph *graph = build->builder->step->graph;
    TaskId leading = self->leading[build_pass_index(build, 0, stage, pass)];
    PipelinePass sender;
    int sender_stage;
    if (!pipeline_sender(&build->shape, stage, pass, &sender_stage, &sender) || sender_stage == stage)
        return; /* it starts the micro-batch, or follows on the same stream */
    TaskId sent = build->pass_sent[build_pass_index(build, set, sender_stage, &sender)];
    task_graph_add_dependency(graph, build->pass_first[build_pass_index(build, set, stage, pass)], sent);
    if (leading != TASK_NONE)
        task_graph_add_dependency(graph, leading, sent);
}

void layer_list_passes_add(Build *build) {
    const RankClasses *ranks = &build->builder->step->ranks;
    size_t places = (size_t)build->shape.stages * (size_t)build->pass_count;
    PipelinePass *orders = ARENA_ARRAY(build->arena, places, PipelinePass);
    Passes self = {.build = build,
                   .run = layer_list_run(&build->training->list, build->arena),
                   .ends = ARENA_ARRAY(build->arena, ranks->class_count, TaskId),
                   .leading = ARENA_ARRAY(build->arena, places, TaskId),
                   .exchanged = TASK_NONE};
    memset(self.leading, 0xff, places * sizeof *self.leading); /* TASK_NONE */
    memset(self.ends, 0xff, (size_t)ranks->class_count * sizeof *self.ends);
    price(&self);
    pass_order_of_all(build->plan, orders);
    for (size_t i = 0; i < places; i++) {
        int stage = (int)(i / (size_t)build->pass_count), index = (int)(i % (size_t)build->pass_count);
        const PipelinePass *passes = &orders[stage * build->pass_count];
        add_pass(&self, stage, passes[index], is_last_backward(passes, build->pass_count, index));
    }
    for (size_t i = 0; i < places; i++)
        for (int set = 0; set < set_count(&self); set++)
            connect_pass(&self, set, (int)(i / (size_t)build->pass_count), &orders[i]);
}
