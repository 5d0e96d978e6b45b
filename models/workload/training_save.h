/*
 * training_save: the checkpoint at the end of a step: a wait for the one before, what every class of GPUs writes or
 * copies, and a barrier. Steps without one end as they are.
 */
#ifndef MODELS_WORKLOAD_TRAINING_SAVE_H
#define MODELS_WORKLOAD_TRAINING_SAVE_H

#include "models/workload/training_build.h"

/* Adds all of it behind the step, which ended with a barrier. */
void training_save_add(Build *build);

#endif
