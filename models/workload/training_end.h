/*
 * training_end: what follows the passes of a step: reduction of gradients over the replicas, the sum of tied embedding
 * gradients, the barrier of the global gradient norm, the optimizer, and the gathering of parameters under
 * ZeRO-1 and 2. With gradient_bucket_copies a slice of gradients is copied into a bucket before it is reduced, divided
 * by the replicas, and copied back, three kernels that the collective waits for (flatten, div_ and unflatten_and_copy
 * of InternLM's hybrid_zero_optim.py; the last is taken before the sum too). What ZeRO-2 and 3 do during the passes is
 * training_shards.h's.
 */
#ifndef MODELS_WORKLOAD_TRAINING_END_H
#define MODELS_WORKLOAD_TRAINING_END_H

#include "models/workload/training_build.h"

/* Adds all of it; the passes are there. */
void training_end_add(Build *build);

#endif
