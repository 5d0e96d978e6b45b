#include "models/account/sweep_cause.h"

#include <math.h>
#include <string.h>

#include "models/account/bottleneck.h"

/* Of a loss, by what is named as its cause. */
static const double LEAST_EXPLAINED = 0.5;

/* Peaks that differ by less are the same. */
static const double SAME_PEAK_FRACTION = 0.01;

static double share(const Results *results, LedgerCategory category) {
    int64_t sum = ledger_sum(&results->ledger);
    return sum > 0 ? (double)results->ledger.ns[category] / (double)sum : (double)NAN;
}

static double peak(const Headline *headline, const Results *results) {
    return headline_value(headline, results) / share(results, LEDGER_IDEAL_COMPUTE);
}

static LedgerCategory growing_most(const Results *fast, const Results *slow) {
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

static SweepCause cause_of_training(const Headline *headline, const Results *fast, const Results *slow) {
    SweepCause cause = {.category = growing_most(fast, slow)};
    cause.share_from = share(fast, cause.category);
    cause.share_to = share(slow, cause.category);
    cause.peak_from_tflop_per_s = peak(headline, fast);
    cause.peak_to_tflop_per_s = peak(headline, slow);
    double loss = headline_value(headline, fast) - headline_value(headline, slow);
    double explained = (cause.share_to - cause.share_from) * cause.peak_to_tflop_per_s / loss;
    bool other_peak = fabs(cause.peak_to_tflop_per_s / cause.peak_from_tflop_per_s - 1) > SAME_PEAK_FRACTION;
    cause.reason = explained >= LEAST_EXPLAINED ? SWEEP_CAUSE_CATEGORY
                   : other_peak                 ? SWEEP_CAUSE_PEAK
                                                : SWEEP_CAUSE_UNEXPLAINED;
    return cause;
}

static SweepCause cause_of_collective(const Results *fast, const Results *slow) {
    SweepCause cause = {.link_from = bottleneck_link(fast), .link_to = bottleneck_link(slow)};
    cause.share_from = bottleneck_link_fraction(fast, cause.link_to);
    cause.share_to = bottleneck_link_fraction(slow, cause.link_to);
    cause.reason = cause.link_from == cause.link_to ? SWEEP_CAUSE_SAME_LINK : SWEEP_CAUSE_LINK;
    return cause;
}

/* GPU time lost is speed lost: alone / wall = 1 - lost / wall. */
static SweepCause cause_of_jobs(const Headline *headline, const Results *fast, const Results *slow) {
    const Contention *before = fast->contention, *after = slow->contention;
    SweepCause cause = {.reason = SWEEP_CAUSE_VERDICT};
    if (before == NULL || after == NULL)
        return cause;
    cause.job = bottleneck_of_jobs(after).job;
    double most_growth = -INFINITY;
    for (int i = 0; i < after->owner_count; i++) {
        const char *owner = after->owners[i];
        double share_from = bottleneck_loss_fraction(before, cause.job, owner);
        double share_to = bottleneck_loss_fraction(after, cause.job, owner);
        if (strcmp(owner, cause.job) != 0 && share_to - share_from > most_growth) {
            most_growth = share_to - share_from;
            cause.owner = owner;
            cause.share_from = share_from;
            cause.share_to = share_to;
        }
    }
    double loss_percent = headline_value(headline, fast) - headline_value(headline, slow);
    if (100 * most_growth >= LEAST_EXPLAINED * loss_percent)
        cause.reason = SWEEP_CAUSE_OWNER;
    return cause;
}

SweepCause sweep_cause_of(const Headline *headline, const Results *fast, const Results *slow) {
    const Results *from = headline_run(headline, fast), *to = headline_run(headline, slow);
    switch (headline->kind) {
    case HEADLINE_TRAINING:
        return cause_of_training(headline, from, to);
    case HEADLINE_COLLECTIVE:
        return cause_of_collective(from, to);
    case HEADLINE_JOBS:
    case HEADLINE_KIND_COUNT:
        break;
    }
    return cause_of_jobs(headline, from, to);
}
