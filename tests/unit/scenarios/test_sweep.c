#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "models/simulation.h"
#include "scenarios/experiment/sweep.h"
#include "tests/unit/scenarios/small_scenario.h"

#define TWO_AXES "sweep={cluster.nodes: [1, 2, 4], \"jobs[0].plan.micro_batch\": [1, 32]}"

static Sweep *run_sweep(const Scenario *scenario, int threads) {
    ErrorList errors;
    Arena *arena = arena_create();
    error_list_init(&errors, arena);
    Sweep *sweep = sweep_create(scenario, &errors);
    cr_assert_not_null(sweep);
    sweep_run(sweep, &(SweepOptions){.threads = threads});
    arena_destroy(arena);
    return sweep;
}

Test(sweep, points_are_the_product_of_the_axes_with_the_last_fastest) {
    Arena *arena = arena_create();
    Scenario *scenario = SMALL_SCENARIO(arena, TWO_AXES);
    ErrorList errors;
    error_list_init(&errors, arena);
    Sweep *sweep = sweep_create(scenario, &errors);
    const SweepResults *results = sweep_results(sweep);
    static const char *const EXPECTED[][2] = {{"1", "1"},  {"1", "32"}, {"2", "1"},
                                              {"2", "32"}, {"4", "1"},  {"4", "32"}};
    cr_assert_eq(results->point_count, 6);
    cr_assert_eq(results->parameter_count, 2);
    cr_expect_str_eq(results->parameters[0], "cluster.nodes");
    cr_expect_str_eq(results->parameters[1], "jobs[0].plan.micro_batch");
    for (int i = 0; i < 6; i++) {
        cr_expect_str_eq(results->points[i].values[0], EXPECTED[i][0]);
        cr_expect_str_eq(results->points[i].values[1], EXPECTED[i][1]);
        cr_expect_null(results->points[i].results);
    }
    sweep_destroy(sweep);
    arena_destroy(arena);
}

Test(sweep, each_point_is_what_a_run_of_its_values_gives) {
    Arena *arena = arena_create();
    Sweep *sweep = run_sweep(SMALL_SCENARIO(arena, TWO_AXES), 2);
    Scenario *alone = SMALL_SCENARIO(arena, "cluster.nodes=4");
    const Results *expected = simulation_run(&alone->spec, arena);
    const Results *found = sweep_results(sweep)->points[4].results;
    cr_assert_not_null(found);
    cr_expect_eq(found->gpus, 32);
    cr_expect_eq(found->step, expected->step);
    cr_expect_eq(found->event_hash, expected->event_hash);
    cr_expect_eq(found->metric_count, expected->metric_count);
    for (int i = 0; i < found->metric_count; i++) {
        cr_expect_str_eq(found->metrics[i].name, expected->metrics[i].name);
        cr_expect(found->metrics[i].value == expected->metrics[i].value || isnan(expected->metrics[i].value));
    }
    cr_expect_eq(sweep_results(sweep)->points[5].results->status, RUN_OUT_OF_MEMORY);
    sweep_destroy(sweep);
    arena_destroy(arena);
}

Test(sweep, the_number_of_threads_changes_nothing) {
    Arena *arena = arena_create();
    Scenario *scenario = SMALL_SCENARIO(arena, TWO_AXES);
    Sweep *one = run_sweep(scenario, 1);
    Sweep *many = run_sweep(scenario, 7);
    for (int i = 0; i < 6; i++) {
        const Results *left = sweep_results(one)->points[i].results;
        const Results *right = sweep_results(many)->points[i].results;
        cr_expect_eq(left->event_hash, right->event_hash);
        cr_expect_eq(left->step, right->step);
        cr_expect_str_eq(left->verdict, right->verdict);
    }
    cr_expect_neq(sweep_results(one)->points[0].results->event_hash, sweep_results(one)->points[2].results->event_hash);
    sweep_destroy(one);
    sweep_destroy(many);
    arena_destroy(arena);
}

