/*
 * plan_latent: what cannot be about multi-head latent attention (transformer.h): sizes that are missing, or that mean
 * nothing beside it.
 */
#ifndef MODELS_PLAN_PLAN_LATENT_H
#define MODELS_PLAN_PLAN_LATENT_H

#include "models/plan/plan.h"

/* Adds an error for each, with `path` as prefix ("jobs[0]"). */
void plan_latent_check(const TrainingSpec *training, const char *path, ErrorList *errors);

#endif
