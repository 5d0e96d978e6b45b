#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plots/gnuplot.h"
#include "plots/output.h"
#include "plots/report.h"
#include "tests/unit/plots/fixture.h"

static Arena *arena;
static ErrorList errors;
static ErrorList warnings;
static ReportTarget target;

static void setup(void) {
    arena = arena_create();
    error_list_init(&errors, arena);
    error_list_init(&warnings, arena);
    target = (ReportTarget){.folder = fixture_folder(arena),
                            .share = ".",
                            .command = "chokepoint run \"a b.yaml\"",
                            .version = "0.1.0",
                            .scenario = "cluster:\n  nodes: 3\n",
                            .seed = 42,
                            .warnings = &warnings};
}

static void teardown(void) {
    cr_assert(strncmp(target.folder, "/tmp/chokepoint-plots-", 22) == 0);
    const char *remove = arena_format(arena, "rm -rf '%s'", target.folder);
    cr_assert_eq(system(remove), 0);
    arena_destroy(arena);
}

TestSuite(report, .init = setup, .fini = teardown);

static const char *file_text(const char *name) {
    return fixture_file_text(arena, target.folder, name);
}

static bool exists(const char *name) {
    return access(arena_format(arena, "%s/%s", target.folder, name), F_OK) == 0;
}

static long file_bytes(const char *name) {
    struct stat found;
    return stat(arena_format(arena, "%s/%s", target.folder, name), &found) == 0 ? (long)found.st_size : -1;
}

Test(report, a_run_leaves_every_file_of_its_folder) {
    target.trace = true;
    cr_assert(report_write_run(&target, fixture_tiny(arena), &errors));
    static const char *const names[] = {"summary.txt",       "summary.csv",         "ledger.csv",
                                        "trace.json",        "series/timeline.dat", "series/utilisation.dat",
                                        "series/memory.dat", "plots/timeline.gp",   "plots/utilisation.gp",
                                        "plots/memory.gp",   "plots/ledger.gp"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        cr_assert_gt(file_bytes(names[i]), 20, "%s", names[i]);
    }
    cr_assert_eq(errors.count, 0);
    cr_assert_str_eq(file_text("summary.txt"), fixture_run_text(arena, "text", fixture_tiny(arena)));
    cr_assert_str_eq(file_text("summary.csv"), fixture_run_text(arena, "csv", fixture_tiny(arena)));
    cr_assert_str_eq(file_text("trace.json"), fixture_run_text(arena, "trace", fixture_tiny(arena)));
}

Test(report, the_manifest_says_how_to_do_it_again) {
    cr_assert(report_write_run(&target, fixture_tiny(arena), &errors));
    cr_assert_str_eq(file_text("manifest.json"),
                     "{\"program\": \"chokepoint\",\n \"version\": \"0.1.0\",\n \"kind\": \"run\",\n"
                     " \"name\": \"tiny, \\\"quoted\\\"\",\n"
                     " \"command\": \"chokepoint run \\\"a b.yaml\\\"\",\n \"seed\": 42,\n"
                     " \"scenario\": \"cluster:\\n  nodes: 3\\n\"}\n");
}

