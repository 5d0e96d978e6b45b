/* Layers dealt out over stages and chunks by what they cost. */
#include "models/cost/stage_split.h"

#include <criterion/criterion.h>
#include <math.h>

#include "models/cost/training_costs.h"
#include "models/plan/plan_stages.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_experts.h"

enum { MOST_STAGES = 8 };

typedef struct SplitCase {
    int64_t layers, vocab;
    int64_t stages, chunks;
    const char *schedule;
} SplitCase;

/* The head is worth 0.4, 2.1 and 10.4 layers. */
static const SplitCase CASES[] = {
    {10, 5120, 4, 1, "auto"},   {11, 25600, 4, 1, "1f1b"}, {9, 128000, 4, 1, "zb_h1"},
    {13, 25600, 2, 3, "auto"},  {7, 5120, 4, 2, "auto"},   {9, 25600, 4, 2, "zb_v"},
    {12, 128000, 4, 1, "auto"}, {3, 5120, 4, 1, "auto"},   {12, 5120, 4, 3, "auto"},
};

enum { CASE_COUNT = sizeof CASES / sizeof *CASES };

static SimulationSpec split_spec(Arena *arena, const SplitCase *at, StageSplit split) {
    SimulationSpec spec = small_cluster(arena, 2, 4);
    TrainingSpec *training = &spec.jobs[0].training;
    training->model.layers = at->layers;
    training->model.vocab = at->vocab;
    training->plan.pipeline_parallel = at->stages;
    training->plan.virtual_stages = at->chunks;
    training->plan.gradient_accumulation = 8;
    training->plan.schedule = at->schedule;
    training->plan.stage_split = split;
    return spec;
}

static double work_s(const TrainingSpec *training, const TrainingCosts *costs, PassWork work) {
    double seconds = 0;
    for (int kind = 0; kind < (plan_splits_backward(&training->plan) ? PASS_KIND_COUNT : PASS_WEIGHT); kind++) {
        work.kind = (PassKind)kind;
        WorkProfile profile = training_pass_profile(costs, &work, 1);
        seconds += (double)ledger_sum(&profile.row) * 1e-9;
    }
    return seconds;
}

/* What a stage has beside its layers. */
static double ends_s(const TrainingSpec *training, const TrainingCosts *costs, int64_t stage) {
    bool v_shaped = plan_shape(&training->plan).v_shaped;
    double seconds = stage == 0 ? work_s(training, costs, (PassWork){.embedding = true}) : 0;
    if (stage == (v_shaped ? 0 : training->plan.pipeline_parallel - 1))
        seconds += work_s(training, costs, (PassWork){.head = true});
    return seconds;
}

/* The shortest that the longest stage can be, whatever its layers: `left` of them for stages stage .. last. */
static double shortest_s(const double *loads_s, int64_t stages, double layer_s, int64_t left) {
    double least_s = INFINITY;
    if (stages == 1)
        return loads_s[0] + (double)left * layer_s;
    for (int64_t here = 0; here <= left; here++) {
        double load_s = loads_s[0] + (double)here * layer_s;
        double rest_s = shortest_s(loads_s + 1, stages - 1, layer_s, left - here);
        double longest_s = load_s > rest_s ? load_s : rest_s;
        least_s = longest_s < least_s ? longest_s : least_s;
    }
    return least_s;
}

static int64_t layers_of(const TrainingSpec *training, int64_t stage) {
    int64_t layers = 0;
    for (int64_t chunk = 0; chunk < training->plan.virtual_stages; chunk++)
        layers += plan_stages_layers(training, stage, chunk);
    return layers;
}

Test(stage_split, no_other_numbers_have_a_shorter_longest_stage) {
    for (int i = 0; i < CASE_COUNT; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = split_spec(arena, &CASES[i], STAGE_SPLIT_COST);
        small_cluster_resolve(arena, &spec);
        const TrainingSpec *training = &spec.jobs[0].training;
        GpuSpec gpu = plan_gpu(&training->plan, &spec.cluster.node.gpu);
        TrainingCosts costs = training_costs_of(training, &gpu);
        double layers_s = work_s(training, &costs, (PassWork){.layers = {training->model.layers, 0}});
        double layer_s = layers_s / (double)training->model.layers, loads_s[MOST_STAGES], longest_s = 0;
        int64_t sum = 0, stages = training->plan.pipeline_parallel;
        for (int64_t stage = 0; stage < stages; stage++) {
            int64_t layers = layers_of(training, stage);
            sum += layers;
            loads_s[stage] = ends_s(training, &costs, stage);
            longest_s = fmax(longest_s, loads_s[stage] + (double)layers * layer_s);
        }
        cr_expect_eq(sum, training->model.layers, "case %d: %d layers", i, (int)sum);
        double best_s = shortest_s(loads_s, stages, layer_s, sum);
        cr_expect_float_eq(longest_s, best_s, 1e-6 * best_s, "case %d: %.9f, could be %.9f", i, longest_s, best_s);
        arena_destroy(arena);
    }
}

