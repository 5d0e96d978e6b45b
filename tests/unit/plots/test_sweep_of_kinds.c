/* Sweeps of collectives and of jobs on one fabric: what they say, print and stack. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "plots/sweep_stack.h"
#include "plots/sweep_verdict.h"
#include "tests/unit/plots/fixture.h"

static Arena *arena;

static void setup(void) {
    arena = arena_create();
}

static void teardown(void) {
    arena_destroy(arena);
}

TestSuite(sweep_of_kinds, .init = setup, .fini = teardown);

static const char *const KEYS[] = {"cluster.oversubscription"};
static const char *const VALUES[] = {"1", "8", "16"};

static SweepResults sweep_of(const Results *const results[], int count) {
    SweepPoint *points = ARENA_ARRAY(arena, count, SweepPoint);
    for (int i = 0; i < count; i++) {
        points[i] = (SweepPoint){.values = &VALUES[i], .results = results[i]};
    }
    return (SweepResults){"fabric", "", KEYS, 1, points, count};
}

/* A collective whose links of the kind are the slowest for 97 % of the time, and which is idle for the rest. */
static const Results *collective(double gb_per_s, LinkKind kind) {
    Results *results = ARENA_NEW(arena, Results);
    Metric *metrics = ARENA_ARRAY(arena, 2, Metric);
    metrics[0] = (Metric){"collective.busbw_bytes_per_s", 1e9 * gb_per_s, "B/s", ""};
    metrics[1] = (Metric){"collective.time_s", 0.0163, "s", ""};
    *results = (Results){.name = "ring",
                         .verdict = "all_reduce takes 16.3 ms by ring.",
                         .metrics = metrics,
                         .metric_count = 2,
                         .step = 1000};
    results->ledger.ns[LEDGER_COMM_DATA] = results->comm_ns[LEDGER_COMM_DATA][kind] = 970;
    results->ledger.ns[LEDGER_IDLE] = 30;
    return results;
}

/* Of the GPU seconds of a job: 0.6 of work, `lost` to another one, the rest its own communication. */
typedef struct Loss {
    double to_right;
    double to_links;
} Loss;

static const Results *job_of(const char *name) {
    Results *job = ARENA_NEW(arena, Results);
    *job = (Results){.name = name};
    job->ledger.ns[LEDGER_IDEAL_COMPUTE] = 600000000;
    job->ledger.ns[LEDGER_COMM_DATA] = 400000000;
    return job;
}

/* Two jobs, left and right; left suffers. */
static const Results *jobs(double slowdown, Loss loss) {
    static const char *const owners[] = {"left", "right", "links"};
    Results *results = ARENA_NEW(arena, Results);
    Metric *metric = ARENA_NEW(arena, Metric);
    const Results **each = ARENA_ARRAY(arena, 2, const Results *);
    double *numbers = ARENA_ARRAY(arena, 10, double);
    each[0] = job_of("left"), each[1] = job_of("right");
    numbers[0] = slowdown, numbers[1] = 1;
    numbers[2] = numbers[3] = 0.4;
    numbers[4] = 0.4 - loss.to_right - loss.to_links, numbers[5] = loss.to_right, numbers[6] = loss.to_links;
    numbers[8] = 0.4;
    Contention *contention = ARENA_NEW(arena, Contention);
    *contention = (Contention){2, each, numbers, &numbers[2], 3, owners, &numbers[4], NULL};
    *metric = (Metric){"jobs.slowdown_max", slowdown, "ratio", ""};
    *results = (Results){.name = "two",
                         .verdict = "left suffers.",
                         .metrics = metric,
                         .metric_count = 1,
                         .contention = contention,
                         .step = 1000};
    results->ledger.ns[LEDGER_IDLE] = 1;
    return results;
}

static const char *verdict_of(const SweepResults *sweep) {
    return sweep_verdict(arena, sweep_findings_of(arena, sweep));
}

Test(sweep_of_kinds, a_collective_falls_where_another_kind_of_link_limits) {
    const Results *const results[] = {collective(207.4, LINK_NVLINK), collective(128.7, LINK_NIC)};
    SweepResults sweep = sweep_of(results, 2);
    cr_assert_str_eq(verdict_of(&sweep),
                     "Best is oversubscription=1 with 207.4 GB/s bus bandwidth. The largest fall, "
                     "207.4 to 128.7 (38 %), is from oversubscription=1 to 8: what limits is no longer nvlink "
                     "but nic, for 97.0 % of GPU time instead of 0.0 %.");
}

Test(sweep_of_kinds, a_collective_on_the_same_slower_links_says_what_it_takes) {
    const Results *const results[] = {collective(2.374, LINK_FABRIC), collective(0.1287, LINK_FABRIC)};
    SweepResults sweep = sweep_of(results, 2);
    cr_assert_str_eq(
        verdict_of(&sweep),
        "Best is oversubscription=1 with 2.37 GB/s bus bandwidth. The largest fall, 2.37 to 0.129 (95 %), is from "
        "oversubscription=1 to 8: both are limited by fabric, and all_reduce takes 16.3 ms by ring.");
}

