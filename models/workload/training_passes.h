/*
 * training_passes: the forward and backward passes of every stage, in the order of the schedule, with the messages
 * between stages.
 */
#ifndef MODELS_WORKLOAD_TRAINING_PASSES_H
#define MODELS_WORKLOAD_TRAINING_PASSES_H

#include "models/workload/training_build.h"

/* Adds all passes and makes each wait for the message that it needs; fills the tables of `build`. */
void training_passes_add(Build *build);

#endif
