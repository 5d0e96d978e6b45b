#include "sim/engine/statistics.h"

#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>

Test(tally, mean_and_variance_of_an_arithmetic_series_are_its_closed_forms) {
    Tally tally;
    tally_init(&tally);
    for (int i = 1; i <= 1001; i++)
        tally_add(&tally, 2.385 * i);
    cr_assert_eq(tally.count, 1001);
    cr_assert_float_eq(tally.mean, 2.385 * 501, 1e-9);
    cr_assert_float_eq(tally_variance(&tally), 2.385 * 2.385 * 1001 * 1002 / 12.0, 1e-6);
    cr_assert_eq(tally.min, 2.385);
    cr_assert_eq(tally.max, 2.385 * 1001);
}

Test(tally, the_variance_survives_a_large_offset) {
    Tally tally;
    tally_init(&tally);
    for (int i = 0; i < 1000; i++)
        tally_add(&tally, 1e9 + i % 2);
    cr_assert_float_eq(tally_variance(&tally), 250.0 / 999.0, 1e-9);
}

Test(tally, the_variance_of_fewer_than_two_values_is_zero) {
    Tally tally;
    tally_init(&tally);
    cr_assert_eq(tally_variance(&tally), 0.0);
    tally_add(&tally, 2.385);
    cr_assert_eq(tally_variance(&tally), 0.0);
    cr_assert(tally.mean == 2.385 && tally.min == 2.385 && tally.max == 2.385);
}

Test(time_weighted, a_step_function_has_the_mean_of_its_area) {
    const SimTime second = 1000000000;
    TimeWeighted weighted;
    time_weighted_init(&weighted, 3 * second, 2.5);
    time_weighted_set(&weighted, 5 * second, -1.5);
    time_weighted_set(&weighted, 5 * second, 4.0);
    time_weighted_set(&weighted, 8 * second, 0.5);
    cr_assert_float_eq(time_weighted_mean(&weighted, 13 * second), (2 * 2.5 + 3 * 4.0 + 5 * 0.5) / 10.0, 1e-15);
    cr_assert_float_eq(time_weighted_mean(&weighted, 8 * second), (2 * 2.5 + 3 * 4.0) / 5.0, 1e-15);
    cr_assert_eq(weighted.min, -1.5);
    cr_assert_eq(weighted.max, 4.0);
}

Test(time_weighted, the_mean_of_no_time_is_the_value) {
    TimeWeighted weighted;
    time_weighted_init(&weighted, 17, 2.385);
    cr_assert_eq(time_weighted_mean(&weighted, 17), 2.385);
    time_weighted_set(&weighted, 17, 3.5);
    cr_assert_eq(time_weighted_mean(&weighted, 17), 3.5);
}

Test(time_weighted, time_that_runs_backwards_is_a_mistake, .signal = SIGABRT) {
    TimeWeighted weighted;
    time_weighted_init(&weighted, 17, 2.385);
    time_weighted_set(&weighted, 16, 3.5);
}

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

enum { VALUES = 5000 };

/* Values from 1e-12 to 1e12, small and large in no order: the buckets must grow to both sides. */
static void draw_values(double *values) {
    uint64_t state = 2385;
    for (int i = 0; i < VALUES; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        double uniform = (double)(state >> 11) * 0x1.0p-53;
        values[i] = pow(10.0, 24.0 * uniform - 12.0);
    }
}

static void expect_quantiles(const double *values, const double *sorted, double relative_error) {
    Histogram *histogram = histogram_create(relative_error);
    for (int i = 0; i < VALUES; i++)
        histogram_add(histogram, values[i]);
    cr_assert_eq(histogram_count(histogram), VALUES);
    for (int rank = 1; rank <= VALUES; rank++) {
        double exact = sorted[rank - 1];
        double quantile = histogram_quantile(histogram, (rank - 0.5) / VALUES);
        cr_assert_leq(fabs(quantile - exact), relative_error * exact, "error %g: rank %d is %g, found %g",
                      relative_error, rank, exact, quantile);
    }
    cr_assert_eq(histogram_quantile(histogram, 0.0), sorted[0]);
    cr_assert_eq(histogram_quantile(histogram, 1.0), sorted[VALUES - 1]);
    histogram_destroy(histogram);
}