Test(sweep, a_point_that_cannot_be_read_is_told_and_stops_no_other) {
    Arena *arena = arena_create();
    Sweep *sweep = run_sweep(SMALL_SCENARIO(arena, "sweep={\"jobs[0].plan.tensor_parallel\": [8, 3, 4]}"), 1);
    const SweepResults *results = sweep_results(sweep);
    cr_expect_not_null(results->points[0].results);
    cr_expect_null(results->points[0].error);
    cr_expect_null(results->points[1].results);
    cr_expect_not_null(results->points[2].results);
    cr_expect_str_eq(results->points[1].error,
                     "jobs[0].plan.tensor_parallel: found 3, expected a divisor of the 32 attention heads; "
                     "jobs[0].plan.tensor_parallel: found 3, expected a divisor of intermediate_size 16384; "
                     "jobs[0].plan.tensor_parallel: found tensor 3 x pipeline 1, expected a divisor of 16 GPUs");
    sweep_destroy(sweep);
    arena_destroy(arena);
}

Test(sweep, a_scenario_without_axes_is_one_point) {
    Arena *arena = arena_create();
    Sweep *sweep = run_sweep(SMALL_SCENARIO(arena, "cluster.nodes=2"), 3);
    cr_expect_eq(sweep_results(sweep)->point_count, 1);
    cr_expect_eq(sweep_results(sweep)->parameter_count, 0);
    cr_expect_eq(sweep_results(sweep)->points[0].results->gpus, 16);
    sweep_destroy(sweep);
    arena_destroy(arena);
}

Test(sweep, timelines_are_kept_only_when_asked_for) {
    Arena *arena = arena_create();
    Scenario *scenario = SMALL_SCENARIO(arena, TWO_AXES);
    ErrorList errors;
    error_list_init(&errors, arena);
    Sweep *slim = run_sweep(scenario, 2);
    Sweep *whole = sweep_create(scenario, &errors);
    sweep_run(whole, &(SweepOptions){.threads = 2, .keep_timeline = true});
    cr_expect_eq(sweep_results(slim)->points[0].results->timeline_count, 0);
    cr_expect_eq(sweep_results(slim)->points[0].results->series_count, 0);
    cr_expect_gt(sweep_results(whole)->points[0].results->timeline_count, 0);
    cr_expect_gt(sweep_results(whole)->points[0].results->series_count, 0);
    sweep_destroy(slim);
    sweep_destroy(whole);
    arena_destroy(arena);
}

Test(sweep, more_than_a_million_points_are_refused) {
    Arena *arena = arena_create();
    Scenario *scenario = SMALL_SCENARIO(arena, "sweep={cluster.nodes: {from: 1, to: 1001, step: 1}, "
                                               "\"jobs[0].plan.micro_batch\": {from: 1, to: 1000, step: 1}}");
    ErrorList errors;
    error_list_init(&errors, arena);
    cr_expect_null(sweep_create(scenario, &errors));
    cr_assert_eq(errors.count, 1);
    cr_expect_str_eq(errors.items[0].message, "found more than 1000000 points, expected fewer or shorter lists");
    arena_destroy(arena);
}

typedef struct Watch {
    int calls;
    int total;
    bool rising;
} Watch;

static void watch(void *context, int done, int total) {
    Watch *seen = context;
    seen->rising = seen->rising && done == seen->calls + 1;
    seen->calls++;
    seen->total = total;
}

Test(sweep, progress_counts_every_point_once) {
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    Sweep *sweep = sweep_create(SMALL_SCENARIO(arena, TWO_AXES), &errors);
    Watch seen = {.rising = true};
    sweep_run(sweep, &(SweepOptions){.threads = 4, .progress = watch, .context = &seen});
    cr_expect_eq(seen.calls, 6);
    cr_expect_eq(seen.total, 6);
    cr_expect(seen.rising);
    sweep_destroy(sweep);
    arena_destroy(arena);
}

Test(sweep, quotes_around_a_value_are_not_shown) {
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    Sweep *sweep =
        sweep_create(SMALL_SCENARIO(arena, "sweep={cluster.fabric.hop_latency: ['150 ns', \"2 us\"]}"), &errors);
    cr_expect_str_eq(sweep_results(sweep)->points[0].values[0], "150 ns");
    cr_expect_str_eq(sweep_results(sweep)->points[1].values[0], "2 us");
    sweep_destroy(sweep);
    arena_destroy(arena);
}
