#include <criterion/criterion.h>
#include <math.h>

#include "scenarios/experiment/goal_check.h"
#include "scenarios/reader/yaml_tree.h"

/* A sweep over nodes 1, 2, 4 and micro-batch 8, 16 whose `speed` is 100, 90, 80, 70, then a point that failed, then one
 * that did not fit. `fits` is 1 but at the last. */
enum { METRICS = 5 };

typedef struct Fixture {
    Arena *arena;
    ErrorList errors;
    Metric metrics[6][METRICS];
    Results results[6];
    SweepPoint points[6];
    SweepResults sweep;
} Fixture;

static const char *const PARAMETERS[] = {"cluster.nodes", "jobs[0].plan.micro_batch"};
static const char *const VALUES[6][2] = {{"1", "8"}, {"1", "16"}, {"2", "8"}, {"2", "16"}, {"4", "8"}, {"4", "16"}};
static const double SPEEDS[] = {100, 90, 80, 70, 0, 0};

static Fixture *fixture_create(int points) {
    Arena *arena = arena_create();
    Fixture *fixture = ARENA_NEW(arena, Fixture);
    fixture->arena = arena;
    error_list_init(&fixture->errors, arena);
    for (int i = 0; i < 6; i++) {
        bool ran = i < 4;
        fixture->metrics[i][0] = (Metric){.name = "memory.fits", .value = ran, .unit = "0/1"};
        fixture->metrics[i][2] = (Metric){.name = "time.step_s", .value = ran ? 2.385 : NAN, .unit = "s"};
        fixture->metrics[i][3] = (Metric){.name = "memory.peak_bytes", .value = 61.3e9, .unit = "B"};
        fixture->metrics[i][4] = (Metric){.name = "work.idle_fraction", .value = 0.125, .unit = "fraction"};
        fixture->metrics[i][1] = (Metric){.name = "work.speed", .value = ran ? SPEEDS[i] : NAN, .unit = "TFLOP/s"};
        fixture->results[i] = (Results){
            .status = ran ? RUN_OK : RUN_OUT_OF_MEMORY, .metrics = fixture->metrics[i], .metric_count = METRICS};
        fixture->points[i] = (SweepPoint){.values = VALUES[i], .results = i == 4 ? NULL : &fixture->results[i]};
    }
    fixture->sweep = (SweepResults){
        .parameters = PARAMETERS, .parameter_count = 2, .points = fixture->points, .point_count = points};
    return fixture;
}

static GoalList read_goal(Fixture *fixture, const char *text) {
    const char *yaml = arena_format(fixture->arena, "[\"%s\"]", text);
    YamlNode *list = yaml_tree_read_text(yaml, (ErrorPlace){.file = "t.yaml"}, fixture->arena, &fixture->errors);
    int count = 0;
    const Goal *goals = goals_read(list, fixture->arena, &fixture->errors, &count);
    cr_assert_eq(count, 1, "%s", text);
    return (GoalList){goals, count};
}

static GoalResults answer(Fixture *fixture, const char *text) {
    return goal_check(read_goal(fixture, text), &fixture->sweep, fixture->arena)[0];
}

static void expect(Fixture *fixture, const char *text, bool met, double value, const char *point) {
    GoalResults found = answer(fixture, text);
    cr_expect_eq(found.met, met, "%s", text);
    cr_expect((isnan(value) && isnan(found.value)) || found.value == value, "%s: %g", text, found.value);
    cr_expect_str_eq(found.point, point);
    cr_expect_str_eq(found.text, text);
}

Test(goal_check, a_goal_without_a_point_holds_everywhere_or_is_missed_where_it_fails_most) {
    Fixture *fixture = fixture_create(4);
    expect(fixture, "work.speed > 65", true, 70, "nodes=2 micro_batch=16");
    expect(fixture, "work.speed > 85", false, 70, "nodes=2 micro_batch=16");
    expect(fixture, "work.speed < 95", false, 100, "nodes=1 micro_batch=8");
    expect(fixture, "95 > work.speed", false, 100, "nodes=1 micro_batch=8");
    arena_destroy(fixture->arena);
}

Test(goal_check, a_point_is_found_by_its_values) {
    Fixture *fixture = fixture_create(6);
    expect(fixture, "work.speed at cluster.nodes=2, jobs[0].plan.micro_batch=8 == 80", true, 80,
           "nodes=2 micro_batch=8");
    expect(fixture, "work.speed at nodes=1, micro_batch=16.0 != 90", false, 90, "nodes=1 micro_batch=16");
    expect(fixture, "work.speed at point 3 <= 70", true, 70, "nodes=2 micro_batch=16");
    arena_destroy(fixture->arena);
}

