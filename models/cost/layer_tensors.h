/*
 * layer_tensors: sizes of the tensors that the kernels of a layer read and write, for one micro-batch on one GPU of the
 * tensor group. What is kept of them is activation_memory.h's.
 */
#ifndef MODELS_COST_LAYER_TENSORS_H
#define MODELS_COST_LAYER_TENSORS_H

#include "models/plan/attention_products.h"

/* Each >= 1 but the last. */
typedef struct LayerTensors {
    int64_t tokens; /* of one micro-batch on this GPU */
    AttentionFeatures attention;
    int64_t ffn;          /* MLP features on this GPU */
    double hidden_bytes;  /* one hidden state; divided by the tensor group with sequence parallelism */
    double context_bytes; /* what attention makes, on this GPU */
    double rotary_bytes;  /* queries and keys */
    double ffn_bytes;     /* one MLP activation */
    double mask_fraction; /* a dropout mask over its tensor: one byte per element */
} LayerTensors;

/* Of a job as its layers of one kind see it (training_with_mlp). */
LayerTensors layer_tensors_of(const TrainingSpec *training);

#endif
