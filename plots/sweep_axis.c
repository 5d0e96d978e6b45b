#include "plots/sweep_axis.h"

#include <math.h>
#include <string.h>

/* An axis longer than this many smallest steps per value is too uneven to read. */
static const double LONGEST_STEPS_PER_TICK = 3;

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

static bool try_linear(const SweepKey *key, double *positions) {
    memcpy(positions, key->numbers, (size_t)key->count * sizeof *positions);
    return space_out(positions, key->count);
}

static bool try_logarithmic(const SweepKey *key, double *positions) {
    for (int i = 0; i < key->count; i++) {
        if (key->numbers[i] <= 0) {
            return false;
        }
        positions[i] = log2(key->numbers[i]);
    }
    return space_out(positions, key->count);
}

/* Equal factors between the values, as in 1, 2, 4, 8. */
static bool try_geometric(const SweepKey *key, double *positions) {
    bool even = key->count > 2 && try_logarithmic(key, positions);
    for (int i = 1; even && i < key->count; i++) {
        even = fabs(positions[i] - positions[i - 1]) < 1.01;
    }
    return even;
}

static bool place_numbers(const SweepKey *key, double *positions) {
    return key->is_numeric && key->count > 1 &&
           (try_geometric(key, positions) || try_linear(key, positions) || try_logarithmic(key, positions));
}

double *sweep_axis_positions(Arena *arena, const SweepKey *key) {
    double *positions = ARENA_ARRAY(arena, key->count, double);
    if (!place_numbers(key, positions)) {
        for (int i = 0; i < key->count; i++) {
            positions[i] = i;
        }
    }
    return positions;
}
