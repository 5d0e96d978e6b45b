#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>

#include "tests/unit/engine/whole_series.h"

/* Numerical Recipes' 64-bit congruential generator: the tests draw without the module under random.h. */
static uint64_t draw(uint64_t *state, uint64_t bound) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (*state >> 33) % bound;
}

Test(series, an_empty_series_has_no_points) {
    Series *series = series_create(4, 0);
    series_finish(series, 0);
    cr_assert_eq(series_count(series), 0);
    series_destroy(series);
}

Test(series, steps_that_fit_are_kept_exactly) {
    Series *series = series_create(16, 0);
    series_record(series, 100, 2.5);
    series_record(series, 107, -1.25);
    series_record(series, 150, 3.0);
    series_finish(series, 1000);
    cr_assert_eq(series_count(series), 4);
    const SimTime edges[] = {0, 100, 107, 150, 1000};
    const double values[] = {0.0, 2.5, -1.25, 3.0};
    for (int i = 0; i < 4; i++) {
        SeriesPoint point = series_point(series, i);
        cr_assert_eq(point.start, edges[i]);
        cr_assert_eq(point.end, edges[i + 1]);
        cr_assert(point.mean == values[i] && point.min == values[i] && point.max == values[i]);
    }
    cr_assert_eq(whole_series(series).mean, (7 * 2.5 - 43 * 1.25 + 850 * 3.0) / 1000);
    series_destroy(series);
}

Test(series, the_zero_before_the_first_record_counts_only_if_it_held) {
    Series *series = series_create(8, 0);
    series_record(series, 0, 2.385);
    series_finish(series, 17);
    cr_assert_eq(whole_series(series).min, 2.385);
    series_destroy(series);

    series = series_create(8, 0);
    series_record(series, 1, 2.385);
    series_finish(series, 17);
    cr_assert_eq(whole_series(series).min, 0.0);
    series_destroy(series);
}

Test(series, of_several_records_at_one_time_the_last_holds_and_all_count_as_extremes) {
    Series *series = series_create(8, 0);
    series_record(series, 0, 1.5);
    series_record(series, 30, 99.25);
    series_record(series, 30, -7.75);
    series_record(series, 30, 2.5);
    series_finish(series, 40);
    SeriesPoint point = series_point(series, 1);
    cr_assert_eq(point.mean, 2.5);
    cr_assert_eq(point.min, -7.75);
    cr_assert_eq(point.max, 99.25);
    series_destroy(series);
}

Test(series, a_record_at_the_very_end_still_counts_as_an_extreme) {
    Series *series = series_create(8, 0);
    series_record(series, 0, 1.5);
    series_record(series, 40, 99.25);
    series_finish(series, 40);
    cr_assert_eq(series_count(series), 1);
    cr_assert_eq(series_point(series, 0).max, 99.25);
    cr_assert_eq(series_point(series, 0).mean, 1.5);
    series_destroy(series);
}

Test(series, repeating_a_value_makes_no_point) {
    Series *series = series_create(4, 0);
    for (SimTime time = 0; time < 1000; time++)
        series_record(series, time, 2.385);
    series_finish(series, 1000);
    cr_assert_eq(series_count(series), 1);
    cr_assert_eq(series_point(series, 0).mean, 2.385);
    series_destroy(series);
}

enum { RECORDS = 10000000, POINTS = 64 };

Test(series, ten_million_records_stay_bounded_and_keep_their_extremes_and_mean) {
    Series *series = series_create(POINTS, 0);
    uint64_t state = 2385;
    int64_t area = 0;
    int64_t value = 0;
    SimTime now = 0;
    for (int i = 0; i < RECORDS; i++) {
        SimTime step = (SimTime)draw(&state, 500);
        area += value * step;
        now += step;
        value = (int64_t)draw(&state, 1000) - 300;
        if (i == 1234567 || i == 7654321)
            value = i == 1234567 ? 123456 : -98765;
        series_record(series, now, (double)value);
        if (i % 1000 == 0)
            cr_assert_leq(series_count(series), POINTS);
    }
    series_finish(series, now);
    SeriesPoint whole = whole_series(series);
    cr_assert_leq(series_count(series), POINTS);
    cr_assert(whole.max == 123456.0 && whole.min == -98765.0, "points keep %g .. %g", whole.min, whole.max);
    cr_assert_float_eq(whole.mean, (double)area / (double)now, 1e-9);
    series_destroy(series);
}

enum { STEPS = 3000 };

typedef struct Steps {
    SimTime times[STEPS];
    double values[STEPS];
    SimTime end;
} Steps;

