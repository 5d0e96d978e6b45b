/*
 * plan_switches: switches of a plan that mean something only beside others: whole weights under ZeRO-1
 * (weight_owners.h), parameters that are gathered beside passes (training_gather.h), norms that are computed again
 * (norm_cost.h), an optimizer of many kernels (ends_cost.h) and copied buckets (training_end.h). It says which cannot
 * be; what they cost is theirs.
 */
#ifndef MODELS_PLAN_PLAN_SWITCHES_H
#define MODELS_PLAN_PLAN_SWITCHES_H

#include "models/plan/plan.h"

/* Adds an error, with `path` as prefix ("jobs[0]"), for each of them that cannot be in a plan that is otherwise
 * resolved. */
void plan_switches_check(const TrainingSpec *training, const char *path, ErrorList *errors);

#endif
