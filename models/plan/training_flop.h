/*
 * training_flop: what has to be computed: FLOPs of a training job whatever its layout, and the job as its layers of one
 * kind see it. No time, no GPUs.
 */
#ifndef MODELS_PLAN_TRAINING_FLOP_H
#define MODELS_PLAN_TRAINING_FLOP_H

#include "models/plan/chunk_layers.h"

/* The job as its layers of one kind see it: what is asked of one layer is asked of this. The job itself stands for
 * layers with experts if there are any. */
TrainingSpec training_with_mlp(const TrainingSpec *training, MlpKind kind);

/* The sum of what `of_layer` says of one layer, over layers of both kinds. */
double training_over_layers(const TrainingSpec *training, LayerCount count,
                            double (*of_layer)(const TrainingSpec *training));

/* FLOPs of one layer and of all, forward, and of a whole step per sequence, forward and backward: what has to be
 * computed. A fused kernel skips the masked half of the attention; unfused, the full square counts, as in SC21. Pairs
 * of a token and an expert that are dropped do not count, padding neither; weights beside adapters have no gradients.
 */
double training_layer_flop(const TrainingSpec *training);

/* Of them the products of attention, forward, mask or not: of packed documents each one's square. */
double training_attention_flop(const TrainingSpec *training);

/* Of one layer, those of products whose weight gradients can be made apart from the other gradients, as many again: all
 * that have weights but a router's. */
double training_deferred_flop(const TrainingSpec *training);

double training_layers_flop(const TrainingSpec *training);
double training_sequence_flop(const TrainingSpec *training);

#endif
