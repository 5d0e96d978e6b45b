#include <criterion/criterion.h>
#include <string.h>

#include "scenarios/reader/goal.h"
#include "tests/unit/scenarios/reading.h"

static const Goal *read_goals(Reading *reading, const char *text, int *count) {
    return goals_read(reading_tree(reading, text), reading->arena, &reading->errors, count);
}

static void expect_refused(const char *line, const char *shown) {
    Reading *reading = reading_create();
    int count = -1;
    read_goals(reading, arena_format(reading->arena, "[%s]", line), &count);
    cr_assert_eq(count, 0, "%s", line);
    cr_assert_str_eq(reading_errors(reading), arena_format(reading->arena,
                                                           "t.yaml:1:2: assert[0]: found %s, expected a goal such as "
                                                           "\"throughput.tflops_per_gpu > 130\"\n",
                                                           shown));
    reading_destroy(reading);
}

Test(goal, a_metric_is_compared_with_a_number) {
    Reading *reading = reading_create();
    int count = 0;
    const Goal *goals = read_goals(reading, "[step.time_s<=30 ms, 2.385 != a.b]", &count);
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_eq(count, 2);
    cr_assert_str_eq(goals[0].left.metric, "step.time_s");
    cr_assert_eq(goals[0].operator, GOAL_AT_MOST);
    cr_assert_null(goals[0].right.metric);
    cr_assert_float_eq(goals[0].right.factor, 0.03, 1e-15);
    cr_assert_eq(goals[0].left.point.index, GOAL_EVERY_POINT);
    cr_assert_eq(goals[0].right.dimension, DIMENSION_TIME);
    cr_assert_str_eq(goals[0].right.text, "30 ms");
    cr_assert_eq(goals[1].left.dimension, DIMENSION_COUNT);
    cr_assert_eq(goals[1].operator, GOAL_UNEQUAL);
    cr_assert_eq(goals[1].left.factor, 2.385);
    cr_assert_str_eq(goals[1].right.metric, "a.b");
    reading_destroy(reading);
}

Test(goal, a_collapse_compares_two_points) {
    Reading *reading = reading_create();
    int count = 0;
    const Goal *goals =
        read_goals(reading, "- t.x at cluster.nodes=384 < 0.8 * t.x at cluster.nodes=12, a[0].b=full\n", &count);
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_str_eq(goals[0].left.point.paths[0], "cluster.nodes");
    cr_assert_str_eq(goals[0].left.point.values[0], "384");
    cr_assert_eq(goals[0].left.factor, 1);
    cr_assert_eq(goals[0].operator, GOAL_BELOW);
    cr_assert_eq(goals[0].right.factor, 0.8);
    cr_assert_eq(goals[0].right.point.key_count, 2);
    cr_assert_str_eq(goals[0].right.point.paths[1], "a[0].b");
    cr_assert_str_eq(goals[0].right.point.values[1], "full");
    reading_destroy(reading);
}

Test(goal, a_point_in_front_serves_both_sides) {
    Reading *reading = reading_create();
    int count = 0;
    const Goal *goals =
        read_goals(reading, "- at n=12: t.x > 3 * t.y at point 7\n- \"at point 2: t.x >= 5%\"\n", &count);
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_eq(count, 2);
    cr_assert_str_eq(goals[0].left.point.values[0], "12");
    cr_assert_eq(goals[0].right.point.index, 7);
    cr_assert_eq(goals[1].left.point.index, 2);
    cr_assert_eq(goals[1].operator, GOAL_AT_LEAST);
    cr_assert_float_eq(goals[1].right.factor, 0.05, 1e-15);
    cr_assert_str_eq(goals[1].text, "at point 2: t.x >= 5%");
    reading_destroy(reading);
}

Test(goal, what_is_no_goal_is_reported) {
    const char *lines[] = {"x",
                           "3 > 4",
                           "x >",
                           "> 3",
                           "x > 3 parsecs",
                           "x = 3",
                           "a b > 3",
                           "x at > 3",
                           "x at point -1 > 3",
                           "x at point 1.5 > 3",
                           "x at n > 3",
                           "3 at n=1 < x",

                           "2 * > 3",
                           "x > y z"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        expect_refused(lines[i][0] == '>' ? "'> 3'" : lines[i], lines[i]);
    expect_refused("[a]", "a list");
    expect_refused("{a: b, c: d}", "a mapping");
}

Test(goal, goals_are_a_list) {
    Reading *reading = reading_create();
    int count = -1;
    read_goals(reading, "x > 3", &count);
    cr_assert_eq(count, 0);
    cr_assert_str_eq(reading_errors(reading),
                     "t.yaml:1:1: assert: found x > 3, expected a list of up to 1000 goals such "
                     "as \"throughput.tflops_per_gpu > 130\"\n");
    reading_destroy(reading);
}

/* t.x is 10 TFLOP/s at nodes 12 and 7 elsewhere; there is no t.z. */
static bool look_up(void *context, const GoalSide *side, GoalMeasure *measure) {
    ++*(int *)context;
    bool small = side->point.key_count == 1 && strcmp(side->point.values[0], "12") == 0;
    *measure = (GoalMeasure){small ? 10 : 7, 1e12};
    return strcmp(side->metric, "t.x") == 0;
}

static GoalAnswer answer(const char *line) {
    Reading *reading = reading_create();
    int count = 0;
    int asked = 0;
    double values[2] = {0};
    const Goal *goals = read_goals(reading, arena_format(reading->arena, "['%s']", line), &count);
    cr_assert_eq(count, 1, "%s", line);
    GoalAnswer given = goal_answer(&goals[0], look_up, &asked, values);
    cr_assert_gt(asked, 0);
    reading_destroy(reading);
    return given;
}

Test(goal, the_answer_compares_both_sides) {
    cr_assert_eq(answer("t.x at n=384 < 0.8 * t.x at n=12"), GOAL_MET);
    cr_assert_eq(answer("t.x at n=384 < 0.7 * t.x at n=12"), GOAL_MISSED);
    cr_assert_eq(answer("t.x at n=384 <= 0.7 * t.x at n=12"), GOAL_MET);
    cr_assert_eq(answer("t.x == 7.0000000001"), GOAL_MET);
    cr_assert_eq(answer("t.x != 7.0000000001"), GOAL_MISSED);
    cr_assert_eq(answer("t.x == 7.001"), GOAL_MISSED);
    cr_assert_eq(answer("t.x > 7"), GOAL_MISSED);
    cr_assert_eq(answer("t.x >= 7"), GOAL_MET);
    cr_assert_eq(answer("t.z > 7"), GOAL_UNKNOWN);
}

Test(goal, a_number_with_a_unit_is_taken_in_that_of_the_metric) {
    cr_assert_eq(answer("t.x == 7 Tflop/s"), GOAL_MET);
    cr_assert_eq(answer("7100 GFLOPS > t.x"), GOAL_MET);
    cr_assert_eq(answer("t.x > 6900 Gflop/s"), GOAL_MET);
    cr_assert_eq(answer("t.x > 7.1 Tflop/s"), GOAL_MISSED);
    cr_assert_eq(answer("at n=12: t.x < 9.9 Tflop/s"), GOAL_MISSED);
}
