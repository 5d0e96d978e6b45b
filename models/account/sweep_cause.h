/*
 * sweep_cause: why one run of a sweep is slower than its neighbour. Training: a category of the ledger, when its growth
 * explains at least half of the loss: share grown * peak of the slow run >= loss / 2, with peak = throughput / share of
 * ideal compute. A collective: the kind of link that its communication waits for. Jobs: another owner of traffic, when
 * what the slowest job loses to it explains half of the loss. Else the slow run's verdict has to do.
 */
#ifndef MODELS_ACCOUNT_SWEEP_CAUSE_H
#define MODELS_ACCOUNT_SWEEP_CAUSE_H

#include "models/headline.h"

typedef enum SweepCauseReason {
    SWEEP_CAUSE_CATEGORY,    /* a category of the ledger grows */
    SWEEP_CAUSE_PEAK,        /* the GPU's peak differs */
    SWEEP_CAUSE_UNEXPLAINED, /* no category explains half of it */
    SWEEP_CAUSE_LINK,        /* another kind of link is the slowest */
    SWEEP_CAUSE_SAME_LINK,   /* the same kind of link is slower, or has more to do */
    SWEEP_CAUSE_OWNER,       /* another owner of traffic takes more */
    SWEEP_CAUSE_VERDICT      /* the verdict of the slow run says what there is to say */
} SweepCauseReason;

typedef struct SweepCause {
    SweepCauseReason reason;
    LedgerCategory category; /* of training: whose share of GPU time grows most */
    LinkKind link_from;      /* of a collective: the slowest */
    LinkKind link_to;
    const char *job;   /* of jobs: the slowest in the slow run, NULL = not known */
    const char *owner; /* who takes most more from it */
    double share_from; /* of GPU time, 0..1: of the category, of link_to, of what the job loses to the owner */
    double share_to;
    double peak_from_tflop_per_s; /* of training, per GPU */
    double peak_to_tflop_per_s;
} SweepCause;

/* Both have a value of the headline, and that of `slow` is not the larger. */
SweepCause sweep_cause_of(const Headline *headline, const Results *fast, const Results *slow);

#endif
