#include "sim/engine/series.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "sim/engine/array.h"
#include "sim/engine/check.h"
#include "sim/engine/extremes.h"
#include "sim/engine/fatal.h"

/* A stretch of time. It keeps the area, not the mean, so that merging only adds. */
typedef struct Stretch {
    SimTime start;
    SimTime end;
    double area; /* integral of the value in value * ns */
    double min;
    double max;
} Stretch;

struct Series {
    Stretch *points;
    size_t count;
    size_t allocated;
    size_t capacity;
    SimTime resolution; /* ns */
    Stretch step;       /* the step that still holds; its end and area are not known yet */
    double value;       /* of that step */
    SimTime now;        /* time of the last record */
    bool finished;
};

Series *series_create(int capacity, SimTime start) {
    CHECK(capacity >= 4);
    Series *series = calloc(1, sizeof *series);
    if (series == NULL)
        fatal("out of memory for a time series");
    series->capacity = (size_t)capacity;
    series->step = (Stretch){.start = start, .end = start, .min = INFINITY, .max = -INFINITY};
    series->now = start;
    return series;
}

void series_destroy(Series *series) {
    if (series == NULL)
        return;
    free(series->points);
    free(series);
}

static void count_extremes(Series *series, double value) {
    series->step.min = smaller(series->step.min, value);
    series->step.max = larger(series->step.max, value);
}

static void absorb(Stretch *into, const Stretch *next) {
    into->end = next->end;
    into->area += next->area;
    into->min = smaller(into->min, next->min);
    into->max = larger(into->max, next->max);
}

static void merge_neighbours(Series *series) {
    size_t kept = 0;
    for (size_t i = 1; i < series->count; i++) {
        Stretch *last = &series->points[kept];
        if (series->points[i].end - last->start <= series->resolution)
            absorb(last, &series->points[i]);
        else
            series->points[++kept] = series->points[i];
    }
    series->count = kept + 1;
}

/* The resolution below which no neighbours are merged. */
static SimTime shortest_pair(const Series *series) {
    SimTime shortest = SIM_TIME_MAX;
    for (size_t i = 1; i < series->count; i++) {
        SimTime length = series->points[i].end - series->points[i - 1].start;
        shortest = length < shortest ? length : shortest;
    }
    return shortest;
}

static SimTime doubled(SimTime resolution) {
    if (resolution == 0)
        return 1;
    return resolution > SIM_TIME_MAX / 2 ? SIM_TIME_MAX : 2 * resolution;
}

/* At most 63 doublings in a series' life, so that a record stays O(1) amortised. */
static void thin(Series *series) {
    while (series->count > series->capacity / 2) {
        SimTime needed = shortest_pair(series);
        do
            series->resolution = doubled(series->resolution);
        while (series->resolution < needed);
        merge_neighbours(series);
    }
}

static void append(Series *series, const Stretch *step) {
    if (series->count > 0) {
        Stretch *last = &series->points[series->count - 1];
        if (step->end - last->start <= series->resolution) {
            absorb(last, step);
            return;
        }
    }
    if (series->count == series->capacity)
        thin(series);
    if (series->count == series->allocated)
        series->points = array_grow(series->points, &series->allocated, series->count + 1, sizeof(Stretch));
    series->points[series->count++] = *step;
}

static void close_step(Series *series, SimTime end) {
    count_extremes(series, series->value);
    series->step.end = end;
    series->step.area = series->value * (double)(end - series->step.start);
    append(series, &series->step);
    series->step = (Stretch){.start = end, .end = end, .min = INFINITY, .max = -INFINITY};
}

void series_record(Series *series, SimTime time, double value) {
    CHECK(!series->finished);
    CHECK(time >= series->now);
    CHECK(isfinite(value));
    series->now = time;
    if (time > series->step.start) {
        if (value == series->value)
            return;
        close_step(series, time);
    }
    series->value = value;
    count_extremes(series, value);
}

void series_finish(Series *series, SimTime end) {
    CHECK(!series->finished);
    CHECK(end >= series->now);
    series->now = end;
    series->finished = true;
    if (end > series->step.start)
        close_step(series, end);
    else if (series->count > 0 && series->step.min <= series->step.max)
        absorb(&series->points[series->count - 1], &series->step);
}

int series_count(const Series *series) {
    return (int)series->count;
}

SeriesPoint series_point(const Series *series, int index) {
    CHECK(index >= 0 && (size_t)index < series->count);
    const Stretch *point = &series->points[index];
    double mean = point->area / (double)(point->end - point->start);
    return (SeriesPoint){
        .start = point->start,
        .end = point->end,
        .mean = larger(point->min, smaller(point->max, mean)), /* rounding must not lead outside */
        .min = point->min,
        .max = point->max,
    };
}
