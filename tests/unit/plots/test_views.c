#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/bands.h"
#include "plots/bars.h"
#include "plots/grid_view.h"
#include "plots/ledger_view.h"
#include "plots/script_head.h"
#include "plots/sweep_file.h"
#include "plots/sweep_picture.h"
#include "plots/sweep_verdict.h"
#include "plots/sweep_view.h"
#include "plots/terminal.h"
#include "plots/terminal_timeline.h"
#include "plots/text_layout.h"
#include "tests/unit/plots/fixture.h"

static Arena *arena;

static void setup(void) {
    arena = arena_create();
}

static void teardown(void) {
    arena_destroy(arena);
}

TestSuite(views, .init = setup, .fini = teardown);

Test(views, too_many_rows_show_the_first_and_the_last) {
    cr_assert_eq(bands_shown(12), 12);
    cr_assert_eq(bands_item(12, 11), 11);
    cr_assert_eq(bands_shown(100), 12);
    cr_assert_eq(bands_item(100, 5), 5);
    cr_assert_eq(bands_item(100, 6), -1);
    cr_assert_eq(bands_item(100, 11), 99);
    for (int item = 0; item < 100; item++) {
        int band = bands_of(100, item);
        cr_assert(band == -1 || bands_item(100, band) == item);
    }
    cr_assert_eq(bands_of(100, 50), -1);
}

/* What the sink saw. */
typedef struct Seen {
    int count;
    TimelineBar last;
    SimTime sum;
} Seen;

static void see(void *subject, const TimelineBar *bar) {
    Seen *seen = subject;
    seen->count++;
    seen->last = *bar;
    seen->sum += bar->end - bar->start;
}

Test(views, bars_thinner_than_the_resolution_are_joined_and_show_the_longest_kind) {
    TimelineBar bars[100];
    for (int i = 0; i < 100; i++) {
        bars[i] = (TimelineBar){
            0, STREAM_COMPUTE, i % 2 == 0 ? BAR_FORWARD : BAR_TENSOR_COMM, i, 0, 10 * i, 10 * i + (i % 2 == 0 ? 4 : 9)};
    }
    Results results = {.timeline = bars, .timeline_count = 100, .step = 1000};
    Seen fine = {0};
    bars_draw(&results, (BarWindow){0, 1000, 1}, see, &fine);
    cr_assert_eq(fine.count, 100);
    Seen coarse = {0};
    bars_draw(&results, (BarWindow){0, 1000, 100}, see, &coarse);
    cr_assert_eq(coarse.count, 10);
    cr_assert_eq(coarse.last.kind, BAR_TENSOR_COMM);
    cr_assert_eq(coarse.last.end, 999);
}

Test(views, bars_are_cut_to_the_window) {
    Seen seen = {0};
    bars_draw(fixture_tiny(arena), (BarWindow){1000000, 1500000, 1}, see, &seen);
    cr_assert_eq(seen.count, 2);
    cr_assert_eq(seen.sum, 500000);
}

Test(views, the_zoom_shows_the_warm_up) {
    const Results *results = fixture_step(arena);
    cr_assert(bars_are_thin(results));
    cr_assert_eq(bars_zoom(results) / 1000000, 2589);
    cr_assert_not(bars_are_thin(fixture_tiny(arena)));
}

Test(views, losses_are_in_order_of_size_without_ideal_compute) {
    LedgerShare losses[LEDGER_COUNT];
    int count = ledger_view_losses(&fixture_step(arena)->ledger, losses);
    cr_assert_eq(count, 9);
    cr_assert_eq(losses[0].category, LEDGER_KERNEL_INEFFICIENCY);
    cr_assert_eq(losses[2].category, LEDGER_COMM_TENSOR);
    cr_assert_eq(losses[8].category, LEDGER_COMM_PIPELINE);
    cr_assert_float_eq(losses[2].fraction, 0.119, 1e-6);
    LedgerRow empty = {{0}};
    cr_assert(isnan(ledger_view_fraction(&empty, LEDGER_IDLE)));
}

Test(views, the_grid_weights_samples_by_their_time) {
    const Results *results = fixture_tiny(arena);
    cr_assert_float_eq(grid_view_mean(&results->series[0], results, 0), 0.75, 1e-12);
    cr_assert_float_eq(grid_view_mean(&results->series[0], results, GRID_CELLS - 1), 0.1, 1e-12);
    cr_assert_float_eq(grid_view_mean_of_all(results, "gpu"), 0.75 * 0.75 + 0.25 * 0.1, 1e-12);
    cr_assert(isnan(grid_view_mean_of_all(results, "nic")));
}

static SweepView view_of(const char *const *values, int count) {
    static const char *const parameters[] = {"a.b"};
    SweepPoint *points = ARENA_ARRAY(arena, count, SweepPoint);
    for (int i = 0; i < count; i++) {
        points[i].values = &values[i];
    }
    SweepResults sweep = {.parameters = parameters, .parameter_count = 1, .points = points, .point_count = count};
    return sweep_view_of(arena, sweep_findings_of(arena, &sweep));
}

