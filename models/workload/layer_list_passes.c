#include "models/workload/layer_list_passes.h"

#include "models/cost/layer_list_cost.h"
#include "models/cost/work_profile.h"
#include "models/plan/layer_list_plan.h"
#include "models/workload/training_input.h"

/* What the exchange ends before a pass needs it, the two ends of the pass, and its buckets. */
enum { CUTS_MAX = 4 + LAYER_LIST_SLICES_MAX };

/* Layers from .. end - 1, forward or backward. */
typedef struct Piece {
    PassKind kind;
    int from;
    int end;
} Piece;

typedef struct Passes {
    Build *build;
    LayerRun run;
    WorkCost *forward; /* [type * count + layer] */
    WorkCost *backward;
    int *all_classes;
    TaskId *piece_ends; /* [class] of the piece that was added last */
    TaskId exchanged;   /* the exchange under way; TASK_NONE */
    int cuts[CUTS_MAX]; /* ascending, each once, from 0 to the number of layers */
    int cut_count;
} Passes;

static void price_type(Passes *self, int type) {
    const TrainingSpec *training = self->build->training;
    const GpuSpec *gpu = &self->build->gpus[type];
    int count = self->run.count;
    for (int i = 0; i < count; i++) {
        const LayerSpec *layer = self->run.layers[i];
        WorkCost *forward = &self->forward[type * count + i], *backward = &self->backward[type * count + i];
        /* Neighbours are often the same layer again. */
        bool again = i > self->run.first_product + 1 && layer == self->run.layers[i - 1];
        *forward = again ? forward[-1] : layer_list_forward_cost(training, layer, gpu);
        *backward = again ? backward[-1] : layer_list_backward_cost(training, layer, gpu, i == self->run.first_product);
    }
}

static void price(Passes *self, int types) {
    Build *build = self->build;
    const RankClasses *ranks = &build->builder->step->ranks;
    bool *priced = ARENA_ARRAY(build->arena, types, bool);
    self->forward = ARENA_ARRAY(build->arena, types * self->run.count, WorkCost);
    self->backward = ARENA_ARRAY(build->arena, types * self->run.count, WorkCost);
    for (int class = 0; class < ranks->class_count; class ++) {
        int type = ranks->classes[class].node_type;
        if (!priced[type])
            price_type(self, type);
        priced[type] = true;
    }
}