Test(goal_check, two_points_are_compared) {
    Fixture *fixture = fixture_create(6);
    expect(fixture, "work.speed at point 3 < 0.75 * work.speed at point 0", true, 70, "nodes=2 micro_batch=16");
    expect(fixture, "work.speed at point 3 < 0.65 * work.speed at point 0", false, 70, "nodes=2 micro_batch=16");
    arena_destroy(fixture->arena);
}

Test(goal_check, every_point_is_compared_with_a_fixed_one) {
    Fixture *fixture = fixture_create(4);
    expect(fixture, "work.speed >= 0.8 * work.speed at point 0", false, 70, "nodes=2 micro_batch=16");
    expect(fixture, "work.speed >= 0.69 * work.speed at point 0", true, 70, "nodes=2 micro_batch=16");
    arena_destroy(fixture->arena);
}

Test(goal_check, what_was_not_measured_is_missed) {
    Fixture *fixture = fixture_create(6);
    expect(fixture, "work.speed at point 4 > 1", false, NAN, "nodes=4 micro_batch=8");
    expect(fixture, "work.speed at point 5 > 1", false, NAN, "nodes=4 micro_batch=16");
    expect(fixture, "work.speed > 1", false, NAN, "nodes=4 micro_batch=8");
    expect(fixture, "work.speed > 85", false, NAN, "nodes=4 micro_batch=8");
    expect(fixture, "memory.fits at point 5 == 0", true, 0, "nodes=4 micro_batch=16");
    arena_destroy(fixture->arena);
}

Test(goal_check, a_run_by_itself_has_no_point_to_name) {
    Fixture *fixture = fixture_create(1);
    fixture->sweep.parameter_count = 0;
    expect(fixture, "work.speed > 99.5", true, 100, "");
    arena_destroy(fixture->arena);
}

static void expect_point_error(const char *text, const char *message) {
    Fixture *fixture = fixture_create(6);
    cr_expect_not(goal_check_points(read_goal(fixture, text), &fixture->sweep, &fixture->errors));
    cr_assert_eq(fixture->errors.count, 1, "%s", text);
    cr_expect_str_eq(fixture->errors.items[0].message, message);
    cr_expect_str_eq(fixture->errors.items[0].place.file, "t.yaml");
    arena_destroy(fixture->arena);
}

Test(goal_check, points_that_the_sweep_lacks_are_errors) {
    expect_point_error("work.speed at point 6 > 1", "found point 6, expected one in 0 .. 5");
    expect_point_error(
        "work.speed at cluster.node=2, micro_batch=8 > 1",
        "found the point cluster.node=2, expected a parameter of the sweep (did you mean cluster.nodes?)");
    expect_point_error("work.speed at nodes=3, micro_batch=8 > 1",
                       "found a point that the sweep does not have in \"work.speed at nodes=3, micro_batch=8 > 1\"");
    expect_point_error("1 < work.speed at nodes=2", "found 2 points that \"1 < work.speed at nodes=2\" may mean, "
                                                    "expected values for all 2 parameters");
}

Test(goal_check, goals_of_a_file_go_with_their_points) {
    Fixture *fixture = fixture_create(6);
    YamlNode *list = yaml_tree_read_text("[\"work.speed > 1\", \"work.speed at nodes=3, micro_batch=8 > 1\", "
                                         "\"2 < work.speed at point 6\", \"work.speed at point 5 > 1\"]",
                                         (ErrorPlace){.file = "t.yaml"}, fixture->arena, &fixture->errors);
    GoalList goals = {.count = 0};
    goals.goals = goals_read(list, fixture->arena, &fixture->errors, &goals.count);
    GoalList left = goal_check_left(goals, &fixture->sweep, fixture->arena, &fixture->errors);
    cr_assert_eq(left.count, 2);
    cr_assert_str_eq(left.goals[0].text, "work.speed > 1");
    cr_assert_str_eq(left.goals[1].text, "work.speed at point 5 > 1");
    cr_assert_eq(fixture->errors.count, 1);
    cr_assert_str_eq(fixture->errors.items[0].message,
                     "found 2 of 4 goals at points that are no longer swept: left out");
    arena_destroy(fixture->arena);
}

Test(goal_check, a_goal_that_is_set_keeps_its_mistake) {
    Fixture *fixture = fixture_create(6);
    YamlNode *list = yaml_tree_read_text("[\"work.speed at point 6 > 1\"]", (ErrorPlace){.file = "--set"},
                                         fixture->arena, &fixture->errors);
    GoalList goals = {.count = 0};
    goals.goals = goals_read(list, fixture->arena, &fixture->errors, &goals.count);
    cr_assert_eq(goal_check_left(goals, &fixture->sweep, fixture->arena, &fixture->errors).count, 1);
    cr_assert_eq(fixture->errors.count, 0);
    arena_destroy(fixture->arena);
}

Test(goal_check, a_part_of_a_key_is_no_parameter) {
    expect_point_error("work.speed at odes=2, micro_batch=8 > 1",
                       "found the point odes=2, expected a parameter of the sweep");
}

