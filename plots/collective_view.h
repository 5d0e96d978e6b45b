/*
 * collective_view: collective jobs as curves over message size: one for each job and algorithm, in the order in which
 * they appear. Of several jobs in one run all that are collectives; beyond COLLECTIVE_VIEW_CURVES they are left out.
 */
#ifndef PLOTS_COLLECTIVE_VIEW_H
#define PLOTS_COLLECTIVE_VIEW_H

#include <stdbool.h>

#include "models/results.h"
#include "sim/engine/arena.h"

enum { COLLECTIVE_VIEW_CURVES = 12, COLLECTIVE_VIEW_TICKS = 12 };

typedef struct CollectiveCurve {
    const Results *job;
    const char *algorithm;
    const char *title; /* "all_reduce, ring"; of several jobs their name in front */
} CollectiveCurve;

typedef struct CollectiveView {
    const CollectiveCurve *curves;
    int count;
    int hidden;            /* curves beyond those */
    const char *titles[2]; /* "bus bandwidth, GB/s", "time, us" */
    double low[3];         /* of the sizes in bytes, then of the two figures; > 0 */
    double high[3];
    double tick_bytes[COLLECTIVE_VIEW_TICKS];
    const char *tick_names[COLLECTIVE_VIEW_TICKS]; /* "64 MiB" */
    int tick_count;
} CollectiveView;

/* True when all jobs of a run are collectives. */
bool collective_view_is_all(const Results *results);

/* True when a run that is ok has a curve: a collective job of two sizes at least. */
bool collective_view_applies(const Results *results);

CollectiveView collective_view_of(Arena *arena, const Results *results);

/* A figure of one size in the unit of its title, NaN when it has none; figure 0 is bus bandwidth, 1 is time. */
double collective_view_figure(const CollectiveRow *row, int figure);

#endif
