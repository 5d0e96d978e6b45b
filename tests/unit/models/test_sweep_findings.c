#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "models/sweep_findings.h"
#include "sim/engine/random.h"

static Arena *arena;

static void setup(void) {
    arena = arena_create();
}

static void teardown(void) {
    arena_destroy(arena);
}

TestSuite(sweep_findings, .init = setup, .fini = teardown);

enum { MOST_KEYS = 3 };

static const char *const KEYS[MOST_KEYS] = {"plan.micro_batch", "cluster.node.nic.bandwidth", "cluster.placement"};

/* A run with this throughput and share of data-parallel communication, of which the rest is ideal compute. */
static const Results *run_of(double tflop_per_s, double comm_fraction) {
    Results *results = ARENA_NEW(arena, Results);
    Metric *metric = ARENA_NEW(arena, Metric);
    *metric = (Metric){"throughput.model_tflops_per_gpu", tflop_per_s, "TFLOP/s", ""};
    *results = (Results){.name = "point", .verdict = "", .metrics = metric, .metric_count = 1};
    results->ledger.ns[LEDGER_COMM_DATA] = (SimTime)(comm_fraction * 1e6);
    results->ledger.ns[LEDGER_IDEAL_COMPUTE] = (SimTime)1e6 - results->ledger.ns[LEDGER_COMM_DATA];
    return results;
}

/* The product of the values; all points run equally fast. */
static SweepResults sweep_of(const char *const *const *values, const int *counts, int keys, SweepPoint **points) {
    int count = 1;
    for (int i = 0; i < keys; i++)
        count *= counts[i];
    *points = ARENA_ARRAY(arena, count, SweepPoint);
    for (int i = 0; i < count; i++) {
        const char **of_point = ARENA_ARRAY(arena, keys, const char *);
        int left = i;
        for (int key = keys - 1; key >= 0; left /= counts[key--])
            of_point[key] = values[key][left % counts[key]];
        (*points)[i] = (SweepPoint){of_point, run_of(23.85, 0), NULL};
    }
    return (SweepResults){"many", "", KEYS, keys, *points, count};
}

static SweepResults sweep_of_one(const char *const *values, int count, SweepPoint **points) {
    return sweep_of(&values, &count, 1, points);
}

Test(sweep_findings, values_of_a_key_stand_once_in_order_of_the_sweep) {
    SweepPoint *points;
    static const char *const VALUES[] = {"8", "2", "8", "16", "2"};
    SweepResults sweep = sweep_of_one(VALUES, 5, &points);
    SweepKey key = sweep_key_of(arena, &sweep, 0);
    cr_assert_eq(key.count, 3);
    cr_assert_str_eq(key.values[1], "2");
    cr_assert_eq(key.of_point[2], 0);
    cr_assert_eq(key.of_point[4], 1);
    cr_assert(key.is_numeric);
    const int *next = sweep_key_next(arena, &key);
    cr_assert_eq(next[0], 2);
    cr_assert_eq(next[1], 0);
    cr_assert_eq(next[2], -1);
}

Test(sweep_findings, the_first_written_of_equal_numbers_is_the_neighbour) {
    SweepPoint *points;
    static const char *const VALUES[] = {"1", "3.0", "3", "1.0"};
    SweepResults sweep = sweep_of_one(VALUES, 4, &points);
    SweepKey key = sweep_key_of(arena, &sweep, 0);
    const int *next = sweep_key_next(arena, &key);
    cr_assert_eq(next[0], 1);
    cr_assert_eq(next[3], 1);
    cr_assert_eq(next[1], -1);
    cr_assert_eq(next[2], -1);
}

static bool is_numeric(const char *one, const char *other) {
    SweepPoint *points;
    const char *const values[] = {one, other};
    SweepResults sweep = sweep_of_one(values, 2, &points);
    return sweep_key_of(arena, &sweep, 0).is_numeric;
}

Test(sweep_findings, numbers_have_one_unit_or_none) {
    cr_expect(is_numeric("4", "0.5"));
    cr_expect(is_numeric("400 Gbit/s", "50 Gbit/s"));
    cr_expect(is_numeric("400Gbit/s", "50Gbit/s"));
    cr_expect_not(is_numeric("1.7B", "39.1B"));
    cr_expect_not(is_numeric("1 s", "90 ms"));
    cr_expect_not(is_numeric("4", "ring"));
    cr_expect_not(is_numeric("inf", "4"));
}

