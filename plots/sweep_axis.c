#include "plots/sweep_axis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An axis longer than this many smallest steps per value is too uneven to read. */
static const double LONGEST_STEPS_PER_TICK = 3;

int sweep_axis_find(const SweepAxis *axis, const char *value) {
    for (int i = 0; i < axis->count; i++) {
        if (strcmp(axis->ticks[i], value) == 0) {
            return i;
        }
    }
    return -1;
}

/* Without a blank only a rate or one of these is a unit: "1.7B" is a model. */
static bool is_unit(const char *text) {
    static const char *const GLUED[] = {"",    "s",   "ms",  "us",  "ns",  "h",   "KB", "MB", "GB", "TB",
                                        "KiB", "MiB", "GiB", "TiB", "MHz", "GHz", "W",  "kW", "%"};
    if (*text == ' ' || strchr(text, '/') != NULL) {
        return strspn(text, " ") < strlen(text);
    }
    for (size_t i = 0; i < sizeof GLUED / sizeof GLUED[0]; i++) {
        if (strcmp(text, GLUED[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_numbers(const SweepAxis *axis, double *numbers) {
    const char *unit = NULL;
    for (int i = 0; i < axis->count; i++) {
        char *end;
        numbers[i] = strtod(axis->ticks[i], &end);
        bool same = unit == NULL || strcmp(unit, end) == 0;
        if (end == axis->ticks[i] || !isfinite(numbers[i]) || !same || !is_unit(end)) {
            return false;
        }
        unit = end;
    }
    return axis->count > 0;
}

SweepAxis sweep_axis_of(Arena *arena, const SweepResults *sweep, int parameter) {
    SweepAxis axis = {.ticks = ARENA_ARRAY(arena, sweep->point_count, const char *)};
    for (int i = 0; i < sweep->point_count; i++) {
        const char *value = sweep->points[i].values[parameter];
        if (sweep_axis_find(&axis, value) < 0) {
            axis.ticks[axis.count++] = value;
        }
    }
    axis.numbers = ARENA_ARRAY(arena, axis.count, double);
    axis.is_numeric = read_numbers(&axis, axis.numbers);
    return axis;
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

static bool try_linear(const SweepAxis *axis, double *positions) {
    memcpy(positions, axis->numbers, (size_t)axis->count * sizeof *positions);
    return space_out(positions, axis->count);
}

static bool try_logarithmic(const SweepAxis *axis, double *positions) {
    for (int i = 0; i < axis->count; i++) {
        if (axis->numbers[i] <= 0) {
            return false;
        }
        positions[i] = log2(axis->numbers[i]);
    }
    return space_out(positions, axis->count);
}

/* Equal factors between the values, as in 1, 2, 4, 8. */
static bool try_geometric(const SweepAxis *axis, double *positions) {
    bool even = axis->count > 2 && try_logarithmic(axis, positions);
    for (int i = 1; even && i < axis->count; i++) {
        even = fabs(positions[i] - positions[i - 1]) < 1.01;
    }
    return even;
}

static bool place_numbers(const SweepAxis *axis, double *positions) {
    return axis->is_numeric && axis->count > 1 &&
           (try_geometric(axis, positions) || try_linear(axis, positions) || try_logarithmic(axis, positions));
}

double *sweep_axis_positions(Arena *arena, const SweepAxis *axis) {
    double *positions = ARENA_ARRAY(arena, axis->count, double);
    if (!place_numbers(axis, positions)) {
        for (int i = 0; i < axis->count; i++) {
            positions[i] = i;
        }
    }
    return positions;
}
