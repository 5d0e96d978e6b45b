#include "plots/sweep_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plots/columns.h"
#include "plots/ledger_view.h"
#include "plots/tidy_row.h"

/* An axis longer than this many smallest steps per value is too uneven to read. */
static const double LONGEST_STEPS_PER_TICK = 3;

static int find_text(const char *const *texts, int count, const char *wanted) {
    for (int i = 0; i < count; i++) {
        if (strcmp(texts[i], wanted) == 0) {
            return i;
        }
    }
    return -1;
}

static int count_values(const SweepResults *sweep, int parameter, const char **values) {
    int count = 0;
    for (int i = 0; i < sweep->point_count; i++) {
        const char *value = sweep->points[i].values[parameter];
        if (find_text(values, count, value) < 0) {
            values[count++] = value;
        }
    }
    return count;
}

static int choose_axis(const SweepResults *sweep, const char **values, int *count) {
    for (int parameter = 0; parameter < sweep->parameter_count; parameter++) {
        *count = count_values(sweep, parameter, values);
        if (*count > 1) {
            return parameter;
        }
    }
    *count = sweep->parameter_count > 0 ? count_values(sweep, 0, values) : 0;
    return 0;
}

/* The number in front of "400 Gbit/s"; false when there is none or the units differ. */
static bool read_numbers(const char *const *ticks, int count, double *numbers) {
    const char *unit = NULL;
    for (int i = 0; i < count; i++) {
        char *end;
        numbers[i] = strtod(ticks[i], &end);
        if (end == ticks[i] || !isfinite(numbers[i]) || (unit != NULL && strcmp(unit, end) != 0)) {
            return false;
        }
        unit = end;
    }
    return true;
}

/* Shifts and scales so that the nearest neighbours are 1 apart; false when they are spaced too unevenly. */
static bool space_out(double *positions, int count) {
    double smallest = INFINITY;
    double low = positions[0];
    double high = positions[0];
    for (int i = 1; i < count; i++) {
        smallest = fmin(smallest, fabs(positions[i] - positions[i - 1]));
        low = fmin(low, positions[i]);
        high = fmax(high, positions[i]);
    }
    if (!(smallest > 0) || (high - low) / smallest > LONGEST_STEPS_PER_TICK * (count - 1)) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        positions[i] = (positions[i] - low) / smallest;
    }
    return true;
}

static bool try_linear(const char *const *ticks, int count, double *positions) {
    return read_numbers(ticks, count, positions) && space_out(positions, count);
}

static bool try_logarithmic(const char *const *ticks, int count, double *positions) {
    if (!read_numbers(ticks, count, positions)) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        if (positions[i] <= 0) {
            return false;
        }
        positions[i] = log2(positions[i]);
    }
    return space_out(positions, count);
}

/* Equal factors between the values, as in 1, 2, 4, 8. */
static bool try_geometric(const char *const *ticks, int count, double *positions) {
    bool even = count > 2 && try_logarithmic(ticks, count, positions);
    for (int i = 1; even && i < count; i++) {
        even = fabs(positions[i] - positions[i - 1]) < 1.01;
    }
    return even;
}

static double *place_ticks(Arena *arena, const char *const *ticks, int count) {
    double *positions = ARENA_ARRAY(arena, count, double);
    if (count < 2 || (!try_geometric(ticks, count, positions) && !try_linear(ticks, count, positions) &&
                      !try_logarithmic(ticks, count, positions))) {
        for (int i = 0; i < count; i++) {
            positions[i] = i;
        }
    }
    return positions;
}

static const char *line_name(Arena *arena, const SweepResults *sweep, const SweepPoint *point, int axis) {
    const char *name = "";
    for (int i = 0; i < sweep->parameter_count; i++) {
        if (i != axis) {
            name = arena_format(arena, "%s%s%s=%s", name, *name != '\0' ? " " : "",
                                tidy_short_name(sweep->parameters[i]), point->values[i]);
        }
    }
    return name;
}

