#include <criterion/criterion.h>

#include "scenarios/reader/axes.h"
#include "tests/unit/scenarios/reading.h"

/* "path: a | b" for every axis, or the errors. */
static void expect_axes(const char *sweep, const char *expected) {
    Reading *reading = reading_create();
    int count = -1;
    const SweepAxis *axes = axes_read(reading_tree(reading, sweep), reading->arena, &reading->errors, &count);
    const char *text = "";
    for (int i = 0; i < count; i++) {
        text = arena_format(reading->arena, "%s%s:", text, axes[i].path);
        for (int j = 0; j < axes[i].count; j++)
            text = arena_format(reading->arena, "%s %s", text, axes[i].values[j]);
        text = arena_format(reading->arena, "%s\n", text);
    }
    cr_assert_str_eq(reading->errors.count > 0 ? reading_errors(reading) : text, expected);
    reading_destroy(reading);
}

Test(axes, a_list_is_its_values) {
    expect_axes("{a.b: [1, 2.5, 400 Gbit/s, full], c: [x]}", "a.b: 1 2.5 \"400 Gbit/s\" full\nc: x\n");
    expect_axes("{a: [{b: 1, c: 2}, ~]}", "a: {\"b\": 1, \"c\": 2} null\n");
    expect_axes("{}", "");
}

/* The labels of the first axis, between bars. */
static void expect_labels(const char *sweep, const char *expected) {
    Reading *reading = reading_create();
    int count = -1;
    const SweepAxis *axes = axes_read(reading_tree(reading, sweep), reading->arena, &reading->errors, &count);
    const char *text = "";
    for (int i = 0; i < axes[0].count; i++)
        text = arena_format(reading->arena, "%s|%s", text, axes[0].labels[i]);
    cr_assert_str_eq(text, expected);
    reading_destroy(reading);
}

Test(axes, a_mapping_is_shown_by_its_name_or_its_pairs) {
    expect_labels("{a: [{name: fat, b: 1}, {b: 1, c: 400 Gbit/s}, {}, 2]}", "|fat|b=1 c=400 Gbit/s|unchanged|2");
    expect_labels("{a: [{b: {c: 1}}, [3]]}", "|{\"b\": {\"c\": 1}}|[3]");
}

Test(axes, a_range_counts_by_factor_or_step_with_its_unit) {
    expect_axes("{n: {from: 12, to: 384, factor: 2}}", "n: 12 24 48 96 192 384\n");
    expect_axes("{n: {from: 1, to: 10, factor: 3}}", "n: 1 3 9\n");
    expect_axes("{n: {from: 0.1, to: 0.3, step: 0.1}}", "n: 0.1 0.2 0.3\n");
    expect_axes("{n: {from: 100 Gbit/s, to: 200 Gbit/s, step: 50 Gbit/s}}", "n: 100 Gbit/s 150 Gbit/s 200 Gbit/s\n");
    expect_axes("{n: {from: 1 us, to: 4 us, factor: 2}}", "n: 1 us 2 us 4 us\n");
    expect_axes("{n: {from: 7, to: 7, step: 3}}", "n: 7\n");
}

Test(axes, what_is_no_axis_is_reported) {
    expect_axes("[1]", "t.yaml:1:1: sweep: found a list, expected a mapping from 1 to 16 paths to their values\n");
    expect_axes("{a..b: [1]}",
                "t.yaml:1:2: found the path \"a..b\", expected one such as \"jobs[0].plan.micro_batch\"\n");
    expect_axes("{a: 3}", "t.yaml:1:5: sweep.a: found 3, expected a list or {from, to, factor}\n");
    expect_axes("{a: []}", "t.yaml:1:5: sweep.a: found 0 values, expected 1 to 10000\n");
    expect_axes("{a: {from: 1, to: 2}}",
                "t.yaml:1:5: sweep.a: found other keys, expected from, to and one of factor and step\n");
    expect_axes("{a: {from: 1, to: 2, step: 1, factor: 2}}",
                "t.yaml:1:5: sweep.a: found other keys, expected from, to and one of factor and step\n");
    expect_axes("{a: {from: x, to: [], step: nan}}", "t.yaml:1:12: sweep.a: found x, expected a number\n"
                                                     "t.yaml:1:19: sweep.a: found a list, expected a number\n"
                                                     "t.yaml:1:29: sweep.a: found nan, expected a number\n");
    expect_axes("{a: {from: 1 us, to: 2 ms, step: 1 us}}",
                "t.yaml:1:5: sweep.a: found different units, expected that of `from`\n");
    expect_axes("{a: {from: 3, to: 2, step: 1}}",
                "t.yaml:1:5: sweep.a: found `to` below `from`, expected it to be above\n");
    expect_axes("{a: {from: 1, to: 2, step: 0}}",
                "t.yaml:1:5: sweep.a: found a step that is not above 0, expected one that is\n");
    expect_axes("{a: {from: 0, to: 2, factor: 2}}",
                "t.yaml:1:5: sweep.a: found `from` or `factor` too small, expected from > 0 and factor > 1\n");
    expect_axes("{a: {from: 1, to: 1e9, step: 1e-9}}",
                "t.yaml:1:5: sweep.a: found more than 10000 values, expected fewer\n");
}