Test(report, the_ledger_is_a_tidy_table_that_sums_to_all_gpu_time) {
    const Results *results = fixture_step(arena);
    cr_assert(report_write_run(&target, results, &errors));
    const char *text = file_text("ledger.csv");
    cr_assert_eq(strncmp(text, "run_id,time_s,entity,metric,value,unit\n", 39), 0);
    int64_t sum = 0;
    for (const char *line = strchr(text, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *entity = strstr(line, ",NaN,") + 5;
        const char *metric = strchr(entity, ',') + 1;
        const char *value = strchr(metric, ',') + 1;
        bool part = memchr(metric, '.', (size_t)(value - metric)) != NULL;
        sum += strncmp(entity, "all,", 4) == 0 && !part ? strtoll(value, NULL, 10) : 0;
    }
    cr_assert_eq(sum, results->step * results->gpus);
}

Test(report, data_sets_have_names_two_blank_lines_and_NaN) {
    cr_assert(report_write_run(&target, fixture_tiny(arena), &errors));
    cr_assert_str_eq(
        file_text("series/utilisation.dat"),
        "# chokepoint: samples over the step, each from its time to the next\n# columns: time_s mean max\n\n"
        "# stage 0 gpu\n0 0.75 1\n0.0015 0.1 0.2\n0.002 0.1 0.2\n\n\n");
    cr_assert_not_null(strstr(file_text("series/timeline.dat"),
                              "# whole_backward\nNaN NaN NaN NaN NaN NaN NaN\n\n\n# whole_weight\n"));
}

Test(report, the_waterfall_starts_at_peak_and_ends_at_ideal_compute) {
    cr_assert(report_write_run(&target, fixture_tiny(arena), &errors));
    cr_assert_not_null(strstr(file_text("series/ledger.dat"),
                              "# waterfall\n0 10 75 100 25 \"Data-parallel communication\" \"25.0 %\"\n"
                              "-1 0 0 75 75 \"Ideal compute: 2.385 TFLOP/s per GPU\" \"75.0 %\"\n"));
}

Test(report, a_job_that_does_not_fit_gets_its_memory_picture_only) {
    cr_assert(report_write_run(&target, fixture_too_big(arena), &errors));
    cr_assert(exists("plots/memory.gp"));
    cr_assert_not(exists("plots/timeline.gp"));
    cr_assert_not(exists("series/timeline.dat"));
}

Test(report, a_step_that_does_not_end_is_labelled_so) {
    cr_assert(report_write_run(&target, fixture_too_long(arena), &errors));
    cr_assert(exists("plots/memory.gp"));
    cr_assert_not(exists("plots/ledger.gp"));
    cr_assert_not(exists("series/timeline.dat"));
    SweepResults sweep = *fixture_sweep(arena);
    SweepPoint points[7];
    memcpy(points, sweep.points, sizeof points);
    points[3].results = fixture_too_long(arena);
    sweep.points = points;
    cr_assert(report_write_sweep(&target, sweep_findings_of(arena, &sweep), &errors));
    cr_assert_not_null(
        strstr(file_text("series/sweep.dat"), "\n# failed\n0 0 \"does not fit\"\n3 3 \"does not end\"\n"));
}

Test(report, an_earlier_run_is_removed_whole) {
    cr_assert(report_write_run(&target, fixture_tiny(arena), &errors));
    cr_assert(report_write_sweep(&target, sweep_findings_of(arena, fixture_sweep(arena)), &errors));
    cr_assert_not(exists("ledger.csv"));
    cr_assert_not(exists("series/timeline.dat"));
    cr_assert_not(exists("plots/timeline.gp"));
    cr_assert(exists("plots/sweep.gp"));
    cr_assert_str_eq(file_text("summary.csv"), fixture_sweep_text(arena, "csv", fixture_sweep(arena)));
}

Test(report, a_folder_of_someone_else_is_refused_and_untouched) {
    FILE *file = fopen(arena_format(arena, "%s/summary.txt", target.folder), "w");
    fputs("mine", file);
    fclose(file);
    cr_assert_not(report_write_run(&target, fixture_tiny(arena), &errors));
    cr_assert_eq(errors.count, 1);
    cr_assert_str_eq(errors.items[0].place.file, target.folder);
    cr_assert_str_eq(errors.items[0].message, "the folder holds files but no manifest.json of an earlier run; expected "
                                              "a new or empty folder");
    cr_assert_str_eq(file_text("summary.txt"), "mine");
}

Test(report, a_path_of_new_folders_is_made) {
    const char *outer = target.folder;
    target.folder = arena_format(arena, "%s/a/b", outer);
    cr_assert(report_write_run(&target, fixture_tiny(arena), &errors));
    cr_assert(exists("manifest.json"));
    target.folder = outer;
}

Test(report, a_full_disk_is_an_error_and_leaves_no_file_that_looks_whole) {
    Output output = {.folder = target.folder, .errors = &errors};
    cr_assert(output_claim(&output));
    cr_assert_eq(symlink("/dev/full", arena_format(arena, "%s/summary.csv.part", target.folder)), 0);
    FILE *file = output_open(&output, "summary.csv");
    fputs("1,2,3\n", file);
    cr_assert_not(output_close(&output, file, "summary.csv"));
    cr_assert_not(exists("summary.csv"));
    cr_assert_not(exists("summary.csv.part"));
    cr_assert_eq(errors.count, 1);
    cr_assert_str_eq(errors.items[0].message, "cannot write: No space left on device");
}

/* From the third file on. */
static bool is_stopped(void) {
    return exists("summary.csv");
}

Test(report, a_run_that_is_stopped_writes_no_more_and_what_it_left_can_be_discarded) {
    target.is_stopped = is_stopped;
    cr_assert_not(report_write_run(&target, fixture_tiny(arena), &errors));
    cr_assert_eq(errors.count, 1);
    cr_assert_str_eq(errors.items[0].message, "not written: interrupted");
    cr_assert(exists("manifest.json.part"));
    cr_assert_not(exists("ledger.csv"));
    output_discard(&(Output){.folder = target.folder, .errors = &errors});
    cr_assert_neq(access(target.folder, F_OK), 0);
}

Test(report, a_run_that_dies_half_way_leaves_no_manifest_and_its_folder_can_be_used_again) {
    struct rlimit old;
    getrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){3000, old.rlim_max});
    bool whole = report_write_run(&target, fixture_step(arena), &errors);
    setrlimit(RLIMIT_FSIZE, &old);
    cr_assert_not(whole);
    cr_assert_eq(errors.count, 1);
    cr_assert_str_eq(errors.items[0].message, "cannot write: File too large");
    cr_assert_not(exists("manifest.json"));
    cr_assert_not(exists("summary.txt"));
    cr_assert(report_write_run(&target, fixture_step(arena), &errors));
    cr_assert(exists("manifest.json"));
    cr_assert_not(exists("manifest.json.part"));
}

