/* What is shown of several jobs on one fabric: tables, matrix, files of formats, the folder and its pictures. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plots/contention_table.h"
#include "plots/contention_view.h"
#include "plots/job_folders.h"
#include "plots/report.h"
#include "plots/step_boxes.h"
#include "plots/terminal.h"
#include "plots/text_layout.h"
#include "tests/unit/plots/fixture.h"
#include "tests/unit/plots/fixture_jobs.h"

static Arena *arena;
static ErrorList errors;
static ReportTarget target;

static void setup(void) {
    arena = arena_create();
    error_list_init(&errors, arena);
    target = (ReportTarget){.folder = fixture_folder(arena),
                            .share = ".",
                            .command = "chokepoint run x",
                            .version = "0.1.0",
                            .scenario = "jobs: []\n",
                            .warnings = &errors};
}

static void teardown(void) {
    cr_assert(strncmp(target.folder, "/tmp/chokepoint-plots-", 22) == 0);
    cr_assert_eq(system(arena_format(arena, "rm -rf '%s'", target.folder)), 0);
    arena_destroy(arena);
}

TestSuite(jobs, .init = setup, .fini = teardown);

static bool exists(const char *name) {
    return access(arena_format(arena, "%s/%s", target.folder, name), F_OK) == 0;
}

Test(jobs, shares_are_of_the_gpu_time_of_the_job) {
    const Contention *contention = fixture_jobs(arena, 3)->contention;
    cr_assert(contention_view_ran(contention));
    cr_expect_float_eq(contention_view_exposed(contention, 1), 0.36, 1e-12);
    cr_expect_float_eq(contention_view_due(contention, 1, 2), 0.01, 1e-12);
    cr_expect_float_eq(contention_view_lost(contention, 1), 0.06, 1e-12);
    cr_expect_float_eq(contention_view_step_s(contention, 1), 3.18, 1e-12);
    cr_expect_float_eq(contention_view_alone_s(contention, 1), 2.385, 1e-12);
    cr_expect_eq(contention_view_end(contention->jobs[1]), 10540000000);
    cr_expect_not(contention_view_ran(fixture_jobs_too_big(arena)->contention));
}

Test(jobs, those_that_lost_or_took_most_are_picked_in_their_order) {
    const Contention *contention = fixture_jobs(arena, 5)->contention;
    double *due = (double *)contention->due_gpu_s;
    double *exposed = (double *)contention->exposed_gpu_s;
    due[3 * contention->owner_count + 1] = 20;
    exposed[3] += 20;
    ContentionPick pick = contention_view_pick(arena, contention, contention->owner_count, 3);
    cr_assert_eq(pick.count, 3);
    cr_expect_eq(pick.owners[0], 1);
    cr_expect_eq(pick.owners[1], 3);
    cr_expect_eq(pick.owners[2], 5);
    cr_expect_eq(pick.job_count, 2);
    pick = contention_view_pick(arena, contention, contention->owner_count, 99);
    cr_expect_eq(pick.count, 6, "links that took nothing are left out");
    cr_expect_float_eq(contention_view_rest(contention, 0, &pick), 0, 1e-12);
    ContentionLoss worst[2];
    cr_assert_eq(contention_view_worst(contention, 2, worst), 2);
    cr_expect_eq(worst[0].job, 3);
    cr_expect_eq(worst[0].owner, 1);
    cr_expect_eq(worst[1].owner, 5);
}

/* What the sink saw. */
typedef struct Seen {
    int count;
    StepBox boxes[8];
} Seen;

static void see(void *subject, const StepBox *box) {
    Seen *seen = subject;
    seen->boxes[seen->count++] = *box;
}

