/*
 * attention_products: the matrix products between the hidden state of a layer and its attention, which make queries,
 * keys and values, on one GPU of the tensor group for one micro-batch. Sizes only: what latent attention (MLA,
 * transformer.h) computes between its products is latent_cost.h's.
 *
 * Latent attention as multi_latent_attention.py of Megatron-Core runs it: queries and keys with values are compressed
 * by two products whose weights every tensor rank has (on its own tokens with sequence_parallel), and expanded by
 * products that are split over the heads. Tensor ranks gather the compressed features, not the hidden state.
 */
#ifndef MODELS_PLAN_ATTENTION_PRODUCTS_H
#define MODELS_PLAN_ATTENTION_PRODUCTS_H

#include "models/plan/plan.h"

enum { ATTENTION_PRODUCTS_MAX = 4 };

/* C[tokens, n] = A[tokens, k] W[k, n], each >= 1. */
typedef struct WeightProduct {
    int64_t tokens; /* of one micro-batch on this GPU */
    int64_t n;      /* features that come out */
    int64_t k;      /* features that go in */
} WeightProduct;

/* Fills in the products in their order; returns their number. */
int attention_products_of(const TrainingSpec *training, WeightProduct products[ATTENTION_PRODUCTS_MAX]);

/* Features of a token in the heads of one GPU, each >= 1. */
typedef struct AttentionFeatures {
    int64_t query;     /* head dimension times heads */
    int64_t key_value; /* keys and values together, of one head of them at least */
    int64_t context;   /* what attention makes of them */
} AttentionFeatures;

AttentionFeatures attention_features_of(const TrainingSpec *training);

/* Features that latent attention compresses into, 0 without: gathered in the place of the hidden state, and kept. */
int64_t attention_products_compressed(const TransformerSpec *model);

/* Tokens of a GPU between the compressing and the expanding product. */
int64_t attention_products_compressed_tokens(const TrainingSpec *training);

#endif