static int type_count(const RankClasses *ranks) {
    int most = 0;
    for (int class = 0; class < ranks->class_count; class ++)
        most = ranks->classes[class].node_type > most ? ranks->classes[class].node_type : most;
    return most + 1;
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

static void cut_pass(Passes *self, bool in_buckets) {
    const TrainingSpec *training = self->build->training;
    self->cut_count = 0;
    add_cut(self, 0);
    add_cut(self, self->run.count);
    add_cut(self, self->run.looked_up);
    add_cut(self, self->run.joined);
    for (int slice = 0; in_buckets && slice < layer_list_slices(training); slice++)
        add_cut(self, layer_list_slice_end(training, &self->run, slice));
}

static int piece_profile(Passes *self, const Piece *piece, const RankClass *class) {
    const WorkCost *costs = piece->kind == PASS_FORWARD ? self->forward : self->backward;
    WorkCost sum = {0};
    for (int i = piece->from; i < piece->end; i++)
        work_cost_add(&sum, &costs[class->node_type * self->run.count + i], 1);
    WorkProfile profile = training_work_profile(&sum, class->speed_fraction);
    return step_builder_profile(self->build->builder, &profile);
}

static bool is_alike(const RankClass *one, const RankClass *other) {
    return one->node_type == other->node_type && one->speed_fraction == other->speed_fraction;
}

/* A task of every class; a class that is like the one before shares its profile. */
static void add_piece(Passes *self, const Piece *piece, int micro_batch, bool waits, PoolUse memory) {
    StepBuilder *builder = self->build->builder;
    const RankClasses *ranks = &builder->step->ranks;
    StepTask what = {.kind = piece->kind == PASS_FORWARD ? BAR_FORWARD : BAR_BACKWARD, .micro_batch = micro_batch};
    for (int class = 0; class < ranks->class_count; class ++) {
        if (class == 0 || !is_alike(&ranks->classes[class], &ranks->classes[class - 1]))
            what.profile = piece_profile(self, piece, &ranks->classes[class]);
        what.gpu_class = class;
        if (waits)
            step_builder_after(builder, self->exchanged);
        self->piece_ends[class] = step_builder_compute(builder, what, memory);
    }
}

static void add_exchange(Passes *self, int micro_batch) {
    Build *build = self->build;
    int classes = build->builder->step->ranks.class_count;
    StreamSet streams = {.classes = self->all_classes, .count = classes, .stream = STREAM_DATA};
    StepTask what = {.kind = BAR_DATA_COMM, .micro_batch = micro_batch, .category = LEDGER_COMM_EMBEDDING};
    for (int class = 0; class < classes; class ++)
        step_builder_after(build->builder, self->piece_ends[class]);
    self->exchanged = step_builder_communicate(build->builder, what, &streams, build->traffic->exchange, 1);
}

/* The buckets that the layers from `from` on complete. */
static void mark_gradients(Passes *self, int from) {
    Build *build = self->build;
    const RankClasses *ranks = &build->builder->step->ranks;
    for (int slice = 0; slice < layer_list_slices(build->training); slice++)
        for (int set = 0; set < ranks->replica_set_count; set++)
            if (layer_list_slice_end(build->training, &self->run, slice) == from)
                build->gradients[build_gradient_index(build, set, 0, 0, slice)] =
                    self->piece_ends[ranks->replica_sets[set].class_of_stage[0]];
}

static bool exchanges(const Passes *self) {
    return self->build->traffic->exchange >= 0;
}

/* Every replica waits for its samples, if it has a loader. */
static void add_inputs(Passes *self, int micro_batch) {
    const RankClasses *ranks = &self->build->builder->step->ranks;
    for (int set = 0; set < ranks->replica_set_count; set++) {
        const int *bounds = ranks->replica_sets[set].class_of_stage;
        StreamSet streams = {
            .classes = &self->all_classes[bounds[0]], .count = bounds[1] - bounds[0], .stream = STREAM_COMPUTE};
        training_input_add(self->build, set, &streams, micro_batch);
    }
}

static void add_forward(Passes *self, int micro_batch) {
    add_inputs(self, micro_batch);
    int64_t kept_bytes = (int64_t)layer_list_kept_bytes(self->build->training);
    cut_pass(self, false);
    for (int cut = 1; cut < self->cut_count; cut++) {
        Piece piece = {PASS_FORWARD, self->cuts[cut - 1], self->cuts[cut]};
        PoolUse memory = {.reserve_units = cut == 1 ? kept_bytes : 0};
        add_piece(self, &piece, micro_batch, exchanges(self) && piece.from == self->run.joined, memory);
        if (exchanges(self) && piece.end == self->run.looked_up)
            add_exchange(self, micro_batch);
    }
}

static void add_backward(Passes *self, int micro_batch, bool is_last) {
    int64_t kept_bytes = (int64_t)layer_list_kept_bytes(self->build->training);
    cut_pass(self, is_last);
    for (int cut = self->cut_count - 1; cut > 0; cut--) {
        Piece piece = {PASS_BACKWARD, self->cuts[cut - 1], self->cuts[cut]};
        PoolUse memory = {.release_units = cut == 1 ? kept_bytes : 0};
        add_piece(self, &piece, micro_batch, exchanges(self) && piece.end == self->run.looked_up, memory);
        if (is_last)
            mark_gradients(self, piece.from);
        if (exchanges(self) && piece.from == self->run.joined)
            add_exchange(self, micro_batch);
    }
}

void layer_list_passes_add(Build *build) {
    const RankClasses *ranks = &build->builder->step->ranks;
    Passes self = {.build = build,
                   .run = layer_list_run(&build->training->list, build->arena),
                   .all_classes = ARENA_ARRAY(build->arena, ranks->class_count, int),
                   .piece_ends = ARENA_ARRAY(build->arena, ranks->class_count, TaskId),
                   .exchanged = TASK_NONE};
    for (int class = 0; class < ranks->class_count; class ++)
        self.all_classes[class] = class;
    price(&self, type_count(ranks));
    for (int micro_batch = 0; micro_batch < build->shape.micro_batches; micro_batch++) {
        add_forward(&self, micro_batch);
        add_backward(&self, micro_batch, micro_batch == build->shape.micro_batches - 1);
    }
}
