#include "models/plan/weight_fill.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/check.h"
#include "sim/engine/error.h"

/* How far a stage is. */
typedef struct FillStage {
    const PipelinePass *passes; /* forward and backward, in their order */
    const int *ends;            /* of each, its place among the ends of Filling */
    const int *senders;         /* the place of what starts it, -1 = nothing */
    int next;                   /* of them */
    int weight;                 /* position up to which the weight passes of backward passes have run */
    int held;
    int run; /* of all its passes */
} FillStage;

typedef struct Filling {
    PipelineShape shape;
    int count; /* forward and backward passes of a stage */
    int limit;
    FillStage *stages;
    PipelinePass *passes; /* [stage * count + position] */
    int *places;          /* ends, then senders of each stage */
    int *ends;            /* [place]: tick, 0 = not yet */
    int tick;
} Filling;

static int peak_of(const PipelinePass *passes, int count) {
    int held = 0, peak = 0;
    for (int i = 0; i < count; i++) {
        held += passes[i].kind == PASS_FORWARD ? 1 : -1;
        peak = held > peak ? held : peak;
    }
    return peak;
}

static void *allocate(size_t count, size_t bytes) {
    void *room = calloc(count, bytes);
    if (!room)
        fatal("out of memory for a schedule of %zu passes", count);
    return room;
}

static int place_of(const PipelineShape *shape, int stage, const PipelinePass *pass) {
    int virtual_stage = pipeline_virtual_stage(shape, stage, pass->chunk);
    return (virtual_stage * shape->micro_batches + pass->micro_batch) * 2 + (int)pass->kind;
}

/* Looks up what every pass of a stage waits for. */
static void place_passes(Filling *self, int stage) {
    int *ends = &self->places[2 * stage * self->count], *senders = ends + self->count;
    FillStage *at = &self->stages[stage];
    for (int i = 0; i < self->count; i++) {
        PipelinePass sender;
        int from;
        bool waits = pipeline_sender(&self->shape, stage, &at->passes[i], &from, &sender);
        ends[i] = place_of(&self->shape, stage, &at->passes[i]);
        senders[i] = waits ? place_of(&self->shape, from, &sender) : -1;
    }
    at->ends = ends;
    at->senders = senders;
}

static Filling open_filling(const PipelineSchedule *schedule, const PipelineShape *shape) {
    const WeightFill *fill = schedule->fill;
    Filling self = {.shape = *shape, .count = 2 * shape->micro_batches * shape->chunks, .limit = fill->limit(shape)};
    size_t all = (size_t)shape->stages * (size_t)self.count;
    self.shape.v_shaped = schedule->v_shaped;
    self.stages = allocate((size_t)shape->stages, sizeof *self.stages);
    self.passes = allocate(all, sizeof *self.passes);
    self.places = allocate(2 * all, sizeof *self.places);
    self.ends = allocate(all, sizeof *self.ends);
    for (int stage = 0; stage < shape->stages; stage++) {
        PipelinePass *passes = &self.passes[stage * self.count];
        fill->order(&self.shape, stage, passes);
        self.stages[stage].passes = passes;
        place_passes(&self, stage);
        int peak = peak_of(passes, self.count);
        self.limit = peak > self.limit ? peak : self.limit;
    }
    return self;
}

static void close_filling(Filling *self) {
    free(self->stages);
    free(self->passes);
    free(self->places);
    free(self->ends);
}

/* Whether the next forward or backward pass of a stage can run now. */
static bool is_ready(const Filling *self, const FillStage *at) {
    CHECK(at->passes != NULL && at->senders != NULL);
    if (at->next == self->count)
        return false;
    if (at->passes[at->next].kind == PASS_FORWARD && at->held >= self->limit)
        return false;
    int sender = at->senders[at->next];
    return sender < 0 || (self->ends[sender] > 0 && self->ends[sender] <= self->tick);
}

static PipelinePass run_next(Filling *self, FillStage *at) {
    CHECK(at->passes != NULL && at->ends != NULL);
    PipelinePass pass = at->passes[at->next];
    self->ends[at->ends[at->next++]] = self->tick + 1;
    at->held += pass.kind == PASS_FORWARD;
    return pass;
}

/* The oldest weight pass whose backward pass has run; false when there is none. */
static bool run_weight(FillStage *at, PipelinePass *pass) {
    while (at->weight < at->next && at->passes[at->weight].kind != PASS_BACKWARD)
        at->weight++;
    if (at->weight == at->next)
        return false;
    *pass = at->passes[at->weight++];
    pass->kind = PASS_WEIGHT;
    at->held--;
    return true;
}

/* One tick of all stages, which notes what stages first .. end - 1 run, [(stage - first) * passes of a stage + i].
 * Returns the number of passes run. */
static int run_tick(Filling *self, int first, int end, PipelinePass *out) {
    int run = 0;
    for (int stage = 0; stage < self->shape.stages; stage++) {
        FillStage *at = &self->stages[stage];
        PipelinePass pass;
        if (is_ready(self, at))
            pass = run_next(self, at);
        else if (!run_weight(at, &pass))
            continue;
        if (stage >= first && stage < end)
            out[(stage - first) * (self->count / 2 * 3) + at->run] = pass;
        at->run++;
        run++;
    }
    self->tick++;
    return run;
}

void weight_fill_order(const PipelineSchedule *schedule, const PipelineShape *shape, int stage, PipelinePass *passes) {
    Filling self = open_filling(schedule, shape);
    while (self.stages[stage].run < self.count / 2 * 3)
        CHECK(run_tick(&self, stage, stage + 1, passes) > 0);
    close_filling(&self);
}

double weight_fill_bubble_fraction(const PipelineSchedule *schedule, const PipelineShape *shape) {
    Filling self = open_filling(schedule, shape);
    int busy = self.count / 2 * 3, left = busy * shape->stages;
    PipelinePass none;
    while (left > 0)
        left -= run_tick(&self, 0, 0, &none);
    double idle = (double)(self.tick - busy);
    close_filling(&self);
    return idle / busy;
}

void weight_fill_all_orders(const PipelineSchedule *schedule, const PipelineShape *shape, PipelinePass *passes) {
    int left = pipeline_pass_count(schedule, shape) * shape->stages;
    Filling self = open_filling(schedule, shape);
    while (left > 0)
        left -= run_tick(&self, 0, shape->stages, passes);
    close_filling(&self);
}