Test(views, an_axis_is_linear_geometric_or_one_step_a_value) {
    static const char *const linear[] = {"100 Gbit/s", "200 Gbit/s", "400 Gbit/s", "500 Gbit/s"};
    SweepView view = view_of(linear, 4);
    cr_assert_str_eq(view.axis, "a.b");
    cr_assert_eq(view.positions[2], 3);
    static const char *const geometric[] = {"1", "2", "4", "8"};
    cr_assert_float_eq(view_of(geometric, 4).positions[3], 3, 1e-9);
    static const char *const words[] = {"ring", "tree", "direct"};
    cr_assert_eq(view_of(words, 3).positions[2], 2);
    static const char *const models[] = {"1.7B", "3.6B", "39.1B"};
    cr_assert_eq(view_of(models, 3).positions[1], 1);
    cr_assert_eq(view_of(models, 3).positions[2], 2);
    static const char *const glued[] = {"100Gbit/s", "200Gbit/s", "400Gbit/s", "500Gbit/s"};
    cr_assert_eq(view_of(glued, 4).positions[3], 4);
    static const char *const units[] = {"1 s", "2 s", "90 ms"};
    cr_assert_eq(view_of(units, 3).positions[2], 2);
}

/* sweep.dat and the head of its script. */
static const char *files_of(const SweepResults *sweep) {
    const SweepFindings *findings = sweep_findings_of(arena, sweep);
    SweepView view = sweep_view_of(arena, findings);
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    sweep_file_write(out, findings, &view);
    sweep_picture_write_head(out, arena, findings);
    fclose(out);
    const char *kept = arena_text(arena, text);
    free(text);
    return kept;
}

/* Of a sweep whose second value is `value`. */
static const char *sweep_files(const char *value) {
    SweepResults *sweep = (SweepResults *)fixture_sweep(arena);
    sweep->point_count = 2;
    ((const char **)sweep->points[1].values)[0] = value;
    return files_of(sweep);
}

Test(views, numbers_are_joined_by_a_line_and_names_are_bars) {
    const char *numbers = sweep_files("2");
    cr_expect_not_null(strstr(numbers, "\njoined = 1\n"), "%s", numbers);
    const char *names = sweep_files("ring");
    cr_expect_not_null(strstr(names, "\njoined = 0\n"), "%s", names);
    cr_expect_not_null(strstr(names, "# line_00\n0 NaN -0.43 0.43 0 0 \"\"\n1 "), "%s", names);
}

/* Three lines, of which the second lacks its fifth point. */
Test(views, a_point_that_a_line_lacks_is_marked_among_the_lines_and_the_stacks) {
    const char *text = files_of(fixture_sweep_of_two(arena));
    cr_expect_not_null(strstr(text, "# gaps\n4 1 \"could not be run\"\n\n"), "%s", text);
    cr_expect_not_null(strstr(sweep_files("ring"), "# gaps\n0 0 \"does not fit\"\n\n"));
    SweepResults *sweep = (SweepResults *)fixture_sweep_of_two(arena);
    ((SweepPoint *)sweep->points)[2].results = NULL;
    text = files_of(sweep);
    cr_expect_not_null(strstr(text, "# gaps\n4 1 \"could not be run\"\n0.1 2 \"could not be run\"\n"), "%s", text);
}

Test(views, other_parameters_become_lines) {
    SweepView view = sweep_view_of(arena, sweep_findings_of(arena, fixture_sweep_of_two(arena)));
    cr_assert_str_eq(view.axis, "tensor_parallel");
    cr_assert_eq(view.tick_count, 5);
    cr_assert_eq(view.line_count, 3);
    cr_assert_str_eq(view.lines[2], "node.nic=400 Gbit/s");
    cr_assert_eq(view.points[2 * 5 + 1], 5);
}

Test(views, a_sweep_in_which_nothing_ran_says_so) {
    SweepResults sweep = *fixture_sweep(arena);
    sweep.point_count = 1;
    cr_assert_str_eq(sweep_verdict(arena, sweep_findings_of(arena, &sweep)),
                     "No point ran. 1 of 1 points does not fit in memory.");
}

static const char *figure(double value, const char *unit) {
    char text[TEXT_FIGURE_BYTES];
    return arena_text(arena, text_layout_figure(value, unit, text));
}

Test(views, figures_have_a_unit_of_handy_size) {
    cr_assert_str_eq(figure(0.002385, "s"), "2.385 ms");
    cr_assert_str_eq(figure(61.3 * 0x1p30, "bytes"), "61.30 GiB");
    cr_assert_str_eq(figure(0.3642, "fraction"), "36.4 %");
    cr_assert_str_eq(figure(142385.3, "tokens/s"), "142,385 tokens/s");
    cr_assert_str_eq(figure(-1234567, "count"), "-1,234,567");
    cr_assert_str_eq(figure(145622261760, "parameter"), "145.6e9 parameter");
    cr_assert_str_eq(figure(1, "0/1"), "yes");
    cr_assert_str_eq(figure(NAN, "s"), "-");
    cr_assert_str_eq(figure(0, "s"), "0 s");
}