Test(jobs, steps_are_boxes_and_short_ones_are_joined) {
    const Contention *contention = fixture_jobs(arena, 2)->contention;
    Seen fine = {0};
    step_boxes_draw(contention, 1, 1, see, &fine);
    cr_assert_eq(fine.count, 3);
    cr_expect_eq(fine.boxes[1].start, 3385000000);
    cr_expect_eq(fine.boxes[1].end, 8155000000);
    cr_expect_float_eq(fine.boxes[1].slowdown, 2, 1e-9);
    Seen coarse = {0};
    step_boxes_draw(contention, 1, 7155000000, see, &coarse);
    cr_assert_eq(coarse.count, 2);
    cr_expect_eq(coarse.boxes[0].steps, 2);
    cr_expect_float_eq(coarse.boxes[0].slowdown, 1.5, 1e-9);
    cr_expect_eq(coarse.boxes[1].end, contention_view_end(contention->jobs[1]));
}

Test(jobs, steps_that_were_not_kept_are_one_box) {
    const Contention *contention = fixture_jobs(arena, 2)->contention;
    ((Results *)contention->jobs[0])->step_ends = NULL;
    Seen seen = {0};
    step_boxes_draw(contention, 0, 1, see, &seen);
    cr_assert_eq(seen.count, 1);
    cr_expect_eq(seen.boxes[0].steps, 3);
    cr_expect_eq(seen.boxes[0].end, 9540000000);
}

static void expect_narrow(const char *text, int most) {
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *kept = arena_format(arena, "%.*s", (int)strcspn(line, "\n"), line);
        cr_expect_leq(text_layout_columns(kept), most, "%s", kept);
    }
}

Test(jobs, text_has_the_jobs_and_who_hurt_whom_behind_the_verdict) {
    const char *text = fixture_run_text(arena, "text", fixture_jobs(arena, 3));
    cr_assert_eq(strncmp(text, "left runs 1.33 times as long as alone.\n", 39), 0);
    cr_expect_not_null(
        strstr(text, "\n  job         kind           GPUs     start       end   steps      step  slowdown  exposed"
                     "     lost\n"
                     "  left        training          8       0 s   9.540 s       3   3.180 s     1.333   36.0 %"
                     "    6.0 %\n"),
        "%s", text);
    cr_expect_not_null(strstr(text, "\n  job           left   right  third/../x  backup   exposed\n"
                                    "  left        (30.0)    1.0           .     5.0     36.0 %\n"
                                    "  right           .   (30.0)        1.0     5.0     36.0 %\n"
                                    "  third/../x    1.0       .       (30.0)    5.0     36.0 %\n"),
                       "%s", text);
    cr_expect_not_null(strstr(text, "\n  time.wall_s"));
    cr_expect_null(strstr(text, "jobs.left.slowdown"));
    cr_expect_not_null(strstr(text, "\n  third/../x: Data waits.\n"));
    cr_expect_gt(strstr(text, "Job by job"), strstr(text, "Where the GPU time went"));
}

Test(jobs, what_is_due_to_links_is_called_link_events) {
    const Contention *contention = fixture_jobs(arena, 2)->contention;
    ((double *)contention->due_gpu_s)[3] = 0.02385 * 9.54 * 8;
    Results *results = ARENA_NEW(arena, Results);
    *results = *fixture_jobs(arena, 2);
    results->contention = contention;
    const char *text = fixture_run_text(arena, "text", results);
    cr_expect_not_null(strstr(text, "\n  job      left   right  backup  link events   exposed\n"), "%s", text);
    cr_expect_not_null(strstr(fixture_run_text(arena, "tidy", results), "due_to.links"));
}

Test(jobs, jobs_that_end_early_are_told_how_many_steps_let_them_last) {
    Results *results = ARENA_NEW(arena, Results);
    *results = *fixture_jobs(arena, 3);
    Results *late = (Results *)results->contention->jobs[2], *longest = (Results *)results->contention->jobs[1];
    cr_expect_null(strstr(fixture_run_text(arena, "text", results), "only jobs that run at the same time meet"));
    late->start = 80000000000;
    longest->wall = 10 * longest->wall;
    longest->step_ends = NULL;
    const char *text = fixture_run_text(arena, "text", results);
    cr_expect_not_null(strstr(text, "at this pace, left\n  needs 31 `steps`\n"), "%s", text);
    late->start = 5000000000;
    text = fixture_run_text(arena, "text", results);
    cr_expect_not_null(strstr(text, "at this pace, left\n  needs 31 `steps`, third/../x 29\n"), "%s", text);
}