Test(sweep_findings, a_fall_is_explained_by_what_grows_by_the_peak_or_by_nothing) {
    SweepPoint *points;
    static const char *const VALUES[] = {"1", "2"};
    SweepResults sweep = sweep_of_one(VALUES, 2, &points);
    points[0].results = run_of(200, 0.1);
    points[1].results = run_of(100, 0.55);
    SweepFall fall = sweep_findings_of(arena, &sweep)->fall;
    cr_assert_eq(fall.from, 0);
    cr_assert(fall.collapses);
    cr_assert_float_eq(fall.fraction, 0.5, 1e-12);
    cr_assert_eq(fall.cause.reason, SWEEP_CAUSE_CATEGORY);
    cr_assert_eq(fall.cause.category, LEDGER_COMM_DATA);
    cr_assert_float_eq(fall.cause.share_to, 0.55, 1e-12);
    points[1].results = run_of(100, 0.1);
    cr_assert_eq(sweep_findings_of(arena, &sweep)->fall.cause.reason, SWEEP_CAUSE_PEAK);
    /* Equal peaks of 222.2 TFLOP/s, but two categories share the loss with others. */
    Results *slow = ARENA_NEW(arena, Results);
    *slow = *run_of(100, 0.25);
    slow->ledger.ns[LEDGER_IDEAL_COMPUTE] = 450000;
    slow->ledger.ns[LEDGER_PIPELINE_BUBBLE] = 140000;
    slow->ledger.ns[LEDGER_IDLE] = 160000;
    points[1].results = slow;
    fall = sweep_findings_of(arena, &sweep)->fall;
    cr_assert_eq(fall.cause.reason, SWEEP_CAUSE_UNEXPLAINED);
    cr_assert_eq(fall.cause.category, LEDGER_IDLE);
}

Test(sweep_findings, best_worst_and_failures_are_counted_apart) {
    SweepPoint *points;
    static const char *const VALUES[] = {"packed", "spread", "spread twice", "elsewhere", "nowhere"};
    SweepResults sweep = sweep_of_one(VALUES, 5, &points);
    Results *big = ARENA_NEW(arena, Results);
    big->status = RUN_OUT_OF_MEMORY;
    Results *endless = ARENA_NEW(arena, Results);
    endless->status = RUN_TOO_LONG;
    points[0].results = NULL;
    points[1].results = run_of(17.5, 0);
    points[3].results = big;
    points[4].results = endless;
    const SweepFindings *findings = sweep_findings_of(arena, &sweep);
    cr_assert_eq(findings->best, 2);
    cr_assert_eq(findings->worst, 1);
    cr_assert_eq(findings->fall.from, -1);
    cr_assert_eq(findings->failed_count, 1);
    cr_assert_eq(findings->too_big_count, 1);
    cr_assert_eq(findings->too_long_count, 1);
    points[1].results = points[2].results;
    cr_assert_eq(sweep_findings_of(arena, &sweep)->worst, -1);
    points[1].results = points[2].results = NULL;
    cr_assert_eq(sweep_findings_of(arena, &sweep)->best, -1);
}

static bool are_neighbours(const SweepResults *sweep, const SweepKey *keys, const int pair[2], int along) {
    for (int key = 0; key < sweep->parameter_count; key++) {
        bool same = keys[key].of_point[pair[0]] == keys[key].of_point[pair[1]];
        if (same == (key == along))
            return false;
    }
    return sweep_key_next(arena, &keys[along])[keys[along].of_point[pair[0]]] == keys[along].of_point[pair[1]];
}

/* The largest loss of all pairs of neighbours, by looking at every pair. */
static double largest_loss(const SweepResults *sweep, const SweepKey *keys) {
    double most = 0;
    for (int i = 0; i < sweep->point_count * sweep->point_count * sweep->parameter_count; i++) {
        int pair[2] = {i % sweep->point_count, i / sweep->point_count % sweep->point_count};
        if (!are_neighbours(sweep, keys, pair, i / sweep->point_count / sweep->point_count))
            continue;
        double one = headline_value(headline_of_sweep(sweep), sweep->points[pair[0]].results);
        double other = headline_value(headline_of_sweep(sweep), sweep->points[pair[1]].results);
        double loss = fabs(one - other);
        if (loss >= 0.1 * fmax(one, other))
            most = fmax(most, loss);
    }
    return most;
}

Test(sweep_findings, the_largest_fall_is_that_of_all_pairs) {
    static const char *const NUMBERS[] = {"4", "1", "16", "2"};
    static const char *const RATES[] = {"200 Gbit/s", "100 Gbit/s", "400 Gbit/s"};
    static const char *const NAMES[] = {"spread", "packed"};
    const char *const *const values[] = {NUMBERS, RATES, NAMES};
    for (uint64_t seed = 1; seed <= 40; seed++) {
        SweepPoint *points;
        RandomStream *stream =
            random_stream_create(&(RandomName){.seed = seed, .entity = "sweep", .purpose = "throughput"});
        SweepResults sweep = sweep_of(values, (const int[]){4, 3, 2}, 3, &points);
        for (int i = 0; i < sweep.point_count; i++)
            points[i].results = random_uniform(stream) < 0.2 ? NULL : run_of(100 * random_uniform(stream), 0.1);
        const SweepFindings *findings = sweep_findings_of(arena, &sweep);
        cr_assert_float_eq(findings->fall.loss, largest_loss(&sweep, findings->keys), 1e-12);
        cr_assert_neq(findings->fall.parameter, 2);
        random_stream_destroy(stream);
    }
}
