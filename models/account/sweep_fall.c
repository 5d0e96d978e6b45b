#include "models/account/sweep_fall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/check.h"

/* Less than this between neighbours is no collapse: a fraction of the throughput. */
static const double COLLAPSE_FRACTION = 0.1;

/* A point and the number that its values make: the place in the product of all keys. */
typedef struct Place {
    uint64_t number;
    int point;
} Place;

typedef struct Places {
    uint64_t *of_point;
    uint64_t *strides; /* what one value more of a key adds */
    Place *sorted;
} Places;

static int compare_places(const void *one, const void *other) {
    const Place *first = one;
    const Place *second = other;
    int order = (first->number > second->number) - (first->number < second->number);
    return order != 0 ? order : (first->point > second->point) - (first->point < second->point);
}

static Places find_places(Arena *arena, const SweepResults *sweep, const SweepKey *keys) {
    Places places = {.of_point = ARENA_ARRAY(arena, sweep->point_count, uint64_t),
                     .strides = ARENA_ARRAY(arena, sweep->parameter_count, uint64_t),
                     .sorted = ARENA_ARRAY(arena, sweep->point_count, Place)};
    uint64_t stride = 1;
    for (int key = sweep->parameter_count - 1; key >= 0; key--) {
        uint64_t count = (uint64_t)(keys[key].count > 0 ? keys[key].count : 1);
        places.strides[key] = stride;
        CHECK(stride <= UINT64_MAX / count);
        stride *= count;
    }
    for (int i = 0; i < sweep->point_count; i++) {
        for (int key = 0; key < sweep->parameter_count; key++)
            places.of_point[i] += places.strides[key] * (uint64_t)keys[key].of_point[i];
        places.sorted[i] = (Place){places.of_point[i], i};
    }
    if (sweep->point_count > 0)
        qsort(places.sorted, (size_t)sweep->point_count, sizeof *places.sorted, compare_places);
    return places;
}

/* The first point of that place, -1 = the sweep lacks it. */
static int point_at(const Places *places, int count, uint64_t number) {
    int low = 0;
    int high = count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (places->sorted[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && places->sorted[low].number == number ? places->sorted[low].point : -1;
}

static bool is_larger(const SweepFall *fall, const SweepFall *largest) {
    if (largest->from < 0 || fall->collapses != largest->collapses)
        return largest->from < 0 || fall->collapses;
    return fall->collapses ? fall->loss > largest->loss : fall->fraction > largest->fraction;
}

/* Two neighbours along a key, in either order. */
static void consider(const SweepResults *sweep, const Headline *headline, const int pair[2], SweepFall *largest) {
    double first = headline_value(headline, sweep->points[pair[0]].results);
    double second = headline_value(headline, sweep->points[pair[1]].results);
    double loss = fabs(first - second);
    if (isnan(loss))
        return;
    bool rises = second > first;
    double fraction = loss > 0 ? loss / fmax(first, second) : 0;
    SweepFall fall = {.from = pair[rises],
                      .to = pair[!rises],
                      .parameter = largest->parameter,
                      .fraction = fraction,
                      .loss = loss,
                      .collapses = fraction >= COLLAPSE_FRACTION};
    if (is_larger(&fall, largest))
        *largest = fall;
}

SweepFall sweep_fall_of(Arena *arena, const SweepResults *sweep, const SweepKey *keys, const Headline *headline) {
    SweepFall largest = {.from = -1, .to = -1};
    Places places = find_places(arena, sweep, keys);
    for (int key = 0; key < sweep->parameter_count; key++) {
        SweepFall along = {.from = -1, .to = -1, .parameter = key};
        const int *next = sweep_key_next(arena, &keys[key]);
        for (int i = 0; i < sweep->point_count; i++) {
            int value = keys[key].of_point[i];
            uint64_t step = places.strides[key] * (uint64_t)(next[value] - value);
            int other = next[value] >= 0 ? point_at(&places, sweep->point_count, places.of_point[i] + step) : -1;
            if (other >= 0)
                consider(sweep, headline, (const int[]){i, other}, &along);
        }
        if (along.from >= 0 && is_larger(&along, &largest))
            largest = along;
    }
    if (largest.from >= 0)
        largest.cause =
            sweep_cause_of(headline, sweep->points[largest.from].results, sweep->points[largest.to].results);
    return largest;
}