Test(report, a_missing_installation_is_named) {
    target.share = "/nowhere";
    cr_assert_not(report_write_run(&target, fixture_tiny(arena), &errors));
    cr_assert_str_eq(errors.items[0].place.file, "/nowhere/plots/palette.gp");
    cr_assert_not(exists("manifest.json"));
    cr_assert_not(exists("plots/timeline.gp"));
}

Test(report, without_gnuplot_the_scripts_stay_and_a_warning_says_so) {
    target.draw = true;
    setenv("PATH", "/nowhere", 1);
    bool whole = report_write_sweep(&target, sweep_findings_of(arena, fixture_sweep(arena)), &errors);
    setenv("PATH", "/usr/bin:/bin", 1);
    cr_assert(whole);
    cr_assert_eq(warnings.count, 1);
    cr_assert_not_null(strstr(warnings.items[0].message, "no picture of the sweep: gnuplot is not installed"));
    cr_assert(exists("plots/sweep.gp"));
    cr_assert_not(exists("plots/sweep.png"));
    cr_assert_not(exists("plots/sweep.log"));
}

/* A gnuplot that leaves these texts as the pictures of a sweep and is content. */
static bool report_with_gnuplot(const char *svg, const char *png) {
    const char *folder = arena_format(arena, "%s.bin", target.folder);
    const char *make = arena_format(
        arena,
        "mkdir -p '%s' && printf '#!/bin/sh\\nprintf \"%s\" >sweep.svg\\nprintf \"%s\" >sweep.png\\n' >%s/gnuplot "
        "&& chmod +x %s/gnuplot",
        folder, svg, png, folder, folder);
    cr_assert_eq(system(make), 0);
    target.draw = true;
    setenv("PATH", arena_format(arena, "%s:/usr/bin:/bin", folder), 1);
    bool whole = report_write_sweep(&target, sweep_findings_of(arena, fixture_sweep(arena)), &errors);
    setenv("PATH", "/usr/bin:/bin", 1);
    cr_assert_eq(system(arena_format(arena, "rm -r '%s'", folder)), 0);
    return whole;
}

#define WHOLE_SVG "<svg></svg>"
#define WHOLE_PNG "\\\\211PNG\\\\r\\\\n\\\\032\\\\n....\\\\000\\\\000\\\\000\\\\000IEND\\\\256B\\\\140\\\\202"

static void expect_no_picture(const char *name) {
    cr_expect_str_eq(errors.items[errors.count - 1].place.file, arena_format(arena, "%s/%s", target.folder, name));
    cr_expect_str_eq(errors.items[errors.count - 1].message,
                     "gnuplot did not write the whole picture; is the disk full?");
    cr_expect_not(exists("plots/sweep.svg"));
    cr_expect_not(exists("plots/sweep.png"));
    cr_expect_not(exists("manifest.json"));
    cr_expect(exists("plots/sweep.gp"));
}

