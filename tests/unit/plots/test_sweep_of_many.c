#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/interval_text.h"
#include "plots/sweep_verdict.h"
#include "plots/sweep_view.h"
#include "plots/terminal.h"
#include "plots/text_layout.h"
#include "tests/unit/plots/fixture.h"

static Arena *arena;

static void setup(void) {
    arena = arena_create();
}

static void teardown(void) {
    arena_destroy(arena);
}

TestSuite(sweep_of_many, .init = setup, .fini = teardown);

static const char *const KEYS[] = {"plan.tensor_parallel", "cluster.rails", "plan.micro_batch"};

/* A point of a given peak and a given share of tensor communication, in tenths of a percent. */
static const Results *point_of(double peak, int comm) {
    int tenths[LEDGER_COUNT] = {[LEDGER_KERNEL_INEFFICIENCY] = 300, [LEDGER_COMM_TENSOR] = comm};
    Results *results = ARENA_NEW(arena, Results);
    *results = (Results){.name = "point", .verdict = "A point.", .gpus = 8, .step = 2385000000};
    results->ledger = fixture_ledger(results->step * 8, tenths);
    Metric *metric = ARENA_NEW(arena, Metric);
    *metric = (Metric){"throughput.model_tflops_per_gpu", peak * (700 - comm) / 1000, "TFLOP/s", ""};
    results->metrics = metric;
    results->metric_count = 1;
    return results;
}

/* The product of `counts` values 1, 2, 4 .. of each key; every point has a peak of 312 and no communication. */
static SweepResults sweep_of(const int *counts, int keys, SweepPoint **points) {
    int count = 1;
    for (int i = 0; i < keys; i++) {
        count *= counts[i];
    }
    *points = ARENA_ARRAY(arena, count, SweepPoint);
    for (int i = 0; i < count; i++) {
        const char **values = ARENA_ARRAY(arena, keys, const char *);
        int left = i;
        for (int key = keys - 1; key >= 0; key--) {
            values[key] = arena_format(arena, "%d", 1 << left % counts[key]);
            left /= counts[key];
        }
        (*points)[i] = (SweepPoint){values, point_of(312, 0), NULL};
    }
    return (SweepResults){"many", "", KEYS, keys, *points, count};
}

static bool holds(const char *text, const char *part) {
    return strstr(text, part) != NULL;
}

Test(sweep_of_many, a_fall_along_the_second_key_is_found_and_named) {
    SweepPoint *points;
    SweepResults sweep = sweep_of((const int[]){3, 2}, 2, &points);
    for (int i = 1; i < 6; i += 2) {
        points[i].results = point_of(312, 400);
    }
    const char *verdict = sweep_verdict(arena, sweep_findings_of(arena, &sweep));
    cr_assert_eq(sweep_findings_of(arena, &sweep)->fall.parameter, 1);
    cr_assert(holds(verdict,
                    "The largest fall, 218.4 to 93.6 (57 %), is from rails=1 to 2 (tensor_parallel=1): tensor-parallel "
                    "communication grows from 0.0 % to 40.0 % of GPU time."),
              "%s", verdict);
    cr_assert_not(holds(verdict, "at most"));
}

Test(sweep_of_many, neighbours_are_next_in_size_in_whatever_order_they_were_written) {
    SweepPoint *points;
    SweepResults sweep = sweep_of((const int[]){3}, 1, &points);
    static const char *const values[] = {"4", "1", "2"};
    for (int i = 0; i < 3; i++) {
        points[i].values = &values[i];
    }
    points[0].results = point_of(312, 500);
    points[2].results = point_of(312, 250);
    SweepFall fall = sweep_findings_of(arena, &sweep)->fall;
    cr_assert_eq(fall.from, 1);
    cr_assert_eq(fall.to, 2);
}

Test(sweep_of_many, a_category_that_explains_less_than_half_is_no_cause) {
    SweepPoint *points;
    SweepResults sweep = sweep_of((const int[]){2}, 1, &points);
    points[0].results = point_of(989, 0);
    points[1].results = point_of(312, 20);
    const char *verdict = sweep_verdict(arena, sweep_findings_of(arena, &sweep));
    cr_assert(holds(verdict, "from tensor_parallel=1 to 2: no category of the ledger explains it: the GPU's peak "
                             "differs, 989 and 312 TFLOP/s."),
              "%s", verdict);
    cr_assert_not(holds(verdict, "communication"));
}

Test(sweep_of_many, names_have_a_best_and_a_worst_and_no_fall) {
    SweepPoint *points;
    SweepResults sweep = sweep_of((const int[]){3}, 1, &points);
    static const char *const values[] = {"1.7B", "3.6B", "39.1B"};
    for (int i = 0; i < 3; i++) {
        points[i].values = &values[i];
    }
    points[1].results = point_of(312, 400);
    cr_assert_str_eq(sweep_verdict(arena, sweep_findings_of(arena, &sweep)),
                     "Best is tensor_parallel=1.7B with 218.4 model TFLOP/s per GPU. "
                     "Worst is tensor_parallel=3.6B with 93.6.");
}