Test(goal_check, parameters_that_end_alike_are_told_apart) {
    static const char *const ALIKE[] = {"jobs[0].plan.micro_batch", "jobs[1].plan.micro_batch"};
    Fixture *fixture = fixture_create(4);
    fixture->sweep.parameters = ALIKE;
    expect(fixture, "work.speed < 95", false, 100, "jobs[0].plan.micro_batch=1 jobs[1].plan.micro_batch=8");
    GoalList goals = read_goal(fixture, "work.speed at micro_batch=1, jobs[1].plan.micro_batch=8 > 1");
    cr_expect_not(goal_check_points(goals, &fixture->sweep, &fixture->errors));
    goals = read_goal(fixture, "work.speed at jobs[0].plan.micro_batch=1, jobs[1].plan.micro_batch=8 > 1");
    cr_expect(goal_check_points(goals, &fixture->sweep, &fixture->errors));
    arena_destroy(fixture->arena);
}

Test(goal_check, good_points_are_no_errors) {
    Fixture *fixture = fixture_create(6);
    cr_expect(goal_check_points(read_goal(fixture, "work.speed at nodes=2, micro_batch=8 > work.speed"),
                                &fixture->sweep, &fixture->errors));
    cr_expect_eq(fixture->errors.count, 0);
    arena_destroy(fixture->arena);
}

Test(goal_check, an_unknown_metric_comes_with_the_nearest_one) {
    Fixture *fixture = fixture_create(6);
    cr_expect_not(goal_check_metrics(read_goal(fixture, "work.sped > 1"), &fixture->sweep, &fixture->errors));
    cr_assert_eq(fixture->errors.count, 1);
    cr_expect_str_eq(fixture->errors.items[0].message,
                     "found the metric \"work.sped\", expected one of the report (did you mean work.speed?)");
    cr_expect(goal_check_metrics(read_goal(fixture, "work.speed > memory.fits"), &fixture->sweep, &fixture->errors));
    arena_destroy(fixture->arena);
}

Test(goal_check, a_unit_is_that_of_the_metric) {
    Fixture *fixture = fixture_create(1);
    fixture->sweep.parameter_count = 0;
    expect(fixture, "time.step_s <= 2385 ms", true, 2.385, "");
    expect(fixture, "time.step_s > 0.04 min", false, 2.385, "");
    expect(fixture, "memory.peak_bytes < 80 GiB", true, 61.3e9, "");
    expect(fixture, "work.speed > 50 Tflop/s", true, 100, "");
    expect(fixture, "work.speed > 0.2 Pflop/s", false, 100, "");
    expect(fixture, "50 TFLOPS > work.speed", false, 100, "");
    expect(fixture, "work.idle_fraction < 13%", true, 0.125, "");
    arena_destroy(fixture->arena);
}

static void expect_unit_error(int points, const char *text, const char *message) {
    Fixture *fixture = fixture_create(points);
    cr_expect_not(goal_check_metrics(read_goal(fixture, text), &fixture->sweep, &fixture->errors));
    cr_assert_eq(fixture->errors.count, 1, "%s", text);
    cr_expect_str_eq(fixture->errors.items[0].message, message);
    cr_expect_str_eq(fixture->errors.items[0].place.file, "t.yaml");
    arena_destroy(fixture->arena);
}

Test(goal_check, a_unit_that_measures_something_else_is_an_error) {
    expect_unit_error(6, "time.step_s < 30 GB",
                      "found \"30 GB\" for time.step_s, expected a duration such as \"5 us\"");
    expect_unit_error(6, "80 Gbit/s > memory.peak_bytes at point 5",
                      "found \"80 Gbit/s\" for memory.peak_bytes, expected a size such as \"80 GiB\"");
    expect_unit_error(6, "work.speed > 50%", "found \"50%\" for work.speed, expected a rate such as \"312 Tflop/s\"");
    expect_unit_error(6, "work.idle_fraction < 3 s",
                      "found \"3 s\" for work.idle_fraction, expected a fraction such as \"0.8\"");
    expect_unit_error(6, "memory.fits == 1 s", "found \"1 s\" for memory.fits, expected a number such as \"8\"");
}

Test(goal_check, a_wrong_unit_is_an_error_even_when_nothing_ran) {
    Fixture *fixture = fixture_create(6);
    SweepPoint too_big = fixture->points[5];
    fixture->points[0] = too_big;
    fixture->sweep.point_count = 1;
    cr_expect_not(goal_check_metrics(read_goal(fixture, "time.step_s < 3 B"), &fixture->sweep, &fixture->errors));
    cr_expect(goal_check_metrics(read_goal(fixture, "time.stop_s < 3"), &fixture->sweep, &fixture->errors));
    arena_destroy(fixture->arena);
}
