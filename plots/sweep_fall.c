#include "plots/sweep_fall.h"

#include <math.h>
#include <string.h>

#include "plots/ledger_view.h"
#include "plots/sweep_axis.h"
#include "plots/sweep_view.h"

bool sweep_fall_is_names(Arena *arena, const SweepResults *sweep, int parameter) {
    SweepAxis axis = sweep_axis_of(arena, sweep, parameter);
    return axis.count > 1 && !axis.is_numeric;
}

/* The next larger number of the axis, NULL = none. */
static const char *next_value(const SweepAxis *axis, const char *value) {
    double number = axis->numbers[sweep_axis_find(axis, value)];
    int next = -1;
    for (int i = 0; i < axis->count; i++) {
        if (axis->numbers[i] > number && (next < 0 || axis->numbers[i] < axis->numbers[next])) {
            next = i;
        }
    }
    return next >= 0 ? axis->ticks[next] : NULL;
}

static bool equal_but(const SweepResults *sweep, int one, int other, int parameter) {
    for (int i = 0; i < sweep->parameter_count; i++) {
        if (i != parameter && strcmp(sweep->points[one].values[i], sweep->points[other].values[i]) != 0) {
            return false;
        }
    }
    return true;
}

static int find_point(const SweepResults *sweep, int like, int parameter, const char *value) {
    for (int i = 0; value != NULL && i < sweep->point_count; i++) {
        if (strcmp(sweep->points[i].values[parameter], value) == 0 && equal_but(sweep, like, i, parameter)) {
            return i;
        }
    }
    return -1;
}

static bool is_larger(const SweepFall *fall, const SweepFall *largest) {
    bool collapses = fall->fraction >= SWEEP_FALL_COLLAPSE_FRACTION;
    bool collapsed = largest->fraction >= SWEEP_FALL_COLLAPSE_FRACTION;
    if (largest->from < 0 || collapses != collapsed) {
        return largest->from < 0 || collapses;
    }
    return collapses ? fall->loss_tflop_per_s > largest->loss_tflop_per_s : fall->fraction > largest->fraction;
}

static void consider(const SweepResults *sweep, int one, int other, SweepFall *largest) {
    double first = sweep_view_throughput(&sweep->points[one]);
    double second = sweep_view_throughput(&sweep->points[other]);
    bool rises = second > first;
    double loss = fabs(first - second);
    if (isnan(loss)) {
        return;
    }
    SweepFall fall = {.from = rises ? other : one,
                      .to = rises ? one : other,
                      .parameter = largest->parameter,
                      .fraction = loss > 0 ? loss / fmax(first, second) : 0,
                      .loss_tflop_per_s = loss};
    if (is_larger(&fall, largest)) {
        *largest = fall;
    }
}

static SweepFall fall_along(const SweepResults *sweep, const SweepAxis *axis, int parameter) {
    SweepFall largest = {.from = -1, .to = -1, .parameter = parameter};
    for (int i = 0; i < sweep->point_count; i++) {
        int next = find_point(sweep, i, parameter, next_value(axis, sweep->points[i].values[parameter]));
        if (next >= 0) {
            consider(sweep, i, next, &largest);
        }
    }
    return largest;
}

SweepFall sweep_fall_of(Arena *arena, const SweepResults *sweep) {
    SweepFall largest = {.from = -1, .to = -1};
    for (int i = 0; i < sweep->parameter_count; i++) {
        SweepAxis axis = sweep_axis_of(arena, sweep, i);
        if (!axis.is_numeric) {
            continue;
        }
        SweepFall fall = fall_along(sweep, &axis, i);
        if (fall.from >= 0 && is_larger(&fall, &largest)) {
            largest = fall;
        }
    }
    return largest;
}

static double peak(const SweepPoint *point) {
    return sweep_view_throughput(point) / ledger_view_fraction(&point->results->ledger, LEDGER_IDEAL_COMPUTE);
}

SweepFallCause sweep_fall_cause(const SweepResults *sweep, SweepFall fall) {
    const SweepPoint *fast = &sweep->points[fall.from];
    const SweepPoint *slow = &sweep->points[fall.to];
    SweepFallCause cause = {.category = LEDGER_IDLE, .peak_from = peak(fast), .peak_to = peak(slow)};
    double most = -INFINITY;
    for (int i = 0; i < LEDGER_COUNT; i++) {
        LedgerCategory category = (LedgerCategory)i;
        double growth = ledger_view_fraction(&slow->results->ledger, category) -
                        ledger_view_fraction(&fast->results->ledger, category);
        if (category != LEDGER_IDEAL_COMPUTE && growth > most) {
            most = growth;
            cause.category = category;
        }
    }
    cause.explained = most * cause.peak_to / fall.loss_tflop_per_s;
    return cause;
}