Test(views, percentages_are_right_aligned_and_a_missing_one_is_a_dash) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    text_layout_percent(out, 8, false, 0.02385);
    text_layout_percent(out, 7, true, 0.02385);
    text_layout_percent(out, 7, true, -0.1234);
    text_layout_percent(out, 4, true, NAN);
    fclose(out);
    cr_assert_str_eq(text, "     2.4   +2.4  -12.3   -");
    free(text);
}

Test(views, a_terminal_shows_each_class_as_letters) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    terminal_timeline_draw(out, fixture_tiny(arena), 60);
    fclose(out);
    cr_assert_not_null(strstr(text, "\n  stage 0         FFFFFFFFFFFFFFFFFFFFFFFFFFdddddddddddddddd\n"), "%s", text);
    cr_assert_not_null(strstr(text, "\n  F forward, d data communication, . idle\n"), "%s", text);
    free(text);
}

/* Three bars in eight pieces: what is owed to a kind is not shown where it is not. */
Test(views, a_terminal_shows_no_letter_where_its_kind_is_not) {
    const TimelineBar bars[] = {{0, STREAM_COMPUTE, BAR_FORWARD, 0, 0, 0, 1400},
                                {0, STREAM_COMPUTE, BAR_TENSOR_COMM, 0, 0, 1400, 3000},
                                {0, STREAM_COMPUTE, BAR_OPTIMIZER, 0, 0, 5000, 5400}};
    Results results = *fixture_tiny(arena);
    results.timeline = bars;
    results.timeline_count = 3;
    results.step = 8000;
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    terminal_timeline_draw(out, &results, 18 + 8);
    fclose(out);
    cr_assert_not_null(strstr(text, "\n  stage 0         Ftt.....\n"), "%s", text);
    free(text);
}

Test(views, a_terminal_gets_the_ledger_the_step_and_a_curve) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    terminal_draw_run(out, fixture_step(arena), 80);
    terminal_draw_sweep(out, sweep_findings_of(arena, fixture_sweep(arena)), 80);
    fclose(out);
    cr_assert_not_null(strstr(text, "Where the GPU time went"));
    cr_assert_not_null(strstr(text, "\n  stage 7         ..."));
    cr_assert_not_null(strstr(text, "Model TFLOP/s per GPU over tensor_parallel\n"));
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        cr_expect_leq(text_layout_columns(arena_format(arena, "%.*s", (int)strcspn(line, "\n"), line)), 80);
    }
    free(text);
}

static const char *head_of(ScriptTitle title) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    script_head_title(out, arena, "ledger", title);
    fclose(out);
    const char *kept = arena_text(arena, text);
    free(text);
    return kept;
}

Test(views, a_title_takes_the_lesson_when_it_fits_and_the_subtitle_else) {
    cr_assert_str_eq(head_of((ScriptTitle){"it's", "short", "So."}),
                     "# Redraw with `gnuplot ledger.gp` in this folder.\ntitle = 'it' . \"\\047\" . 's: short'\n"
                     "subtitle = '' . 'So.'\nsubtitle_lines = 1\n");
    const char *lesson =
        "This lesson is as long as a lesson can be and goes on about what there is to be seen, and then "
        "it ends in a full stop.";
    const char *head = head_of((ScriptTitle){"cliff", lesson, "So."});
    cr_assert_not_null(strstr(head, "title = 'cliff'\n"));
    cr_assert_not_null(strstr(head, " it ends in a full stop. So.'\n"), "%s", head);
}

Test(views, a_line_of_a_subtitle_does_not_end_between_a_number_and_its_unit) {
    const char *verdict =
        "Words that say nothing fill the first line of a subtitle up to its end, so that the figure at that "
        "end would be torn: the ring takes every one of 238.5 milliseconds, and no more.";
    const char *head = head_of((ScriptTitle){"ring", "", verdict});
    cr_assert_not_null(strstr(head, " every one of' . \"\\n\" . '238.5 milliseconds,"), "%s", head);
}

/* Words of 40 columns: three and their blanks to a line. */
Test(views, a_subtitle_has_four_lines_before_it_is_cut) {
    const char *verdict = "";
    for (int i = 0; i < 12; i++)
        verdict = arena_format(arena, "%s%s%039d.", verdict, i > 0 ? " " : "", i);
    const char *head = head_of((ScriptTitle){"ring", "", verdict});
    cr_assert_not_null(strstr(head, "011.'\nsubtitle_lines = 4\n"), "%s", head);
    head = head_of((ScriptTitle){"ring", "", arena_format(arena, "%s %s", verdict, verdict)});
    cr_assert_not_null(strstr(head, "011. ...'\nsubtitle_lines = 4\n"), "%s", head);
}
