/*
 * layer_list_passes: the forward and backward passes of a list of layers as tasks, stage by stage in the order of the
 * schedule, with the messages between stages. Every class of ranks of a stage computes the same stretches in the same
 * order; a stretch ends where the exchange of pooled vectors starts or is waited for, and in the last backward pass
 * where a bucket of gradients is complete (layer_list_plan.h). The exchange is on the stream of the gradients: both are
 * NCCL's, one after the other, exchanges first. The rest of the step is training_end.h's.
 */
#ifndef MODELS_WORKLOAD_LAYER_LIST_PASSES_H
#define MODELS_WORKLOAD_LAYER_LIST_PASSES_H

#include "models/workload/training_build.h"

/* Adds the passes of all micro-batches; the job's model is a list. */
void layer_list_passes_add(Build *build);

#endif
