/*
 * transformer: a decoder-only transformer, GPT style (LayerNorm, GELU, biases, learned positions) or Llama style
 * (RMSNorm, SwiGLU, grouped-query attention, no biases), dense or with a mixture of experts in every layer. It answers
 * counts that follow from the shape alone: parameters and model FLOPs.
 *
 * Parameters per layer: attention h*(h + 2*kv*d) + h*h, MLP 2*h*f (3*h*f when gated), norms and biases. Model FLOPs of
 * a sequence are those of the matrix products, 2 per multiply-add, backward twice the forward, attention over the full
 * square of positions: 72*s*l*h^2*(1 + s/(6h) + V/(12lh)) for a GPT (Narayanan et al., SC21, appendix, less
 * recomputation). Of E experts a token goes through experts_per_token and the shared ones: only these count, with the
 * router's h*E.
 */
#ifndef MODELS_WORKLOAD_TRANSFORMER_H
#define MODELS_WORKLOAD_TRANSFORMER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct TransformerSpec {
    const char *name;
    int64_t hidden;            /* h, features, > 0 */
    int64_t layers;            /* l, > 0 */
    int64_t heads;             /* query heads, > 0, divides hidden when head_dim is 0 */
    int64_t kv_heads;          /* key and value heads, divides heads; 0 = heads */
    int64_t head_dim;          /* d, features per head; 0 = hidden / heads */
    int64_t ffn_hidden;        /* f, features inside the MLP; 0 = 4 * hidden */
    int64_t vocab;             /* V, rows of the embedding, > 0 */
    int64_t max_positions;     /* learned position embeddings, 0 = none (rotary) */
    bool gated;                /* SwiGLU: a third MLP matrix */
    bool biases;               /* linear layers have biases */
    bool qkv_biases;           /* those of query, key and value have them even so (Qwen2) */
    bool rms_norm;             /* RMSNorm instead of LayerNorm */
    bool tied_embeddings;      /* the vocabulary head shares the input embedding */
    double dropout_fraction;   /* 0 .. 1; above 0 dropout kernels run and masks are stored */
    int64_t experts;           /* E, experts that the router of a layer chooses from; 0 = one dense MLP */
    int64_t experts_per_token; /* k, 1 .. experts; 0 without experts */
    int64_t expert_ffn_hidden; /* features inside one expert; 0 = as ffn_hidden */
    int64_t shared_experts;    /* of the same size, that see every token; >= 0 */
} TransformerSpec;

/* GPT style with nothing sized: hidden, layers, heads and vocab are 0 and must be set. */
TransformerSpec transformer_default(void);

/* The fields that may be 0, resolved. */
int64_t transformer_kv_heads(const TransformerSpec *model);
int64_t transformer_head_dim(const TransformerSpec *model);
int64_t transformer_ffn_hidden(const TransformerSpec *model);
int64_t transformer_expert_ffn_hidden(const TransformerSpec *model);

/* Matrices of an MLP: 3 when gated, otherwise 2. */
double transformer_mlp_matrices(const TransformerSpec *model);

/* Parameters: of one layer, of the input embedding (with positions), of the vocabulary head (0 when tied), of
 * everything. */
double transformer_layer_parameters(const TransformerSpec *model);
double transformer_embedding_parameters(const TransformerSpec *model);
double transformer_head_parameters(const TransformerSpec *model);
double transformer_parameters(const TransformerSpec *model);

/* Of a layer's parameters, those of the experts that the router chooses from, 0 when dense; of everything, those that
 * one token meets. */
double transformer_expert_parameters(const TransformerSpec *model);
double transformer_active_parameters(const TransformerSpec *model);

/* Matrix-product FLOPs forward of one sequence: one layer, and the vocabulary head. Backward is twice as many. */
double transformer_layer_flop(const TransformerSpec *model, int64_t sequence_tokens);
double transformer_head_flop(const TransformerSpec *model, int64_t sequence_tokens);

/* Of a layer's, those that grow with the square of the sequence: scores and their product with the values; and those of
 * its routed experts, 0 when dense. */
double transformer_attention_flop(const TransformerSpec *model, int64_t sequence_tokens);
double transformer_expert_flop(const TransformerSpec *model, int64_t sequence_tokens);

/* Model FLOPs, forward and backward, of one sequence through everything. */
double transformer_model_flop(const TransformerSpec *model, int64_t sequence_tokens);

#endif