/* What a point must hold, by looking at every step again. */
static SeriesPoint point_by_force(const Steps *steps, SimTime start, SimTime end) {
    SeriesPoint point = {.start = start, .end = end, .min = INFINITY, .max = -INFINITY};
    for (int i = 0; i < STEPS; i++) {
        SimTime until = i + 1 < STEPS ? steps->times[i + 1] : steps->end;
        SimTime from = steps->times[i] > start ? steps->times[i] : start;
        SimTime to = until < end ? until : end;
        bool is_instant = steps->times[i] >= start && steps->times[i] < end;
        if (to > from || is_instant) {
            point.min = fmin(point.min, steps->values[i]);
            point.max = fmax(point.max, steps->values[i]);
            point.mean += steps->values[i] * (double)(to > from ? to - from : 0) / (double)(end - start);
        }
    }
    return point;
}

static void draw_steps(Steps *steps, uint64_t seed) {
    uint64_t state = seed;
    SimTime now = 0;
    for (int i = 0; i < STEPS; i++) {
        steps->times[i] = now;
        steps->values[i] = 0.125 * (double)draw(&state, 4000) - 37.5;
        now += draw(&state, 3) == 0 ? 0 : (SimTime)draw(&state, (uint64_t)2 << draw(&state, 20));
    }
    steps->end = now + 11;
}

Test(series, every_point_equals_the_steps_it_covers) {
    Steps *steps = malloc(sizeof *steps);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        draw_steps(steps, seed);
        Series *series = series_create(6 + 13 * (int)seed, 0);
        for (int i = 0; i < STEPS; i++)
            series_record(series, steps->times[i], steps->values[i]);
        series_finish(series, steps->end);
        SimTime at = 0;
        for (int i = 0; i < series_count(series); i++) {
            SeriesPoint point = series_point(series, i);
            SeriesPoint expected = point_by_force(steps, point.start, point.end);
            cr_assert_eq(point.start, at);
            cr_assert(point.min == expected.min && point.max == expected.max, "seed %d point %d", (int)seed, i);
            cr_assert_float_eq(point.mean, expected.mean, 1e-9);
            at = point.end;
        }
        cr_assert_eq(at, steps->end);
        series_destroy(series);
    }
    free(steps);
}

Test(series, a_quiet_month_stays_exact_beside_a_busy_second) {
    const SimTime second = 1000000000;
    Series *series = series_create(2000, 0);
    for (int i = 0; i < 1000000; i++)
        series_record(series, i * 1000, i % 7);
    int busy = series_count(series);
    for (int hour = 1; hour <= 720; hour++)
        series_record(series, hour * 3600 * second, 100 + hour);
    series_finish(series, 721 * 3600 * second);
    SeriesPoint last = series_point(series, series_count(series) - 1);
    SeriesPoint before = series_point(series, series_count(series) - 720);
    cr_assert_geq(busy, 500);
    cr_assert(last.start == 720 * 3600 * second && last.mean == 820.0);
    cr_assert(before.start == 3600 * second && before.mean == 101.0 && before.min == 101.0);
    series_destroy(series);
}

Test(series, at_least_a_quarter_of_the_memory_is_used_by_steady_steps) {
    Series *series = series_create(100, 0);
    for (int i = 0; i < 1000000; i++) {
        series_record(series, 1000 * (SimTime)i, i % 7);
        if (i > 100)
            cr_assert_geq(series_count(series), 25, "%d points after %d records", series_count(series), i);
    }
    series_destroy(series);
}

Test(series, a_series_that_begins_later_is_zero_from_there) {
    Series *series = series_create(4, 2385);
    series_record(series, 2400, 7.5);
    series_finish(series, 2500);
    cr_assert_eq(series_count(series), 2);
    SeriesPoint zero = series_point(series, 0);
    cr_assert(zero.start == 2385 && zero.end == 2400 && zero.mean == 0);
    cr_assert_eq(whole_series(series).mean, 7.5 * 100 / 115);
    series_destroy(series);
}

Test(series, the_end_of_time_can_be_recorded) {
    Series *series = series_create(4, 0);
    for (int i = 0; i < 60; i++)
        series_record(series, (SimTime)1 << i, i % 5);
    series_record(series, SIM_TIME_MAX - 1, 5.5);
    series_finish(series, SIM_TIME_MAX);
    cr_assert_leq(series_count(series), 4);
    cr_assert_eq(whole_series(series).max, 5.5);
    cr_assert_eq(series_point(series, series_count(series) - 1).end, SIM_TIME_MAX);
    series_destroy(series);
}

Test(series, time_that_runs_backwards_is_a_mistake, .signal = SIGABRT) {
    Series *series = series_create(4, 0);
    series_record(series, 20, 1.5);
    series_record(series, 19, 1.5);
}

Test(series, a_record_after_the_end_is_a_mistake, .signal = SIGABRT) {
    Series *series = series_create(4, 0);
    series_finish(series, 20);
    series_record(series, 21, 1.5);
}