static void arrange_points(Arena *arena, const SweepResults *sweep, int axis, SweepView *view) {
    const char **names = ARENA_ARRAY(arena, sweep->point_count, const char *);
    view->lines = ARENA_ARRAY(arena, sweep->point_count, const char *);
    for (int i = 0; i < sweep->point_count; i++) {
        names[i] = line_name(arena, sweep, &sweep->points[i], axis);
        if (find_text(view->lines, view->line_count, names[i]) < 0) {
            view->lines[view->line_count++] = names[i];
        }
    }
    int places = view->line_count * view->tick_count;
    view->points = ARENA_ARRAY(arena, places, int);
    for (int i = 0; i < places; i++) {
        view->points[i] = -1;
    }
    for (int i = 0; i < sweep->point_count; i++) {
        int line = find_text(view->lines, view->line_count, names[i]);
        int tick = find_text(view->ticks, view->tick_count, sweep->points[i].values[axis]);
        view->points[line * view->tick_count + tick] = i;
    }
}

SweepView sweep_view_of(Arena *arena, const SweepResults *sweep) {
    SweepView view = {.axis = "", .ticks = ARENA_ARRAY(arena, sweep->point_count, const char *)};
    if (sweep->parameter_count == 0 || sweep->point_count == 0) {
        return view;
    }
    int axis = choose_axis(sweep, view.ticks, &view.tick_count);
    view.axis = tidy_short_name(sweep->parameters[axis]);
    view.positions = place_ticks(arena, view.ticks, view.tick_count);
    arrange_points(arena, sweep, axis, &view);
    return view;
}

double sweep_view_throughput(const SweepPoint *point) {
    bool ran = point->results != NULL && point->results->status == RUN_OK;
    return ran ? columns_throughput(point->results) : (double)NAN;
}

int sweep_view_best(const SweepResults *sweep) {
    int best = -1;
    for (int i = 0; i < sweep->point_count; i++) {
        double throughput = sweep_view_throughput(&sweep->points[i]);
        if (!isnan(throughput) && (best < 0 || throughput > sweep_view_throughput(&sweep->points[best]))) {
            best = i;
        }
    }
    return best;
}

/* Of one useful FLOP's time: what grew most on the way from the fast point to the slow one. */
static LedgerCategory grown_most(const Results *fast, const Results *slow) {
    LedgerCategory grown = LEDGER_IDLE;
    double most = -INFINITY;
    for (int i = 0; i < LEDGER_COUNT; i++) {
        LedgerCategory category = (LedgerCategory)i;
        double growth = ledger_view_fraction(&slow->ledger, category) - ledger_view_fraction(&fast->ledger, category);
        if (category != LEDGER_IDEAL_COMPUTE && growth > most) {
            most = growth;
            grown = category;
        }
    }
    return grown;
}

static void consider(const SweepResults *sweep, int one, int other, SweepFall *largest) {
    double first = sweep_view_throughput(&sweep->points[one]);
    double second = sweep_view_throughput(&sweep->points[other]);
    bool rises = second > first;
    double loss = fabs(first - second);
    if (isnan(loss) || loss < largest->loss_tflop_per_s) {
        return;
    }
    int fast = rises ? other : one;
    int slow = rises ? one : other;
    *largest = (SweepFall){.from = fast,
                           .to = slow,
                           .fraction = loss > 0 ? loss / fmax(first, second) : 0,
                           .loss_tflop_per_s = loss,
                           .category = grown_most(sweep->points[fast].results, sweep->points[slow].results)};
}

SweepFall sweep_view_fall(const SweepResults *sweep, const SweepView *view) {
    SweepFall largest = {.from = -1, .to = -1};
    for (int line = 0; line < view->line_count; line++) {
        const int *points = view->points + line * view->tick_count;
        for (int tick = 1; tick < view->tick_count; tick++) {
            if (points[tick - 1] >= 0 && points[tick] >= 0) {
                consider(sweep, points[tick - 1], points[tick], &largest);
            }
        }
    }
    return largest;
}
