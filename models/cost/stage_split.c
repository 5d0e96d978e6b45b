#include "models/cost/stage_split.h"

#include <math.h>

#include "models/cost/training_costs.h"
#include "models/plan/plan_stages.h"

/* Seconds of a micro-batch. */
typedef struct SplitCosts {
    double layer_s;
    double first_s; /* what the first chunk has beside layers */
    double last_s;  /* and the last */
} SplitCosts;

/* Equal items of `item_s` that are put on top of loads. */
typedef struct Pile {
    const double *loads_s;
    int64_t count; /* of loads */
    int64_t items;
    double item_s; /* > 0 */
} Pile;

static int64_t items_below(const Pile *pile, int64_t index, double level_s) {
    double room_s = level_s - pile->loads_s[index];
    return room_s > 0 ? (int64_t)(room_s / pile->item_s) : 0;
}

/* What all loads that are not above it come to with the items: no more items than there are find room below it. */
static double level_of(const Pile *pile) {
    double level_s = INFINITY, above_s;
    do {
        double sum_s = (double)pile->items * pile->item_s;
        int64_t count = 0;
        above_s = level_s;
        for (int64_t i = 0; i < pile->count; i++)
            if (pile->loads_s[i] < above_s) {
                sum_s += pile->loads_s[i];
                count++;
            }
        level_s = count > 0 ? sum_s / (double)count : above_s;
    } while (level_s < above_s);
    return level_s;
}

/* The lowest with what is on it, of several the last. */
static int64_t lowest(const Pile *pile, const int64_t *held) {
    int64_t found = 0;
    double least_s = pile->loads_s[0] + (double)held[0] * pile->item_s;
    for (int64_t i = 1; i < pile->count; i++) {
        double load_s = pile->loads_s[i] + (double)held[i] * pile->item_s;
        found = load_s <= least_s ? i : found;
        least_s = load_s <= least_s ? load_s : least_s;
    }
    return found;
}

/* Each item goes to the lowest load. */
static void deal(const Pile *pile, int64_t *held) {
    double level_s = level_of(pile);
    int64_t left = pile->items;
    for (int64_t i = 0; i < pile->count; i++)
        left -= held[i] = items_below(pile, i, level_s);
    for (; left > 0; left--)
        held[lowest(pile, held)]++;
}

/* All passes of a micro-batch through so much work. */
static double work_s(const TrainingSpec *training, const TrainingCosts *costs, PassWork work) {
    PassKind last = plan_splits_backward(&training->plan) ? PASS_WEIGHT : PASS_BACKWARD;
    double seconds = 0;
    for (int kind = PASS_FORWARD; kind <= (int)last; kind++) {
        work.kind = (PassKind)kind;
        WorkProfile profile = training_pass_profile(costs, &work, 1);
        seconds += (double)ledger_sum(&profile.row) * 1e-9;
    }
    return seconds;
}

static SplitCosts split_costs(const TrainingSpec *training, const GpuSpec *gpu) {
    const TransformerSpec *model = &training->model;
    TrainingCosts costs = training_costs_of(training, gpu);
    int64_t front = model->dense_first < model->layers ? model->dense_first : 0, rest = model->layers - front;
    PassWork layers = {.layers = {rest, transformer_expert_layers(model, front, rest)}};
    double layer_s = work_s(training, &costs, layers) / (double)rest;
    double front_s = work_s(training, &costs, (PassWork){.layers = {front, 0}}) - (double)front * layer_s;
    return (SplitCosts){.layer_s = layer_s,
                        .first_s = work_s(training, &costs, (PassWork){.embedding = true}) + front_s,
                        .last_s = work_s(training, &costs, (PassWork){.head = true})};
}

/* What a chunk has beside layers. */
static double ends_s(const PlanSpec *plan, const SplitCosts *costs, int64_t stage, int64_t chunk) {
    int64_t place = plan_virtual_stage(plan, stage, chunk), last = plan->pipeline_parallel * plan->virtual_stages - 1;
    return (place == 0 ? costs->first_s : 0) + (place == last ? costs->last_s : 0);
}

/* Layers of every stage. */
static int64_t *deal_stages(const TrainingSpec *training, const SplitCosts *costs, Arena *arena) {
    const PlanSpec *plan = &training->plan;
    int64_t stages = plan->pipeline_parallel;
    double *loads_s = ARENA_ARRAY(arena, stages, double);
    int64_t *held = ARENA_ARRAY(arena, stages, int64_t);
    for (int64_t stage = 0; stage < stages; stage++)
        for (int64_t chunk = 0; chunk < plan->virtual_stages; chunk++)
            loads_s[stage] += ends_s(plan, costs, stage, chunk);
    deal(&(Pile){loads_s, stages, training->model.layers, costs->layer_s}, held);
    return held;
}

void stage_split_resolve(TrainingSpec *training, const GpuSpec *gpu, Arena *arena) {
    PlanSpec *plan = &training->plan;
    int64_t stages = plan->pipeline_parallel, chunks = plan->virtual_stages;
    if (plan->stage_split != STAGE_SPLIT_COST)
        return;
    SplitCosts costs = split_costs(training, gpu);
    if (!(costs.layer_s > 0))
        costs = (SplitCosts){.layer_s = 1}; /* a step without end has no costs */
    const int64_t *of_stage = deal_stages(training, &costs, arena);
    int64_t *split = ARENA_ARRAY(arena, stages * chunks, int64_t), *held = ARENA_ARRAY(arena, chunks, int64_t);
    double *loads_s = ARENA_ARRAY(arena, chunks, double);
    for (int64_t stage = 0; stage < stages; stage++) {
        for (int64_t chunk = 0; chunk < chunks; chunk++)
            loads_s[chunk] = ends_s(plan, &costs, stage, chunk);
        deal(&(Pile){loads_s, chunks, of_stage[stage], costs.layer_s}, held);
        for (int64_t chunk = 0; chunk < chunks; chunk++)
            split[plan_virtual_stage(plan, stage, chunk)] = held[chunk];
    }
    plan->split_layers = split;
}

bool stage_split_divides(const TrainingSpec *training, StageSplit split) {
    const PlanSpec *plan = &training->plan;
    int64_t ends = split == STAGE_SPLIT_ENDS ? 2 : 0;
    return (training->model.layers + ends) % (plan->pipeline_parallel * plan->virtual_stages) == 0;
}

bool stage_split_is_like(const TrainingSpec *training, StageSplit other) {
    TrainingSpec view = *training;
    view.plan.stage_split = other;
    view.plan.split_layers = NULL;
    int64_t chunks = view.plan.pipeline_parallel * view.plan.virtual_stages;
    bool alike = stage_split_divides(training, other);
    for (int64_t i = 0; i < chunks && alike; i++) {
        int64_t stage = i % view.plan.pipeline_parallel, chunk = i / view.plan.pipeline_parallel;
        alike = plan_stages_layers(&view, stage, chunk) == plan_stages_layers(training, stage, chunk);
    }
    return alike;
}