Test(jobs, text_of_any_number_of_jobs_is_at_most_100_columns_wide) {
    for (int count = 1; count <= 40; count++) {
        expect_narrow(fixture_run_text(arena, "text", fixture_jobs(arena, count)), 100);
    }
}

Test(jobs, eight_jobs_are_a_matrix_and_many_are_a_list_of_the_worst) {
    const char *eight = fixture_run_text(arena, "text", fixture_jobs(arena, 8));
    cr_expect_not_null(strstr(eight, "  columns: 1=left, 2=right, 3=third/../x, 4=a job with quite a long name 4,"),
                       "%s", eight);
    cr_expect_not_null(strstr(eight, "\n  8  a job wit..ng name 8   1.0 "), "%s", eight);
    const char *many = fixture_run_text(arena, "text", fixture_jobs(arena, 30));
    cr_expect_not_null(strstr(many, "\n  left                 backup                  5.0 %  ######"), "%s", many);
    cr_expect_not_null(strstr(many, "\n  and 10 more that lost and took less\n"));
    cr_expect_not_null(strstr(many, "\n  all others at most 5.0 %"));
}

Test(jobs, jobs_that_do_not_fit_have_a_table_without_outcome) {
    const char *text = fixture_run_text(arena, "text", fixture_jobs_too_big(arena));
    cr_expect_not_null(strstr(text, "\n  left   training        512         -         -       -         -         -"));
    cr_expect_null(strstr(text, "Who hurt whom"));
    cr_expect_not_null(strstr(text, "\n  right: Does not fit: stage 0 needs"));
    cr_assert(report_write_run(&target, fixture_jobs_too_big(arena), &errors));
    cr_expect(exists("jobs/right/plots/memory.gp"));
    cr_expect_not(exists("plots/contention.gp"));
}

static const char *drawn(const Results *results, int columns) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    terminal_draw_run(out, results, columns);
    fclose(out);
    const char *kept = arena_text(arena, text);
    free(text);
    return kept;
}

Test(jobs, a_terminal_shows_steps_as_letters_and_slow_ones_as_hashes) {
    const char *text = drawn(fixture_jobs(arena, 2), 80);
    expect_narrow(text, 80);
    cr_expect_not_null(strstr(text,
                              "\n  left            |-------------|###########################|-------------\n"
                              "  right                |-------------|###########################|--------------\n"),
                       "%s", text);
    for (int columns = 60; columns <= 200; columns += 20) {
        expect_narrow(drawn(fixture_jobs(arena, 9), columns), columns);
    }
}

/* The background is on for 2 s of every 2.385 s, and one event holds from 3 s to 4 s. */
static Results *beside(void) {
    static const SimTime starts[] = {0, 2385000000, 4770000000}, ends[] = {2000000000, 4385000000, 6770000000};
    static const SimTime start = 3000000000, end = 4000000000;
    Results *results = ARENA_NEW(arena, Results);
    *results = *fixture_jobs(arena, 2);
    Spans *present = ARENA_ARRAY(arena, 4, Spans);
    present[2] = (Spans){3, starts, ends};
    present[3] = (Spans){1, &start, &end};
    ((Contention *)results->contention)->present = present;
    return results;
}

Test(jobs, background_and_link_events_are_thin_rows_under_the_jobs) {
    const char *text = drawn(beside(), 80);
    expect_narrow(text, 80);
    cr_expect_not_null(strstr(text, "\n  backup          oooooooooooo  oooooooooooo  oooooooooooo\n"
                                    "  link events                      ooooooo\n"
                                    "  | a step begins"),
                       "%s", text);
    cr_expect_not_null(strstr(text, "; o background"));
    cr_assert(report_write_run(&target, beside(), &errors));
    const char *data = fixture_file_text(arena, target.folder, "series/jobs.dat");
    cr_expect_not_null(strstr(data, "# presence\n1 1.8 0 2 "), "%s", data);
    cr_expect_not_null(strstr(data, "\n3.5 2.22 3 4 "), "%s", data);
    cr_expect_not_null(strstr(data, "\n1.8 \"backup\" \"\"\n2.22 \"link events\" \"\"\n"), "%s", data);
}

