/*
 * statistics: what a run keeps of many values. A tally (mean, variance, extremes; Welford 1962), a time-weighted mean,
 * a histogram whose quantiles have a bounded relative error (buckets that split every power of two evenly), and
 * confidence intervals by batch means with Student's t from GSL. All are plain data in constant memory, except the
 * histogram, which holds the buckets between its smallest and largest value.
 */
#ifndef SIM_ENGINE_STATISTICS_H
#define SIM_ENGINE_STATISTICS_H

#include <stdint.h>

#include "sim/engine/check.h"
#include "sim/engine/event_queue.h"

typedef struct Tally {
    uint64_t count;
    double mean;
    double m2; /* sum of squared distances from the mean */
    double min;
    double max;
} Tally;

void tally_init(Tally *tally);
void tally_add(Tally *tally, double value);
double tally_variance(const Tally *tally); /* of the sample; 0 for fewer than two values */

typedef struct TimeWeighted {
    SimTime since; /* start of the observation */
    SimTime last;
    double value;
    double area; /* integral of the value in value * seconds */
    double min;
    double max;
} TimeWeighted;

void time_weighted_init(TimeWeighted *weighted, SimTime now, double value);

/* The value is `value` from `now` on; times never decrease (CHECK). Inline, because a model calls it on every event. */
static inline void time_weighted_set(TimeWeighted *weighted, SimTime now, double value) {
    CHECK(now >= weighted->last);
    weighted->area += weighted->value * ((double)(now - weighted->last) * 1e-9);
    weighted->last = now;
    weighted->value = value;
    weighted->min = value < weighted->min ? value : weighted->min;
    weighted->max = value > weighted->max ? value : weighted->max;
}

double time_weighted_mean(const TimeWeighted *weighted, SimTime now); /* the value itself when no time has passed */

typedef struct Histogram Histogram;

/*
 * Finite values >= 0; below 2.3e-308 they count as 0. A quantile is off by at most `relative_error` (0.0001 .. 0.5) of
 * the value of its rank.
 */
Histogram *histogram_create(double relative_error);
void histogram_destroy(Histogram *histogram);
void histogram_add(Histogram *histogram, double value);
uint64_t histogram_count(const Histogram *histogram);

/* The value of rank ceil(fraction * count), at least 1, with fraction 0 .. 1; 0 and 1 are exact. NaN when empty. */
double histogram_quantile(const Histogram *histogram, double fraction);

typedef struct Interval {
    double mean;
    double half_width; /* of the two-sided confidence interval; INFINITY for fewer than two values */
} Interval;

/* Student's interval over independent values (replications, or batch means), confidence 0 .. 1 exclusive; NaN for none.
 */
Interval statistics_interval(const double *values, int count, double confidence);

#endif
