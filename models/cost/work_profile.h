/*
 * work_profile: what a compute task of a step takes on the GPU it runs on, to the nanosecond, and what that time is
 * spent on. Plain values: costs make them, steps run them.
 */
#ifndef MODELS_COST_WORK_PROFILE_H
#define MODELS_COST_WORK_PROFILE_H

#include "models/ledger.h"

/* A step whose tasks take longer in sum is not simulated: three years. */
#define WORK_MOST_S 1e8

/* Where the nanoseconds of a compute task go, at the speed of the GPU it runs on, and the memory traffic of it. */
typedef struct WorkProfile {
    LedgerRow row;    /* sums to the task's duration */
    double hbm_bytes; /* per GPU */
    double slack_s;   /* of the duration, in which the device waits for the host */
    bool endless;     /* longer than WORK_MOST_S; the row is empty */
} WorkProfile;

#endif