static void expect_text(const SplitCase *at, StageSplit split, const char *text) {
    Arena *arena = arena_create();
    SimulationSpec spec = split_spec(arena, at, split);
    small_cluster_resolve(arena, &spec);
    const char *found = plan_stages_text(&spec.jobs[0].training, arena);
    cr_expect_str_eq(found, text, "found %s, expected %s", found, text);
    arena_destroy(arena);
}

Test(stage_split, of_stages_alike_the_last_hold_more) {
    expect_text(&CASES[0], STAGE_SPLIT_COST, "2, 2 x 3, 2");
}

Test(stage_split, a_heavy_head_stands_alone) {
    expect_text(&CASES[6], STAGE_SPLIT_COST, "3, 4, 5, 0"); /* the embedding is worth more than a layer */
}

Test(stage_split, of_a_stage_the_chunk_with_the_head_holds_least) {
    expect_text(&CASES[3], STAGE_SPLIT_COST, "3 x 2, 2 x 3, 1");
}

Test(stage_split, even_numbers_stay_even_where_the_ends_weigh_little) {
    expect_text(&CASES[8], STAGE_SPLIT_COST, "12 x 1");
    expect_text(&CASES[8], STAGE_SPLIT_EVEN, "12 x 1");
}

Test(stage_split, ends_take_the_place_of_layers) {
    expect_text(&(SplitCase){14, 5120, 4, 2, "auto"}, STAGE_SPLIT_ENDS, "1, 6 x 2, 1");
    expect_text(&(SplitCase){6, 5120, 4, 2, "auto"}, STAGE_SPLIT_ENDS, "0, 6 x 1, 0");
}

Test(stage_split, dense_layers_in_front_of_experts_count_as_they_cost) {
    Arena *arena = arena_create();
    int64_t first[2];
    for (int i = 0; i < 2; i++) {
        SimulationSpec spec = small_experts(arena, 2, 4);
        TrainingSpec *training = &spec.jobs[0].training;
        training->model.layers = 24;
        training->model.ffn_hidden = 64; /* next to nothing */
        training->model.dense_first = 4 * i;
        training->plan.pipeline_parallel = 4;
        training->plan.gradient_accumulation = 8;
        training->plan.stage_split = STAGE_SPLIT_COST;
        small_cluster_resolve(arena, &spec);
        first[i] = plan_stages_layers(training, 0, 0);
    }
    cr_expect_leq(first[0], 6);
    cr_expect_gt(first[1], first[0], "%d and %d layers", (int)first[1], (int)first[0]);
    arena_destroy(arena);
}

static double step_s(const SplitCase *at, StageSplit split) {
    Arena *arena = arena_create();
    SimulationSpec spec = split_spec(arena, at, split);
    small_cluster_resolve(arena, &spec);
    double seconds = (double)folding_expect_same_step(&spec, "split", arena)->step * 1e-9;
    arena_destroy(arena);
    return seconds;
}

/* A head of 10 layers' worth on a stage of 3 more. */
Test(stage_split, a_step_is_shorter_where_the_head_counts) {
    double even_s = step_s(&CASES[6], STAGE_SPLIT_EVEN), cost_s = step_s(&CASES[6], STAGE_SPLIT_COST);
    cr_expect_lt(cost_s, 0.9 * even_s, "%.6f and %.6f s", cost_s, even_s);
}

static void expect_mistake(void (*change)(TrainingSpec *training), const char *path, const char *message) {
    Arena *arena = arena_create();
    SimulationSpec spec = split_spec(arena, &CASES[0], STAGE_SPLIT_COST);
    change(&spec.jobs[0].training);
    small_cluster_expect_error(&spec, path, message);
    arena_destroy(arena);
}

static void say_it_twice(TrainingSpec *training) {
    training->plan.head_as_layer = true;
}

static void have_too_few_layers(TrainingSpec *training) {
    training->model.layers = 1;
}

static void leave_a_stage_empty(TrainingSpec *training) {
    training->model.layers = 2;
    training->plan.virtual_stages = 2;
    training->plan.schedule = "zb_v";
}

Test(stage_split, mistakes_are_told) {
    expect_mistake(say_it_twice, "jobs[0].plan.stage_split",
                   "found cost beside layers_per_stage, first_stage_layers, last_stage_layers, embedding_as_layer or "
                   "head_as_layer, expected one way to say what a stage holds");
    expect_mistake(have_too_few_layers, "jobs[0].plan.pipeline_parallel",
                   "found 4 stages of 1 chunks, expected no more than the model's 1 layers");
    expect_mistake(leave_a_stage_empty, "jobs[0].plan.pipeline_parallel",
                   "found no layers on stage 1, expected some on every stage without embedding or head");
}
