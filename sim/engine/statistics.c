#include "sim/engine/statistics.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/check.h"
#include "sim/engine/fatal.h"

enum { MANTISSA_BITS = 52 };

/*
 * The upper bits of a positive double, read as an integer, number the buckets: the exponent names the power of two, the
 * first mantissa bits its even parts. Each part is at most 2 * relative_error of its lower edge wide.
 */
struct Histogram {
    uint64_t *buckets; /* counts of buckets first .. first + bucket_count - 1 */
    int64_t first;
    int64_t bucket_count;
    int shift; /* of a double's bits, to the bucket's number */
    uint64_t zeros;
    uint64_t count;
    double min;
    double max;
};

void tally_init(Tally *tally) {
    *tally = (Tally){.min = INFINITY, .max = -INFINITY};
}

void tally_add(Tally *tally, double value) {
    double distance = value - tally->mean;
    tally->count++;
    tally->mean += distance / (double)tally->count;
    tally->m2 += distance * (value - tally->mean);
    tally->min = value < tally->min ? value : tally->min;
    tally->max = value > tally->max ? value : tally->max;
}

double tally_variance(const Tally *tally) {
    return tally->count < 2 ? 0.0 : tally->m2 / (double)(tally->count - 1);
}

void time_weighted_init(TimeWeighted *weighted, SimTime now, double value) {
    *weighted = (TimeWeighted){.since = now, .last = now, .value = value, .min = value, .max = value};
}

double time_weighted_mean(const TimeWeighted *weighted, SimTime now) {
    CHECK(now >= weighted->last);
    if (now == weighted->since)
        return weighted->value;
    double held = weighted->value * ((double)(now - weighted->last) * 1e-9);
    return (weighted->area + held) / ((double)(now - weighted->since) * 1e-9);
}

Histogram *histogram_create(double relative_error) {
    CHECK(relative_error >= 0.0001 && relative_error <= 0.5);
    Histogram *histogram = calloc(1, sizeof *histogram);
    if (histogram == NULL)
        fatal("out of memory for a histogram");
    int bits = 0;
    while (ldexp(0.5, -bits) > relative_error)
        bits++;
    histogram->shift = MANTISSA_BITS - bits;
    histogram->min = INFINITY;
    histogram->max = -INFINITY;
    return histogram;
}

void histogram_destroy(Histogram *histogram) {
    if (histogram == NULL)
        return;
    free(histogram->buckets);
    free(histogram);
}

static int64_t bucket_of(const Histogram *histogram, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (int64_t)(bits >> histogram->shift);
}

static double bucket_edge(const Histogram *histogram, int64_t bucket) {
    uint64_t bits = (uint64_t)bucket << histogram->shift;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Makes room for `bucket`, with a half of the old range to spare on its side, so that growing is linear in all. */
static void widen(Histogram *histogram, int64_t bucket) {
    int64_t spare = histogram->bucket_count / 2 + 8;
    int64_t first = bucket;
    int64_t end = bucket + 1;
    if (histogram->bucket_count > 0) {
        int64_t old_end = histogram->first + histogram->bucket_count;
        first = bucket < histogram->first ? bucket - spare : histogram->first;
        end = bucket >= old_end ? bucket + 1 + spare : old_end;
    }
    first = first < 0 ? 0 : first;
    uint64_t *buckets = calloc((size_t)(end - first), sizeof *buckets);
    if (buckets == NULL)
        fatal("out of memory for a histogram of %lld buckets", (long long)(end - first));
    if (histogram->bucket_count > 0)
        memcpy(buckets + (histogram->first - first), histogram->buckets,
               (size_t)histogram->bucket_count * sizeof *buckets);
    free(histogram->buckets);
    histogram->buckets = buckets;
    histogram->first = first;
    histogram->bucket_count = end - first;
}

void histogram_add(Histogram *histogram, double value) {
    CHECK(value >= 0.0 && value <= DBL_MAX);
    histogram->count++;
    histogram->min = value < histogram->min ? value : histogram->min;
    histogram->max = value > histogram->max ? value : histogram->max;
    if (value < DBL_MIN) {
        histogram->zeros++;
        return;
    }
    int64_t bucket = bucket_of(histogram, value);
    if (bucket < histogram->first || bucket >= histogram->first + histogram->bucket_count)
        widen(histogram, bucket);
    histogram->buckets[bucket - histogram->first]++;
}

uint64_t histogram_count(const Histogram *histogram) {
    return histogram->count;
}

/* The middle of the bucket that holds the value of `rank`, 1 .. count. */
static double value_of_rank(const Histogram *histogram, uint64_t rank) {
    if (rank <= histogram->zeros)
        return 0.0;
    uint64_t below = histogram->zeros;
    int64_t i = 0;
    while (below + histogram->buckets[i] < rank)
        below += histogram->buckets[i++];
    double edge = bucket_edge(histogram, histogram->first + i);
    return edge + 0.5 * (bucket_edge(histogram, histogram->first + i + 1) - edge);
}

double histogram_quantile(const Histogram *histogram, double fraction) {
    CHECK(fraction >= 0.0 && fraction <= 1.0);
    if (histogram->count == 0)
        return NAN;
    uint64_t rank = (uint64_t)ceil(fraction * (double)histogram->count);
    if (rank <= 1)
        return histogram->min;
    if (rank >= histogram->count)
        return histogram->max;
    double value = value_of_rank(histogram, rank);
    value = value < histogram->min ? histogram->min : value;
    return value > histogram->max ? histogram->max : value;
}

Interval statistics_interval(const double *values, int count, double confidence) {
    CHECK(count >= 0 && confidence > 0.0 && confidence < 1.0);
    Tally tally;
    tally_init(&tally);
    for (int i = 0; i < count; i++)
        tally_add(&tally, values[i]);
    if (count == 0)
        return (Interval){.mean = NAN, .half_width = INFINITY};
    if (count == 1)
        return (Interval){.mean = tally.mean, .half_width = INFINITY};
    double t = gsl_cdf_tdist_Qinv(0.5 * (1.0 - confidence), count - 1);
    return (Interval){.mean = tally.mean, .half_width = t * sqrt(tally_variance(&tally) / count)};
}
