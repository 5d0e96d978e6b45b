/*
 * attribution: where the time of one class of GPUs went in a step. Its compute stream is read from start to end: a
 * compute task is split by its profile, a communication task on the stream is exposed communication, and a gap is
 * explained by the chain of releases that ended it: messages and reductions on the chain are exposed communication,
 * work of another stage and the sums of its tensor group are pipeline bubble, work of a replica or tensor rank that is
 * late because of a slow GPU, and the part of any work that a slow GPU takes longer, is straggling. The rest is idle.
 */
#ifndef MODELS_ACCOUNT_ATTRIBUTION_H
#define MODELS_ACCOUNT_ATTRIBUTION_H

#include "models/workload/step.h"

typedef struct Attribution {
    LedgerRow row;                                  /* sums to the wall time */
    int64_t comm_ns[LEDGER_COUNT][LINK_KIND_COUNT]; /* the communication in `row`, by slowest kind of link */
    double *lost_s;        /* the communication in `row` that was lost to each owner (step.h), s; caller's array */
    int64_t *straggler_ns; /* the straggling in `row`, by the class that caused it; caller's array */
} Attribution;

/* What compute took longer for the collectives beside it: of `ns` of a task, those that its profile does not explain.
 */
int64_t attribution_slowed_ns(const Step *step, const StepTask *task, int64_t ns);

/* Fills `attribution`, whose straggler_ns has one zeroed entry per class and lost_s one per owner. `wall` is the time
 * at which the step ended. */
void attribution_of_class(const Step *step, int gpu_class, SimTime wall, Attribution *attribution);

#endif