Test(jobs, tidy_rows_of_a_job_sum_to_its_exposed_communication) {
    const char *text = fixture_run_text(arena, "tidy", fixture_jobs(arena, 3));
    cr_expect_not_null(strstr(text, "\ntogether,NaN,right,slowdown,1.3333333333333333,ratio\n"), "%s", text);
    cr_expect_not_null(strstr(text, "\ntogether,8.155,right,step,4.77,s\n"), "%s", text);
    cr_expect_not_null(strstr(text, "\ntogether/right,NaN,stage 0,memory.total,7936,bytes\n"));
    double sum = 0;
    for (const char *at = text; (at = strstr(at, "\ntogether,NaN,right,due_to.")) != NULL; at++) {
        const char *value = strchr(at + strlen("\ntogether,NaN,right,due_to."), ',') + 1;
        sum += strstr(value, ",fraction\n") == strchr(value, ',') ? strtod(value, NULL) : 0;
    }
    cr_expect_float_eq(sum, 0.36, 1e-12);
}

Test(jobs, json_has_the_matrix_and_all_of_every_job) {
    const char *text = fixture_run_text(arena, "json", fixture_jobs(arena, 2));
    cr_expect_not_null(strstr(text, "\"owners\": [\"left\", \"right\", \"backup\", \"links\"]"));
    cr_expect_not_null(strstr(text, "\"name\": \"right\",\n    \"lesson\": \"\",\n    \"kind\": \"training\""), "%s",
                       text);
    cr_expect_not_null(strstr(text, "\"step_ends_ns\": [3385000000, 8155000000, 10540000000]"));
    cr_expect_not_null(strstr(text, "\"due_gpu_s\": [22.895999999999997, 0.7632, 3.816, 0]"), "%s", text);
    cr_expect_not_null(strstr(text, "\"jobs.left.slowdown\""));
    cr_expect_null(strstr(fixture_run_text(arena, "json", fixture_tiny(arena)), "\"owners\""));
}

Test(jobs, the_trace_has_a_process_for_the_classes_of_every_job) {
    const char *text = fixture_run_text(arena, "trace", fixture_jobs(arena, 2));
    cr_expect_not_null(strstr(text, "\"pid\": 0, \"args\": {\"name\": \"left: stage 0 (3 GPUs)\"}"), "%s", text);
    cr_expect_not_null(strstr(text, "\"pid\": 1, \"args\": {\"name\": \"right: stage 0 (3 GPUs)\"}"), "%s", text);
}

static const char *const *folders_of(const char *const *names, int count) {
    const Results **jobs = ARENA_ARRAY(arena, count, const Results *);
    for (int i = 0; i < count; i++) {
        Results *job = ARENA_NEW(arena, Results);
        job->name = names[i];
        jobs[i] = job;
    }
    return job_folders(arena, &(Contention){.job_count = count, .jobs = jobs});
}

Test(jobs, names_of_folders_are_safe_and_different) {
    static const char *const NAMES[] = {"a/b", "a b", "A_B", "..", "-rf", "", "caf\xc3\xa9", "a_b_2", "$(x)`\n"};
    static const char *const EXPECTED[] = {"a_b", "a_b_2",       "A_B_3",   "_.",    "_rf",
                                           "_",   "caf\xc3\xa9", "a_b_2_2", "__x___"};
    const char *const *folders = folders_of(NAMES, 9);
    for (int i = 0; i < 9; i++) {
        cr_expect_str_eq(folders[i], EXPECTED[i]);
    }
    char longest[300];
    memset(longest, 'n', 99);
    strcpy(longest + 99, "\xc3\xa9 and more");
    const char *const one[] = {longest};
    cr_expect_eq(strlen(folders_of(one, 1)[0]), 99);
}