Test(sweep_of_kinds, jobs_fall_by_whom_the_slowest_loses_most_more_to) {
    const Results *const results[] = {jobs(1, (Loss){0.01, 0.02}), jobs(1.25, (Loss){0.17, 0.03})};
    SweepResults sweep = sweep_of(results, 2);
    cr_assert_str_eq(verdict_of(&sweep),
                     "Best is oversubscription=1 with the slowest job at 100.0 % of its speed "
                     "alone. The largest fall, 100.0 to 80.0 (20 %), is from oversubscription=1 to 8: what left "
                     "loses to right grows from 1.0 % to 17.0 % of its GPU time.");
}

Test(sweep_of_kinds, jobs_that_lose_little_to_others_have_their_verdict_quoted) {
    const Results *const results[] = {jobs(1, (Loss){0.01, 0}), jobs(1.25, (Loss){0.1, 0.02})};
    SweepResults sweep = sweep_of(results, 2);
    const char *verdict = verdict_of(&sweep);
    cr_assert_not_null(strstr(verdict, "from oversubscription=1 to 8. The verdict there: left suffers."), "%s",
                       verdict);
}

Test(sweep_of_kinds, tables_use_the_words_of_the_headline) {
    const Results *const rings[] = {collective(207.4, LINK_NVLINK), collective(0.1287, LINK_NIC)};
    SweepResults sweep = sweep_of(rings, 2);
    const char *text = fixture_sweep_text(arena, "text", &sweep);
    cr_assert_not_null(strstr(text, "Bus bandwidth (GB/s) and the slowest link at each point\n"), "%s", text);
    cr_assert_not_null(strstr(text, "   207.4   16.30 ms  ############  97 %  nvlink\n"), "%s", text);
    cr_assert_not_null(strstr(text, "   0.129   16.30 ms                97 %  nic\n"), "%s", text);
    const Results *const both[] = {jobs(1, (Loss){0, 0}), jobs(1.25, (Loss){0.17, 0.03}), rings[0]};
    sweep = sweep_of(both, 2);
    text = fixture_sweep_text(arena, "text", &sweep);
    cr_assert_not_null(strstr(text, "Speed of the slowest job (% of that alone) and to whom it loses most"), "%s",
                       text);
    cr_assert_not_null(strstr(text, "   100.0       1 us  ############   0 %\n"), "%s", text);
    cr_assert_not_null(strstr(text, "    80.0       1 us  ##########    17 %  left loses to right\n"), "%s", text);
    sweep = sweep_of(both, 3);
    text = fixture_sweep_text(arena, "text", &sweep);
    cr_assert_not_null(strstr(text, "      -  a run of another kind\n"), "%s", text);
}

/* The layers of a point, by name, and that they are all of it. */
static double fraction_of(const SweepStack *stack, const Results *results, const char *name) {
    double found = NAN;
    double sum = 0;
    for (int i = 0; i < stack->count; i++) {
        double fraction = sweep_stack_fraction(stack, results, i);
        sum += fraction;
        found = strcmp(stack->layers[i].title, name) == 0 ? fraction : found;
    }
    cr_expect_float_eq(sum, 1, 1e-12);
    return found;
}

Test(sweep_of_kinds, collectives_are_stacked_by_link_and_jobs_by_whom_time_is_lost_to) {
    const Results *const rings[] = {collective(207.4, LINK_NVLINK), collective(128.7, LINK_NIC)};
    SweepResults sweep = sweep_of(rings, 2);
    SweepStack stack = sweep_stack_of(arena, sweep_findings_of(arena, &sweep));
    cr_assert_float_eq(fraction_of(&stack, rings[1], "Limited by nic"), 0.97, 1e-12);
    cr_assert_float_eq(fraction_of(&stack, rings[1], "Other"), 0.03, 1e-12);
    cr_assert_not(sweep_stack_shows(&stack, &sweep, LINK_FABRIC));
    const Results *const both[] = {jobs(1, (Loss){0.001, 0}), jobs(1.25, (Loss){0.17, 0.03})};
    sweep = sweep_of(both, 2);
    stack = sweep_stack_of(arena, sweep_findings_of(arena, &sweep));
    cr_assert_float_eq(fraction_of(&stack, both[1], "Work of the slowest job"), 0.6, 1e-12);
    cr_assert_float_eq(fraction_of(&stack, both[1], "Its own communication"), 0.2, 1e-12);
    cr_assert_float_eq(fraction_of(&stack, both[1], "Lost to link events"), 0.03, 1e-12);
    cr_assert_float_eq(fraction_of(&stack, both[0], "Lost to right"), 0.001, 1e-12);
    cr_assert_float_eq(fraction_of(&stack, both[1], "Lost to others"), 0, 1e-12);
    cr_assert(isnan(sweep_stack_fraction(&stack, rings[0], 0)));
}
