/*
 * bottleneck: what holds back a run that is judged by its network: the kind of link that its communication waits for,
 * or another owner of traffic (a job, a background flow, an event on links) that takes the links away. Fractions are of
 * GPU time, 0..1.
 */
#ifndef MODELS_ACCOUNT_BOTTLENECK_H
#define MODELS_ACCOUNT_BOTTLENECK_H

#include "models/results.h"

/* Exposed communication of all dimensions whose slowest link is of this kind; NaN when the ledger is empty. */
double bottleneck_link_fraction(const Results *results, LinkKind kind);

/* The kind with most of it. */
LinkKind bottleneck_link(const Results *results);

/* What a job loses to an owner, by names; 0 when the run lacks one of them. */
double bottleneck_loss_fraction(const Contention *contention, const char *job, const char *owner);

/* Who takes how much from the job that is slowed down most. */
typedef struct Bottleneck {
    const char *job;
    const char *owner;
    double fraction;         /* of the job's GPU time, as are the others */
    double own_fraction;     /* what it communicates by itself, exposed */
    double exposed_fraction; /* what all take, itself included */
} Bottleneck;

Bottleneck bottleneck_of_jobs(const Contention *contention);

#endif