Test(jobs, every_job_has_a_folder_of_its_own) {
    cr_assert(report_write_run(&target, fixture_jobs(arena, 3), &errors));
    static const char *const names[] = {"summary.txt",
                                        "contention.csv",
                                        "series/contention.dat",
                                        "series/jobs.dat",
                                        "plots/contention.gp",
                                        "plots/jobs.gp",
                                        "plots/ledger.gp",
                                        "manifest.json",
                                        "jobs/left/summary.txt",
                                        "jobs/left/ledger.csv",
                                        "jobs/right/plots/timeline.gp",
                                        "jobs/third_.._x/series/timeline.dat"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cr_expect(exists(names[i]), "%s", names[i]);
    }
    cr_expect_not(exists("jobs/left/manifest.json"));
    cr_expect_not(exists("series/timeline.dat"));
    cr_expect_str_eq(fixture_file_text(arena, target.folder, "jobs/right/summary.txt"),
                     fixture_run_text(arena, "text", fixture_jobs(arena, 3)->contention->jobs[1]));
}

Test(jobs, folders_of_jobs_go_with_their_run_but_not_what_somebody_put_there) {
    cr_assert(report_write_run(&target, fixture_jobs(arena, 3), &errors));
    FILE *note = fopen(arena_format(arena, "%s/jobs/right/note", target.folder), "w");
    fputs("mine", note);
    fclose(note);
    cr_assert(report_write_run(&target, fixture_tiny(arena), &errors));
    cr_expect_not(exists("contention.csv"));
    cr_expect_not(exists("jobs/left"));
    cr_expect_not(exists("jobs/right/summary.txt"));
    cr_expect_str_eq(fixture_file_text(arena, target.folder, "jobs/right/note"), "mine");
}

Test(jobs, without_the_folder_of_a_job_there_is_no_manifest) {
    cr_assert_eq(
        system(arena_format(arena, "printf '{\"program\": \"chokepoint\"' >'%s/manifest.json'", target.folder)), 0);
    cr_assert_eq(system(arena_format(arena, ": >'%s/jobs'", target.folder)), 0);
    cr_expect_not(report_write_run(&target, fixture_jobs(arena, 2), &errors));
    cr_expect_not(exists("manifest.json"));
    cr_assert_eq(errors.count, 1);
    cr_expect_not_null(strstr(errors.items[0].message, "cannot make the folder"), "%s", errors.items[0].message);
}

Test(jobs, without_gnuplot_the_folder_says_so_once_a_picture_and_not_for_every_job) {
    target.draw = true;
    setenv("PATH", "/nowhere", 1);
    bool whole = report_write_run(&target, fixture_jobs(arena, 3), &errors);
    setenv("PATH", "/usr/bin:/bin", 1);
    cr_assert(whole);
    cr_expect_eq(errors.count, 3);
}

static void check_redraw(const char *name) {
    const char *svg = arena_format(arena, "plots/%s.svg", name);
    const char *first = fixture_file_text(arena, target.folder, svg);
    cr_assert_not_null(first, "%s", svg);
    cr_assert_eq(unlink(arena_format(arena, "%s/%s", target.folder, svg)), 0);
    cr_assert_eq(system(arena_format(arena, "cd '%s/plots' && gnuplot %s.gp", target.folder, name)), 0);
    cr_expect_str_eq(fixture_file_text(arena, target.folder, svg), first, "%s redrawn by hand differs", svg);
}

Test(jobs, pictures_show_the_figures_and_can_be_redrawn_alone) {
    if (system("command -v gnuplot >/dev/null") != 0) {
        cr_skip_test("gnuplot is not installed");
    }
    target.draw = true;
    cr_assert(report_write_run(&target, fixture_jobs(arena, 20), &errors));
    cr_assert_eq(errors.count, 0);
    check_redraw("contention");
    check_redraw("jobs");
    const char *map = fixture_file_text(arena, target.folder, "plots/contention.svg");
    cr_expect_not_null(strstr(map, ">a job wi..g name 4<"));
    cr_expect_not_null(strstr(map, ">all others<"));
    cr_expect_not_null(strstr(map, ">36.0<"));
    cr_expect_not_null(strstr(fixture_file_text(arena, target.folder, "plots/jobs.svg"), ">4.770 s<"));
}
