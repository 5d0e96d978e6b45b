#include "models/account/sweep_fall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/check.h"

/* Less than this between neighbours is no collapse: a fraction of the throughput. */
static const double COLLAPSE_FRACTION = 0.1;

/* Of a fall, by a category that is named as its cause. */
static const double LEAST_EXPLAINED = 0.5;

/* Peaks that differ by less are the same. */
static const double SAME_PEAK_FRACTION = 0.01;

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
    return fall->collapses ? fall->loss_tflop_per_s > largest->loss_tflop_per_s : fall->fraction > largest->fraction;
}

double sweep_fall_throughput(const SweepPoint *point) {
    bool ran = point->results != NULL && point->results->status == RUN_OK;
    const Metric *metric = ran ? results_metric(point->results, "throughput.model_tflops_per_gpu") : NULL;
    return metric != NULL ? metric->value : (double)NAN;
}

/* Two neighbours along a key, in either order. */
static void consider(const SweepResults *sweep, int one, int other, SweepFall *largest) {
    double first = sweep_fall_throughput(&sweep->points[one]);
    double second = sweep_fall_throughput(&sweep->points[other]);
    double loss = fabs(first - second);
    if (isnan(loss))
        return;
    bool rises = second > first;
    double fraction = loss > 0 ? loss / fmax(first, second) : 0;
    SweepFall fall = {.from = rises ? other : one,
                      .to = rises ? one : other,
                      .parameter = largest->parameter,
                      .fraction = fraction,
                      .loss_tflop_per_s = loss,
                      .collapses = fraction >= COLLAPSE_FRACTION};
    if (is_larger(&fall, largest))
        *largest = fall;
}

static double share(const SweepPoint *point, LedgerCategory category) {
    const LedgerRow *row = &point->results->ledger;
    int64_t sum = ledger_sum(row);
    return sum > 0 ? (double)row->ns[category] / (double)sum : (double)NAN;
}

static double peak(const SweepPoint *point) {
    return sweep_fall_throughput(point) / share(point, LEDGER_IDEAL_COMPUTE);
}

static LedgerCategory growing_most(const SweepPoint *fast, const SweepPoint *slow) {
    LedgerCategory most = LEDGER_IDLE;
    double most_growth = -INFINITY;
    for (int i = 0; i < LEDGER_COUNT; i++) {
        LedgerCategory category = (LedgerCategory)i;
        double growth = share(slow, category) - share(fast, category);
        if (category != LEDGER_IDEAL_COMPUTE && growth > most_growth) {
            most_growth = growth;
            most = category;
        }
    }
    return most;
}

static void explain(const SweepResults *sweep, SweepFall *fall) {
    const SweepPoint *fast = &sweep->points[fall->from];
    const SweepPoint *slow = &sweep->points[fall->to];
    fall->category = growing_most(fast, slow);
    fall->share_from = share(fast, fall->category);
    fall->share_to = share(slow, fall->category);
    fall->peak_from_tflop_per_s = peak(fast);
    fall->peak_to_tflop_per_s = peak(slow);
    double explained = (fall->share_to - fall->share_from) * fall->peak_to_tflop_per_s / fall->loss_tflop_per_s;
    bool other_peak = fabs(fall->peak_to_tflop_per_s / fall->peak_from_tflop_per_s - 1) > SAME_PEAK_FRACTION;
    fall->reason = explained >= LEAST_EXPLAINED ? SWEEP_FALL_BY_CATEGORY
                   : other_peak                 ? SWEEP_FALL_BY_PEAK
                                                : SWEEP_FALL_UNEXPLAINED;
}

SweepFall sweep_fall_of(Arena *arena, const SweepResults *sweep, const SweepKey *keys) {
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
                consider(sweep, i, other, &along);
        }
        if (along.from >= 0 && is_larger(&along, &largest))
            largest = along;
    }
    if (largest.from >= 0)
        explain(sweep, &largest);
    return largest;
}
