/* Collectives over message size: which curves there are, their file, their picture and their drawing of characters. */
#include "plots/collective_view.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plots/collective_file.h"
#include "plots/report.h"
#include "plots/terminal.h"
#include "tests/unit/plots/fixture.h"

enum { SIZES = 4 };

/* The ring comes back after the tree; the last size has no bus bandwidth. */
static const CollectiveRow ROWS[SIZES] = {{2048, 12.385e-6, 8.2681e7, 1.2402e8, "ring"},
                                          {4096, 14.5e-6, 2.8e8, 4.2385e8, "double_binary_tree"},
                                          {8192, 16.5e-6, 4.9e8, 7.4e8, "ring"},
                                          {16384, 21.5e-6, 7.6e8, NAN, "ring"}};

static Arena *arena;

static void setup(void) {
    arena = arena_create();
}

static void teardown(void) {
    arena_destroy(arena);
}

TestSuite(collective_view, .init = setup, .fini = teardown);

static Results *collective_named(const char *name, int sizes) {
    Results *results = ARENA_NEW(arena, Results);
    *results = *fixture_tiny(arena);
    results->name = name;
    results->operation = "all_reduce";
    results->sizes = ROWS;
    results->size_count = sizes;
    results->memory_count = 0;
    return results;
}

static Results *together(const Results *one, const Results *other) {
    const Results **jobs = ARENA_ARRAY(arena, 2, const Results *);
    Contention *contention = ARENA_NEW(arena, Contention);
    Results *results = ARENA_NEW(arena, Results);
    jobs[0] = one;
    jobs[1] = other;
    *contention = (Contention){.jobs = jobs, .job_count = 2};
    *results = (Results){.name = "both", .contention = contention};
    return results;
}

Test(collective_view, each_algorithm_of_a_job_is_a_curve) {
    CollectiveView view = collective_view_of(arena, collective_named("rings", SIZES));
    cr_assert_eq(view.count, 2);
    cr_expect_str_eq(view.curves[0].title, "all_reduce, ring");
    cr_expect_str_eq(view.curves[1].title, "all_reduce, double_binary_tree");
    cr_expect_float_eq(view.low[0], 2048 / 1.4, 1e-9);
    cr_expect_float_eq(view.high[1], 0.74 * 1.4, 1e-9);
    cr_expect_float_eq(view.high[2], 21.5 * 1.4, 1e-9);
    cr_assert_eq(view.tick_count, 4);
    cr_expect_str_eq(view.tick_names[3], "16 KiB");
}

Test(collective_view, curves_of_several_jobs_carry_their_names) {
    Results *both = together(collective_named("left", 2), collective_named("right", 2));
    CollectiveView view = collective_view_of(arena, both);
    cr_assert_eq(view.count, 4);
    cr_expect_str_eq(view.curves[2].title, "right: all_reduce, ring");
    cr_expect(collective_view_is_all(both));
    cr_expect_not(collective_view_is_all(together(collective_named("left", 2), fixture_tiny(arena))));
}

Test(collective_view, ticks_of_many_sizes_are_few_and_of_none_there_is_nothing_to_draw) {
    CollectiveRow rows[2] = {{1, 1e-6, 1e6, 1e6, "ring"}, {0x1p44, 1e3, 1.7e10, 1.7e10, "ring"}};
    Results *wide = collective_named("wide", 2);
    wide->sizes = rows;
    CollectiveView view = collective_view_of(arena, wide);
    cr_expect_leq(view.tick_count, COLLECTIVE_VIEW_TICKS);
    cr_expect_str_eq(view.tick_names[0], "1 B");
    cr_expect_not(collective_view_applies(collective_named("lone", 1)));
    cr_expect_not(collective_view_applies(fixture_tiny(arena)));
}

Test(collective_view, a_curve_is_broken_where_another_algorithm_is_faster) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    collective_file_write(out, collective_named("rings", SIZES));
    fclose(out);
    cr_expect_not_null(strstr(text, "# curve_00\n2048 0.12402 12.385\n\n8192 0.74 16.5\n16384 NaN 21.5\n\n\n"), "%s",
                       text);
    cr_expect_not_null(strstr(text, "# curve_01\n4096 0.42385 14.5\n\n\n"), "%s", text);
    cr_expect_not_null(strstr(text, "# job_00\n2048 0.12402 12.385\n4096 0.42385 14.5\n"), "%s", text);
    free(text);
}

static bool exists(const char *folder, const char *name) {
    return access(arena_format(arena, "%s/%s", folder, name), F_OK) == 0;
}

Test(collective_view, a_folder_has_this_picture_and_none_that_says_nothing) {
    ErrorList errors;
    error_list_init(&errors, arena);
    const char *folder = fixture_folder(arena);
    ReportTarget target = {.folder = folder, .share = ".", .command = "", .version = "", .scenario = ""};
    cr_assert(report_write_run(&target, collective_named("rings", SIZES), &errors));
    cr_expect(exists(folder, "series/collective.dat"));
    cr_expect(exists(folder, "plots/collective.gp"));
    const char *const absent[] = {"plots/timeline.gp", "plots/utilisation.gp", "plots/ledger.gp",
                                  "plots/memory.gp",   "series/timeline.dat",  "series/ledger.dat"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
        cr_expect_not(exists(folder, absent[i]), "%s", absent[i]);
    }
    if (system("command -v gnuplot >/dev/null") == 0) {
        const char *draw = "cd %s/plots && test -z \"$(gnuplot collective.gp 2>&1)\" && test -s collective.png";
        cr_expect_eq(system(arena_format(arena, draw, folder)), 0);
    }
    cr_assert_eq(system(arena_format(arena, "rm -rf %s", folder)), 0);
}

Test(collective_view, the_terminal_has_a_letter_a_curve_and_no_timeline) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    terminal_draw_run(out, collective_named("rings", SIZES), 80);
    fclose(out);
    cr_expect_not_null(strstr(text, "\nBus bandwidth, GB/s, over the size of a rank's buffer\n"), "%s", text);
    cr_expect_not_null(strstr(text, "\n  A all_reduce, ring; B all_reduce, double_binary_tree\n"), "%s", text);
    cr_expect_null(strstr(text, "The step,"));
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        cr_expect_leq(strcspn(line, "\n"), 80);
    }
    free(text);
}
