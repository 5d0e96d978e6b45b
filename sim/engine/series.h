/*
 * series: a step function of time in bounded memory. Each point covers an interval and keeps its time-weighted mean,
 * minimum and maximum. As long as they fit, every step is a point of its own. When the memory is full, the resolution
 * (ns) doubles until merging the neighbours that fit into one interval of that length frees half of it. So a quiet
 * month stays exact beside a busy second, no merged point is longer than the resolution, and extremes are never
 * dropped.
 */
#ifndef SIM_ENGINE_SERIES_H
#define SIM_ENGINE_SERIES_H

#include "sim/engine/event_queue.h"

typedef struct Series Series;

typedef struct SeriesPoint {
    SimTime start; /* the point covers [start, end) */
    SimTime end;
    double mean; /* time-weighted over the interval */
    double min;
    double max;
} SeriesPoint;

/* At most `capacity` points (>= 4). The value before the first record is 0, from `start` on. */
Series *series_create(int capacity, SimTime start);
void series_destroy(Series *series);

/* The finite `value` holds from `time` on; times never decrease (CHECK). Several records at one time: the last holds,
 * all count for min, max. */
void series_record(Series *series, SimTime time, double value);

/* Closes the series at `end`; later records are a mistake (CHECK). */
void series_finish(Series *series, SimTime end);

/* Points closed so far, in order and without gaps; the step that still holds becomes a point with the next step or
 * series_finish. */
int series_count(const Series *series);
SeriesPoint series_point(const Series *series, int index);

#endif
