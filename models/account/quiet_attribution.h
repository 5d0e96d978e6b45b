/*
 * quiet_attribution: where the time of a class went in the passes that were timed without events (quiet_passes.h), by
 * the rules of attribution.h: work by its profile, and a gap by the chain of what ended it, back through messages and
 * the passes of other stages. All GPUs are equal there, so nobody straggles.
 */
#ifndef MODELS_ACCOUNT_QUIET_ATTRIBUTION_H
#define MODELS_ACCOUNT_QUIET_ATTRIBUTION_H

#include "models/workload/quiet_passes.h"

/* Where time is added, as in Attribution; borrowed. */
typedef struct QuietTime {
    LedgerRow *row;
    int64_t (*comm_ns)[LINK_KIND_COUNT];
} QuietTime;

/* Adds all quiet passes of a stage, from the start of the step until they leave its compute stream. */
void quiet_attribution_of_stage(const QuietPasses *quiet, int stage, QuietTime time);

/* Explains [from, until) since the start of the step, which ended with what the timer stands for; returns how far back
 * the chain goes, at least `from`. */
SimTime quiet_attribution_explain(const QuietPasses *quiet, const StepTask *timer, SimTime from, SimTime until,
                                  QuietTime time);

#endif
