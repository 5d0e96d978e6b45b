/*
 * training_input: what passes of the first stage wait for before they begin: their micro-batch from the loader. Jobs
 * without a loader wait for nothing.
 */
#ifndef MODELS_WORKLOAD_TRAINING_INPUT_H
#define MODELS_WORKLOAD_TRAINING_INPUT_H

#include "models/workload/training_build.h"

/* Adds the wait of a replica set for its next micro-batch on these streams, to which the pass is added next. */
void training_input_add(Build *build, int set, const StreamSet *streams, int micro_batch);

#endif
