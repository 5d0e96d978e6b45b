/*
 * parameter_bytes: bytes of one parameter of a training job in each of the places where it is kept: as a weight, in the
 * optimizer's state, as a gradient. How many a GPU holds is training_parameters.h's and training_memory.h's.
 */
#ifndef MODELS_PLAN_PARAMETER_BYTES_H
#define MODELS_PLAN_PARAMETER_BYTES_H

#include "models/plan/plan.h"

/* Bytes per weight of a transformer as it is kept and gathered: of the plan's precision, of fp32 under autocast. */
double plan_weight_bytes(const PlanSpec *plan);

/* Bytes per kept weight, per parameter of the optimizer's state, and per kept gradient; each > 0 but for the state,
 * which may be 0. */
double training_weight_bytes(const TrainingSpec *training);
double training_state_bytes(const TrainingSpec *training);
double training_gradient_bytes(const PlanSpec *plan);

#endif
