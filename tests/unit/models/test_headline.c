#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "models/headline.h"

static Metric THROUGHPUT = {"throughput.model_tflops_per_gpu", 148.25, "TFLOP/s", ""};
static Metric BANDWIDTH = {"collective.busbw_bytes_per_s", 128.7e9, "B/s", ""};
static Metric SLOWDOWN = {"jobs.slowdown_max", 1.25, "ratio", ""};

static Results results_of(Metric *metric) {
    return (Results){.metrics = metric, .metric_count = 1};
}

/* That of a sweep with this one point. */
static const Headline *headline_of(const Results *results) {
    SweepPoint point = {.results = results};
    return headline_of_sweep(&(SweepResults){.points = &point, .point_count = 1});
}

Test(headline, each_kind_has_its_own_number_and_more_is_better) {
    Results training = results_of(&THROUGHPUT), collective = results_of(&BANDWIDTH), jobs = results_of(&SLOWDOWN);
    cr_assert_eq(headline_of(&training)->kind, HEADLINE_TRAINING);
    cr_assert_eq(headline_value(headline_of(&training), &training), 148.25);
    cr_assert_eq(headline_of(&collective)->kind, HEADLINE_COLLECTIVE);
    cr_assert_float_eq(headline_value(headline_of(&collective), &collective), 128.7, 1e-9);
    cr_assert_str_eq(headline_of(&collective)->after, "GB/s bus bandwidth");
    cr_assert_eq(headline_of(&jobs)->kind, HEADLINE_JOBS);
    cr_assert_float_eq(headline_value(headline_of(&jobs), &jobs), 80, 1e-12);
}

Test(headline, what_did_not_end_well_or_is_of_another_kind_has_none) {
    Results training = results_of(&THROUGHPUT), jobs = results_of(&SLOWDOWN);
    const Headline *headline = headline_of(&training);
    cr_assert(isnan(headline_value(headline, NULL)));
    cr_assert(isnan(headline_value(headline, &jobs)));
    training.status = RUN_OUT_OF_MEMORY;
    cr_assert(isnan(headline_value(headline, &training)));
    cr_assert_eq(headline_of(&training)->kind, HEADLINE_TRAINING);
    cr_assert_eq(headline_of(NULL), headline);
}

Test(headline, the_points_of_a_sweep_share_one_and_training_wins) {
    Results training = results_of(&THROUGHPUT), collective = results_of(&BANDWIDTH), jobs = results_of(&SLOWDOWN);
    SweepPoint points[] = {{.results = NULL}, {.results = &jobs}, {.results = &collective}, {.results = &training}};
    SweepResults sweep = {.points = points, .point_count = 4};
    cr_assert_eq(headline_of_sweep(&sweep)->kind, HEADLINE_TRAINING);
    sweep.point_count = 3;
    cr_assert_eq(headline_of_sweep(&sweep)->kind, HEADLINE_COLLECTIVE);
    sweep.point_count = 2;
    cr_assert_eq(headline_of_sweep(&sweep)->kind, HEADLINE_JOBS);
    sweep.point_count = 1;
    cr_assert_eq(headline_of_sweep(&sweep)->kind, HEADLINE_TRAINING);
}

Test(headline, a_lone_job_beside_background_counts_as_itself) {
    Results own = results_of(&BANDWIDTH), jobs = results_of(&SLOWDOWN);
    const Results *const all[] = {&own, &own};
    Contention contention = {.job_count = 1, .jobs = all};
    jobs.contention = &contention;
    const Headline *headline = headline_of(&own);
    cr_assert_eq(headline_run(headline, &jobs), &own);
    cr_assert_float_eq(headline_value(headline, &jobs), 128.7, 1e-9);
    cr_assert_eq(headline_run(headline_of(&jobs), &jobs), &jobs);
    contention.job_count = 2;
    cr_assert_null(headline_run(headline, &jobs));
}

Test(headline, small_values_have_three_digits_but_those_of_training_one_decimal) {
    Results training = results_of(&THROUGHPUT), collective = results_of(&BANDWIDTH);
    const Headline *headline = headline_of(&collective);
    cr_assert_eq(headline_decimals(headline, 207.4), 1);
    cr_assert_eq(headline_decimals(headline, 20.74), 1);
    cr_assert_eq(headline_decimals(headline, 2.074), 2);
    cr_assert_eq(headline_decimals(headline, 0.02074), 4);
    cr_assert_eq(headline_decimals(headline, 2e-12), 6);
    cr_assert_eq(headline_decimals(headline, 0), 1);
    cr_assert_eq(headline_decimals(headline, NAN), 1);
    cr_assert_eq(headline_decimals(headline_of(&training), 0.02074), 1);
}