Test(sweep_of_many, three_keys_are_drawn_as_the_best_at_each_value_of_the_first) {
    SweepPoint *points;
    SweepResults sweep = sweep_of((const int[]){2, 3, 4}, 3, &points);
    points[7].results = point_of(400, 0);
    points[12 + 5].results = point_of(350, 0);
    SweepView view = sweep_view_of(arena, sweep_findings_of(arena, &sweep));
    cr_assert_eq(view.line_count, 1);
    cr_assert_str_eq(view.lines[0], "best over rails, micro_batch");
    cr_assert_eq(view.points[0], 7);
    cr_assert_eq(view.points[1], 17);
}

Test(sweep_of_many, two_keys_with_too_many_lines_are_drawn_as_the_best_too) {
    SweepPoint *points;
    SweepResults sweep = sweep_of((const int[]){3, 9}, 2, &points);
    points[8].results = point_of(400, 0);
    SweepView view = sweep_view_of(arena, sweep_findings_of(arena, &sweep));
    cr_assert_eq(view.line_count, 1);
    cr_assert_eq(view.points[0], 8);
}

Test(sweep_of_many, points_that_could_not_be_run_have_their_reasons_below_each_once) {
    SweepPoint *points;
    SweepResults sweep = sweep_of((const int[]){2, 4}, 2, &points);
    for (int i = 0; i < 8; i++) {
        points[i].results = i < 7 ? NULL : point_of(312, 10);
        points[i].error = i < 2 ? "jobs[0].gpus: found 17" : arena_format(arena, "jobs[0].gpus: found %d", i);
    }
    const char *text = fixture_sweep_text(arena, "text", &sweep);
    cr_expect(holds(text, "  could not be run (1)\n"), "%s", text);
    cr_expect(holds(text, "  could not be run (2)\n"), "%s", text);
    cr_expect(holds(text, "  could not be run (6)\n"), "%s", text);
    cr_expect(holds(text, "\n  (1) jobs[0].gpus: found 17\n  (2) jobs[0].gpus: found 2\n"), "%s", text);
    cr_expect(holds(text, "\n  (5) jobs[0].gpus: found 5\n  and 1 other reason: --format csv"), "%s", text);
}

/* Steps of 10 s: from 9.1 to 11.3 s and from 9.6 to 11.8 s, and one that did not run. */
Test(sweep_of_many, the_widest_interval_stands_below_the_table) {
    const Metric step = {"time.step_s", 10, "s", ""};
    const StepInterval intervals[] = {
        {.low_s = 9.1, .high_s = 11.3}, {.low_s = 9.6, .high_s = 11.8}, {.low_s = 1, .high_s = 99}};
    SweepPoint *points;
    SweepResults sweep = sweep_of((const int[]){3}, 1, &points);
    for (int i = 0; i < 3; i++) {
        Results *results = ARENA_NEW(arena, Results);
        *results = (Results){.metrics = &step, .metric_count = 1, .interval = intervals[i]};
        results->status = i < 2 ? RUN_OK : RUN_TOO_LONG;
        points[i].results = results;
    }
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    interval_text_write_sweep(out, &sweep);
    fclose(out);
    cr_expect(holds(text, "within -9 to +18 % of these"), "%s", text);
    free(text);
    sweep.point_count = 0;
    out = open_memstream(&text, &bytes);
    interval_text_write_sweep(out, &sweep);
    fclose(out);
    cr_expect_eq(bytes, 0);
    free(text);
}

Test(sweep_of_many, a_swept_seed_is_one_column) {
    static const char *const seed[] = {"seed"};
    SweepPoint *points;
    SweepResults sweep = sweep_of((const int[]){2}, 1, &points);
    const char *csv = fixture_sweep_text(arena, "csv", &sweep);
    cr_expect(holds(csv, ",seed,event_count,event_hash,error\n"), "%s", csv);
    sweep.parameters = seed;
    csv = fixture_sweep_text(arena, "csv", &sweep);
    cr_expect(holds(csv, "_fraction,event_count,event_hash,error\n"), "%s", csv);
    int commas[3] = {0}, line = 0;
    for (const char *at = csv; *at != '\0' && line < 3; at++) {
        commas[line] += *at == ',';
        line += *at == '\n';
    }
    cr_expect_eq(commas[0], commas[1]);
    cr_expect_eq(commas[0], commas[2]);
}

