/*
 * plan_latent: what cannot be about multi-head latent attention (transformer.h): sizes that are missing, or that mean
 * nothing beside it.
 */
#ifndef MODELS_WORKLOAD_PLAN_LATENT_H
#define MODELS_WORKLOAD_PLAN_LATENT_H

#include "models/workload/plan.h"

/* Adds an error for each, with `path` as prefix ("jobs[0]"). */
void plan_latent_check(const TrainingSpec *training, const char *path, ErrorList *errors);

#endif
