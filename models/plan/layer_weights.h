/*
 * layer_weights: the matrices of one layer on one GPU of the tensor group, whole, in the order of the forward pass:
 * attention in (attention_products.h) and out, then MLP up (with the gate) and down, or in their place the router, up
 * and down of every expert of the GPU, up and down of the shared experts together; and how many vectors stand beside
 * them. Sizes only.
 */
#ifndef MODELS_PLAN_LAYER_WEIGHTS_H
#define MODELS_PLAN_LAYER_WEIGHTS_H

#include "models/plan/plan.h"

/* Of a layer of the kind that the job is seen as (training_with_mlp). */
int64_t layer_weights_count(const TrainingSpec *training);

/* Parameters of weight `index`, 0 .. count - 1. */
double layer_weights_at(const TrainingSpec *training, int64_t index);

/* Equal matrices that frameworks which fuse no gates have in the place of weight `index`: 2, gate and up, or 1. */
int64_t layer_weights_unfused_in(const TrainingSpec *training, int64_t index);

/* The same weights with gates apart, as frameworks have them that fuse none. */
int64_t layer_weights_unfused_count(const TrainingSpec *training);

/* Vectors of a layer: two norms, of LayerNorm with a bias each, and the biases of its products. */
int64_t layer_weights_vectors(const TransformerSpec *model);

#endif
