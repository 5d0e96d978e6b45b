#include "plots/collective_view.h"

#include <math.h>
#include <string.h>

static const double BYTES_PER_GB = 1e9;
static const double US_PER_S = 1e6;

/* Free space at the ends of a logarithmic axis, as a factor. */
static const double MARGIN = 1.4;

static int job_count(const Results *results) {
    return results->contention != NULL ? results->contention->job_count : 1;
}

static const Results *job_at(const Results *results, int index) {
    return results->contention != NULL ? results->contention->jobs[index] : results;
}

bool collective_view_is_all(const Results *results) {
    for (int i = 0; i < job_count(results); i++) {
        if (job_at(results, i)->size_count == 0) {
            return false;
        }
    }
    return true;
}

bool collective_view_applies(const Results *results) {
    for (int i = 0; results->status == RUN_OK && i < job_count(results); i++) {
        if (job_at(results, i)->size_count > 1) {
            return true;
        }
    }
    return false;
}

double collective_view_figure(const CollectiveRow *row, int figure) {
    double value = figure == 0 ? row->bus_bytes_per_s / BYTES_PER_GB : row->time_s * US_PER_S;
    return value > 0 ? value : (double)NAN;
}

static void widen(CollectiveView *view, int axis, double value) {
    if (value > 0) {
        view->low[axis] = fmin(view->low[axis], value);
        view->high[axis] = fmax(view->high[axis], value);
    }
}

static bool is_known(const CollectiveCurve *curves, int count, const Results *job, const char *algorithm) {
    for (int i = 0; i < count; i++) {
        if (curves[i].job == job && strcmp(curves[i].algorithm, algorithm) == 0) {
            return true;
        }
    }
    return false;
}

static void add_job(Arena *arena, CollectiveView *view, CollectiveCurve *curves, const Results *job, bool named) {
    for (int i = 0; i < job->size_count; i++) {
        const CollectiveRow *row = &job->sizes[i];
        const char *name = named ? arena_format(arena, "%s: ", job->name) : "";
        bool is_new = !is_known(curves, view->count, job, row->algorithm);
        if (is_new && view->count == COLLECTIVE_VIEW_CURVES) {
            view->hidden++;
            continue;
        }
        if (is_new) {
            curves[view->count++] = (CollectiveCurve){
                job, row->algorithm, arena_format(arena, "%s%s, %s", name, job->operation, row->algorithm)};
        }
        widen(view, 0, row->bytes);
        widen(view, 1, collective_view_figure(row, 0));
        widen(view, 2, collective_view_figure(row, 1));
    }
}

static void find_ends(CollectiveView *view) {
    for (int axis = 0; axis < 3; axis++) {
        bool found = view->high[axis] > 0;
        view->low[axis] = found ? view->low[axis] / MARGIN : 0.1;
        view->high[axis] = found ? view->high[axis] * MARGIN : 1;
    }
}

/* Powers of two, so far apart that all have room. */
static void find_ticks(Arena *arena, CollectiveView *view) {
    static const char *const UNITS[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    int first = (int)fmax(ceil(log2(view->low[0])), 0), last = (int)fmin(floor(log2(view->high[0])), 59);
    int step = 1;
    while ((last - first) / step >= COLLECTIVE_VIEW_TICKS) {
        step++;
    }
    for (int power = first; power <= last; power += step) {
        view->tick_bytes[view->tick_count] = ldexp(1, power);
        view->tick_names[view->tick_count++] = arena_format(arena, "%d %s", 1 << power % 10, UNITS[power / 10]);
    }
}

CollectiveView collective_view_of(Arena *arena, const Results *results) {
    CollectiveCurve *curves = ARENA_ARRAY(arena, COLLECTIVE_VIEW_CURVES, CollectiveCurve);
    CollectiveView view = {.curves = curves, .titles = {"bus bandwidth, GB/s", "time, us"}};
    for (int axis = 0; axis < 3; axis++) {
        view.low[axis] = INFINITY;
    }
    for (int i = 0; i < job_count(results); i++) {
        add_job(arena, &view, curves, job_at(results, i), job_count(results) > 1);
    }
    find_ends(&view);
    find_ticks(arena, &view);
    return view;
}