Test(report, half_a_picture_is_an_error_and_does_not_stay) {
    cr_expect_not(report_with_gnuplot("<svg><path d=", WHOLE_PNG));
    expect_no_picture("plots/sweep.svg");
    cr_expect_not(report_with_gnuplot(WHOLE_SVG, "\\\\211PNG\\\\r\\\\n\\\\032\\\\n....\\\\000\\\\000IEN"));
    expect_no_picture("plots/sweep.png");
    cr_expect_not(report_with_gnuplot("", ""));
    expect_no_picture("plots/sweep.png");
    cr_expect_eq(errors.count, 3);
    cr_expect(report_with_gnuplot(WHOLE_SVG "\\\\n", WHOLE_PNG));
    cr_expect(exists("plots/sweep.png") && exists("plots/sweep.svg") && exists("manifest.json"));
}

static bool has_gnuplot(void) {
    return system("command -v gnuplot >/dev/null") == 0;
}

static void check_redraw(const char *name) {
    const char *svg = arena_format(arena, "plots/%s.svg", name);
    const char *png = arena_format(arena, "plots/%s.png", name);
    cr_assert_gt(file_bytes(svg), 5000, "%s", svg);
    cr_assert_gt(file_bytes(png), 10000, "%s", png);
    const char *first = file_text(svg);
    cr_assert_eq(unlink(arena_format(arena, "%s/%s", target.folder, svg)), 0);
    const char *command = arena_format(arena, "cd '%s/plots' && gnuplot %s.gp", target.folder, name);
    cr_assert_eq(system(command), 0);
    cr_assert_str_eq(file_text(svg), first, "%s redrawn by hand differs", svg);
}

Test(report, every_picture_is_drawn_and_can_be_redrawn_alone) {
    if (!has_gnuplot()) {
        cr_skip_test("gnuplot is not installed");
    }
    target.draw = true;
    cr_assert(report_write_run(&target, fixture_step(arena), &errors));
    cr_assert_eq(warnings.count, 0);
    check_redraw("timeline");
    check_redraw("utilisation");
    check_redraw("memory");
    check_redraw("ledger");
}

Test(report, a_sweep_is_drawn_and_can_be_redrawn_alone) {
    if (!has_gnuplot()) {
        cr_skip_test("gnuplot is not installed");
    }
    target.draw = true;
    cr_assert(report_write_sweep(&target, sweep_findings_of(arena, fixture_sweep_of_two(arena)), &errors));
    cr_assert_eq(warnings.count, 0);
    check_redraw("sweep");
}

Test(report, a_name_with_quotes_cannot_run_commands) {
    if (!has_gnuplot()) {
        cr_skip_test("gnuplot is not installed");
    }
    target.draw = true;
    Results results = *fixture_tiny(arena);
    results.name = "it's `touch pwned` \"x\" \\n $(touch pwned) @terminal";
    cr_assert(report_write_run(&target, &results, &errors));
    cr_assert_eq(warnings.count, 0);
    cr_assert(exists("plots/ledger.png"));
    cr_assert_not(exists("plots/pwned"));
}

Test(report, a_name_of_quotes_and_backslashes_stands_in_the_picture_as_it_is) {
    if (!has_gnuplot()) {
        cr_skip_test("gnuplot is not installed");
    }
    static const char *const NAMES[][2] = {{"'tis 'quoted'", "'tis 'quoted': "},
                                           {"''", "'': "},
                                           {"\"x\" \\n \\\\ {y}_z^2", "\"x\" \\n \\\\ {y}_z^2: "},
                                           {"@title 'n' @y", "@title 'n' @y: "}};
    target.draw = true;
    Results results = *fixture_tiny(arena);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        results.name = NAMES[i][0];
        cr_assert(report_write_run(&target, &results, &errors));
        cr_expect_eq(warnings.count, 0, "%s", NAMES[i][0]);
        const char *picture = file_text("plots/ledger.svg");
        cr_assert_not_null(picture, "%s", NAMES[i][0]);
        cr_expect_not_null(strstr(picture, NAMES[i][1]), "%s", NAMES[i][0]);
    }
}
