#include "models/plan/pipeline.h"

#include "sim/engine/menu.h"

#define PIPELINE_SCHEDULE(word) extern const PipelineSchedule pipeline_##word;
#include "models/plan/pipelines/table.h"
#undef PIPELINE_SCHEDULE

#define PIPELINE_SCHEDULE(word) &pipeline_##word,
static const PipelineSchedule *const MENU[] = {
#include "models/plan/pipelines/table.h"
};
#undef PIPELINE_SCHEDULE

MENU_LOOKUPS(PipelineSchedule, pipeline)

int pipeline_pass_count(const PipelineSchedule *schedule, const PipelineShape *shape) {
    return (schedule->splits_backward ? 3 : 2) * shape->micro_batches * shape->chunks;
}

void pipeline_all_orders(const PipelineSchedule *schedule, const PipelineShape *shape, PipelinePass *passes) {
    int count = pipeline_pass_count(schedule, shape);
    if (schedule->all_orders != NULL) {
        schedule->all_orders(schedule, shape, passes);
        return;
    }
    for (int stage = 0; stage < shape->stages; stage++)
        schedule->order(schedule, shape, stage, &passes[stage * count]);
}

int pipeline_virtual_stage(const PipelineShape *shape, int stage, int chunk) {
    bool turned = shape->v_shaped && chunk % 2 == 1;
    return chunk * shape->stages + (turned ? shape->stages - 1 - stage : stage);
}

int pipeline_stage_at(const PipelineShape *shape, int virtual_stage) {
    bool turned = shape->v_shaped && virtual_stage / shape->stages % 2 == 1;
    int place = virtual_stage % shape->stages;
    return turned ? shape->stages - 1 - place : place;
}

int pipeline_chunk_at(const PipelineShape *shape, int virtual_stage) {
    return virtual_stage / shape->stages;
}

PipelineHop pipeline_hop(const PipelineShape *shape, int stage, const PipelinePass *pass) {
    int from = pipeline_virtual_stage(shape, stage, pass->chunk);
    int to = pass->kind == PASS_FORWARD ? from + 1 : from - 1;
    if (pass->kind == PASS_WEIGHT || to < 0 || to >= shape->stages * shape->chunks)
        return HOP_NONE;
    if (shape->v_shaped && pipeline_stage_at(shape, to) == stage)
        return HOP_NONE;
    bool turned = shape->v_shaped && pass->chunk % 2 == 1;
    return (pass->kind == PASS_FORWARD) != turned ? HOP_NEXT : HOP_BEFORE;
}

bool pipeline_sender(const PipelineShape *shape, int stage, const PipelinePass *pass, int *sender_stage,
                     PipelinePass *sender) {
    if (pass->kind == PASS_WEIGHT)
        return false;
    int virtual_stage = pipeline_virtual_stage(shape, stage, pass->chunk);
    int from = pass->kind == PASS_FORWARD ? virtual_stage - 1 : virtual_stage + 1;
    if (from < 0 || from >= shape->stages * shape->chunks)
        return false;
    *sender_stage = pipeline_stage_at(shape, from);
    *sender = (PipelinePass){pass->kind, pass->micro_batch, pipeline_chunk_at(shape, from)};
    return true;
}

const char *pipeline_needs_one_chunk(const PipelineShape *shape) {
    return shape->chunks == 1 ? NULL : "1 virtual stage";
}

const char *pipeline_needs_stages_of_one_chunk(const PipelineShape *shape) {
    return shape->stages < 2 ? "at least 2 pipeline stages" : pipeline_needs_one_chunk(shape);
}

double pipeline_plain_bubble_fraction(const PipelineSchedule *schedule, const PipelineShape *shape) {
    (void)schedule;
    return (double)(shape->stages - 1) / ((double)shape->micro_batches * shape->chunks);
}

/* The passes of one direction, one after the other. */
typedef struct Turn {
    PassKind kind;
    int left;  /* of them */
    int first; /* micro-batch of the group */
    int place; /* in the group */
    int chunk; /* 0 = the first that the direction comes to */
} Turn;

static PipelinePass next_of(const PipelineShape *shape, Turn *turn) {
    int chunk = turn->kind == PASS_FORWARD ? turn->chunk : shape->chunks - 1 - turn->chunk;
    PipelinePass pass = {turn->kind, turn->first + turn->place, chunk};
    turn->left--;
    if (++turn->place < shape->stages)
        return pass;
    turn->place = 0;
    if (++turn->chunk < shape->chunks)
        return pass;
    turn->chunk = 0;
    turn->first += shape->stages;
    return pass;
}

void pipeline_order_in_turn(const PipelineShape *shape, int ahead, PipelinePass *passes) {
    int count = shape->micro_batches * shape->chunks;
    Turn forward = {.kind = PASS_FORWARD, .left = count}, backward = {.kind = PASS_BACKWARD, .left = count};
    for (int i = 0; i < ahead && forward.left > 0; i++)
        *passes++ = next_of(shape, &forward);
    while (backward.left > 0) {
        if (forward.left > 0)
            *passes++ = next_of(shape, &forward);
        *passes++ = next_of(shape, &backward);
    }
}

double pipeline_peak_held(const PipelinePass *passes, int pass_count, const PassHold *holds) {
    double held = 0, peak = 0;
    for (int i = 0; i < pass_count; i++) {
        const PassHold *hold = &holds[passes[i].chunk];
        const double change[PASS_KIND_COUNT] = {hold->forward, hold->weight - hold->forward, -hold->weight};
        held += change[passes[i].kind];
        if (held > peak)
            peak = held;
    }
    return peak;
}
