#include "scenarios/validation/scaling_falls.h"

#include <math.h>

enum { LEAST_POINTS = 3 };

static const double KEPT_FRACTION = 0.8;

/* What the rows of a series have in common. */
static const RowSet WEAK = ROW_ALL & ~(ROW_BIT(ROW_GPUS) | ROW_BIT(ROW_BATCH));
static const RowSet STRONG = ROW_ALL & ~(ROW_BIT(ROW_GPUS) | ROW_BIT(ROW_ACCUMULATION));

/* Throughputs per GPU on one number of GPUs. */
typedef struct Point {
    int64_t gpus;
    int row; /* the first */
    int rows;
    double measured; /* sum over rows, then over the first point's */
    double simulated;
} Point;

/* The point of that number of GPUs, made in its place when there is none; *count grows then. */
static Point *find_point(Point *points, int *count, int64_t gpus, int row) {
    int at = 0;
    while (at < *count && points[at].gpus < gpus)
        at++;
    if (at < *count && points[at].gpus == gpus)
        return &points[at];
    for (int i = *count; i > at; i--)
        points[i] = points[i - 1];
    ++*count;
    points[at] = (Point){.gpus = gpus, .row = row};
    return &points[at];
}

/* The points of the series of a row, ascending in GPUs; returns how many. */
static int gather(const RowKeys *keys, int first, RowSet series, Point *points) {
    int count = 0;
    for (int row = first; row < keys->validation->row_count; row++) {
        const ValidationRow *item = &keys->validation->rows[row];
        if (!keys->ran[row] || (row_keys_difference(keys, first, row) & series) != 0)
            continue;
        Point *point = find_point(points, &count, item->run.spec.jobs[0].gpus, row);
        point->rows++;
        point->measured += row_keys_throughput(item, item->run.step_s);
        point->simulated += row_keys_throughput(item, item->simulated_s);
    }
    return count;
}

/* Makes sums means and means shares of the first point's. */
static void relate(Point *points, int count) {
    double measured = points[0].measured / points[0].rows, simulated = points[0].simulated / points[0].rows;
    for (int i = 0; i < count; i++) {
        points[i].measured /= points[i].rows * measured;
        points[i].simulated /= points[i].rows * simulated;
    }
}

static double kept(const Point *point, bool is_measured) {
    return is_measured ? point->measured : point->simulated;
}

static double cliff_gpus(const Point *points, int count, bool is_measured) {
    for (int i = 1; i < count; i++) {
        double after = kept(&points[i], is_measured), before = kept(&points[i - 1], is_measured);
        if (after > KEPT_FRACTION)
            continue;
        double from = log2((double)points[i - 1].gpus), to = log2((double)points[i].gpus);
        return exp2(from + (to - from) * (before - KEPT_FRACTION) / (before - after));
    }
    return NAN;
}

/* A cliff that is not reached lies at the end of the series or behind it. */
static bool is_within(const ScalingFall *fall) {
    double measured = isnan(fall->measured_gpus) ? (double)fall->most_gpus : fall->measured_gpus;
    double simulated = isnan(fall->simulated_gpus) ? (double)fall->most_gpus : fall->simulated_gpus;
    return fabs(log2(simulated / measured)) <= 1;
}

static ScalingFall judge(const Validation *validation, Point *points, int count) {
    const MeasuredRun *run = &validation->rows[points[0].row].run;
    ScalingFall fall = {.line = run->line, .model = run->model, .points = count};
    fall.least_gpus = points[0].gpus;
    fall.most_gpus = points[count - 1].gpus;
    relate(points, count);
    fall.measured_gpus = cliff_gpus(points, count, true);
    fall.simulated_gpus = cliff_gpus(points, count, false);
    fall.is_within = is_within(&fall);
    for (int i = 1; i < count; i++) {
        double off = points[i].simulated / points[i].measured - 1;
        fall.worst_fraction = fabs(off) > fabs(fall.worst_fraction) ? off : fall.worst_fraction;
    }
    return fall;
}

static void find_series(const RowKeys *keys, RowSet series, Point *points, ScalingFalls *falls) {
    for (int row = 0; row < keys->validation->row_count; row++) {
        int count = row_keys_is_first(keys, row, series) ? gather(keys, row, series, points) : 0;
        if (count < LEAST_POINTS)
            continue;
        ScalingFall *fall = &falls->items[falls->count++];
        *fall = judge(keys->validation, points, count);
        fall->is_strong = series == STRONG;
        bool has_cliff = !isnan(fall->measured_gpus) || !isnan(fall->simulated_gpus);
        falls->cliffs += has_cliff;
        falls->within += has_cliff && fall->is_within;
    }
}

ScalingFalls scaling_falls_of(const RowKeys *keys, Arena *arena) {
    int rows = keys->validation->row_count;
    ScalingFalls falls = {.items = ARENA_ARRAY(arena, 2 * rows, ScalingFall)};
    Point *points = ARENA_ARRAY(arena, rows + 1, Point);
    find_series(keys, WEAK, points, &falls);
    find_series(keys, STRONG, points, &falls);
    return falls;
}