Test(sweep_of_many, a_long_sweep_is_told_by_its_ten_best_points) {
    SweepPoint *points;
    SweepResults sweep = sweep_of((const int[]){6, 7}, 2, &points);
    for (int i = 0; i < 42; i++) {
        points[i].results = i < 20 ? fixture_too_big(arena) : i < 22 ? NULL : point_of(312, 420 - 10 * i);
    }
    const char *text = fixture_sweep_text(arena, "text", &sweep);
    cr_assert(holds(text, "\n  ... and 32 more points: 20 do not fit, 2 could not be run\n"), "%s", text);
    cr_assert(holds(text, "largest loss\n*              32     64    215.3 "), "%s", text);
    int rows = 0;
    const char *csv = fixture_sweep_text(arena, "csv", &sweep);
    for (const char *at = csv; *at != '\0'; at++) {
        rows += *at == '\n';
    }
    cr_assert_eq(rows, 43);
}

/* Keys of 41 columns with their blanks leave no room for bars, wider ones none for the whole loss. */
Test(sweep_of_many, a_table_of_wide_keys_stays_within_the_page) {
    static const char *const WIDE[2][3] = {
        {"plan.tensor_parallel", "plan.cuda_graphs", "plan.compiled"},
        {"plan.tensor_parallel_of_all", "plan.gradient_accumulation", "plan.micro_batch"}};
    for (int i = 0; i < 2; i++) {
        SweepPoint *points;
        SweepResults sweep = sweep_of((const int[]){2, 2, 2}, 3, &points);
        sweep.parameters = WIDE[i];
        points[5].results = point_of(312, 450);
        const char *text = fixture_sweep_text(arena, "text", &sweep);
        for (const char *line = text; line != NULL && *line != '\0'; line += strcspn(line, "\n") + 1) {
            cr_assert_leq(strcspn(line, "\n"), TEXT_COLUMNS, "%s", text);
        }
        cr_assert(holds(text, i == 0 ? "45 %  Tensor-parallel communication" : "45 %  Tensor-..."), "%s", text);
        cr_assert_not(holds(text, "#"), "%s", text);
    }
}

Test(sweep_of_many, a_label_that_is_too_long_ends_in_dots) {
    cr_assert_str_eq(text_layout_shorten(arena, "micro_batch=16", 14), "micro_batch=16");
    cr_assert_str_eq(text_layout_shorten(arena, "micro_batch=16", 10), "micro_b...");
    cr_assert_str_eq(text_layout_shorten(arena, "µµµµµµ", 5), "µµ...");
}

Test(sweep_of_many, a_run_that_does_not_fit_counts_no_events) {
    cr_assert_not(holds(fixture_run_text(arena, "text", fixture_too_big(arena)), "Run: "));
    cr_assert(holds(fixture_run_text(arena, "text", fixture_tiny(arena)), "\nRun: 11 events, hash "));
}

Test(sweep_of_many, tidy_says_bytes_for_every_size) {
    Results results = *fixture_tiny(arena);
    const Metric metric = {"memory.peak_bytes", 2385, "B", ""};
    results.metrics = &metric;
    results.metric_count = 1;
    cr_assert(holds(fixture_run_text(arena, "tidy", &results), ",run,memory.peak_bytes,2385,bytes\n"));
}

Test(sweep_of_many, a_narrow_terminal_gets_narrow_lines_and_no_form_feed) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    terminal_draw_run(out, fixture_step(arena), 64);
    terminal_draw_sweep(out, sweep_findings_of(arena, fixture_sweep(arena)), 64);
    fclose(out);
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        size_t length = strcspn(line, "\n");
        cr_assert_leq(length, 64, "too wide: %.*s", (int)length, line);
    }
    cr_assert_null(strchr(text, '\f'));
    free(text);
}

/* The numbers on the vertical axes from `text` up to `end`, one behind the other. */
static const char *scale_of(const char *text, const char *end) {
    const char *scale = "";
    for (; text < end; text = strchr(text, '\n') + 1) {
        int digits = 0;
        int number = 0;
        if (sscanf(text, "%d%n", &number, &digits) == 1 && strncmp(text + digits, " |-+", 4) == 0) {
            scale = arena_format(arena, "%s %d", scale, number);
        }
    }
    return scale;
}

Test(sweep_of_many, curves_in_the_terminal_have_one_scale) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    terminal_draw_sweep(out, sweep_findings_of(arena, fixture_sweep_of_two(arena)), 80);
    fclose(out);
    const char *first = strstr(text, " over ");
    const char *next = strstr(first + 1, " over ");
    const char *last = next != NULL ? strstr(next + 1, " over ") : NULL;
    cr_assert_not_null(last, "%s", text);
    const char *scale = scale_of(strchr(first, '\n') + 1, next);
    cr_expect_gt(strlen(scale), 8, "%s", text);
    cr_expect_str_eq(scale, scale_of(strchr(last, '\n') + 1, text + bytes), "%s", text);
    free(text);
}