Test(histogram, every_quantile_is_within_the_relative_error) {
    static const double errors[] = {0.0001, 0.001, 0.01, 0.02385, 0.1, 0.25, 0.5};
    double values[VALUES];
    double sorted[VALUES];
    draw_values(values);
    draw_values(sorted);
    qsort(sorted, VALUES, sizeof(double), ascending);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        expect_quantiles(values, sorted, errors[i]);
}

Test(histogram, quantiles_of_equal_values_are_exact) {
    Histogram *histogram = histogram_create(0.1);
    for (int i = 0; i < 9; i++)
        histogram_add(histogram, 2.385);
    cr_assert_eq(histogram_quantile(histogram, 0.5), 2.385);
    histogram_destroy(histogram);
}

Test(histogram, zeros_count_and_the_rank_is_rounded_up) {
    Histogram *histogram = histogram_create(0.01);
    for (int i = 0; i < 6; i++)
        histogram_add(histogram, 0.0);
    for (int i = 0; i < 4; i++)
        histogram_add(histogram, 100.0);
    cr_assert_eq(histogram_quantile(histogram, 0.60), 0.0);
    cr_assert_float_eq(histogram_quantile(histogram, 0.61), 100.0, 1.0);
    cr_assert_eq(histogram_count(histogram), 10);
    histogram_destroy(histogram);
}

Test(histogram, the_smallest_and_largest_doubles_fit) {
    Histogram *histogram = histogram_create(0.5);
    const double values[] = {1e308, 3e-308, 1.7e308, 5e-324, 2.385, 1.6e308};
    for (int i = 0; i < 6; i++)
        histogram_add(histogram, values[i]);
    cr_assert_float_eq(histogram_quantile(histogram, 0.5), 2.385, 1.2);
    cr_assert_eq(histogram_quantile(histogram, 0.0), 5e-324);
    cr_assert_eq(histogram_quantile(histogram, 1.0), 1.7e308);
    cr_assert_float_eq(histogram_quantile(histogram, 0.8), 1.6e308, 0.8e308);
    histogram_destroy(histogram);
}

Test(histogram, an_empty_histogram_has_no_quantile) {
    Histogram *histogram = histogram_create(0.01);
    cr_assert(isnan(histogram_quantile(histogram, 0.5)));
    histogram_destroy(histogram);
}

Test(histogram, a_negative_value_is_a_mistake, .signal = SIGABRT) {
    histogram_add(histogram_create(0.01), -0.5);
}

Test(histogram, a_nan_is_a_mistake, .signal = SIGABRT) {
    histogram_add(histogram_create(0.01), NAN);
}

/* Student's t by hand: 0.975 quantile for 4 degrees of freedom is 2.776445105 (any printed table: 2.776). */
Test(statistics, an_interval_of_five_values_uses_students_t_with_four_degrees_of_freedom) {
    const double values[] = {2.1, 2.5, 1.9, 2.8, 2.2};
    Interval interval = statistics_interval(values, 5, 0.95);
    cr_assert_float_eq(interval.mean, 2.3, 1e-12);
    cr_assert_float_eq(interval.half_width, 2.776445105 * sqrt(0.125 / 5.0), 1e-9);
}

/* t with one degree of freedom is Cauchy's distribution: the quantile is tan(pi * (p - 1/2)). */
Test(statistics, an_interval_of_two_values_uses_cauchys_quantile) {
    const double values[] = {1.0, 2.0};
    Interval interval = statistics_interval(values, 2, 0.9);
    cr_assert_float_eq(interval.half_width, tan(acos(-1.0) * 0.45) * 0.5, 1e-9);
}

Test(statistics, fewer_than_two_values_bound_nothing) {
    const double value = 2.385;
    Interval one = statistics_interval(&value, 1, 0.95);
    cr_assert(one.mean == 2.385 && isinf(one.half_width));
    Interval none = statistics_interval(NULL, 0, 0.95);
    cr_assert(isnan(none.mean) && isinf(none.half_width));
}
