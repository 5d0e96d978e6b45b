/*
 * plan_resolve: what a plan leaves open is settled, and what cannot be is an error: sizes that do not divide, a batch
 * that does not divide, an unknown schedule. Which layers stages hold, plan_stages.h checks; experts, latent attention
 * and single switches have checks of their own (plan_experts.h, plan_latent.h, plan_switches.h).
 */
#ifndef MODELS_PLAN_PLAN_RESOLVE_H
#define MODELS_PLAN_PLAN_RESOLVE_H

#include "models/plan/plan.h"

/* Fills in what is 0 or "auto" from the number of GPUs and adds errors with `path` as prefix ("jobs[0]"). True when
 * there was none. */
bool plan_resolve(TrainingSpec *training, int64_t gpus, const char *path, ErrorList *errors);

#endif
