/*
 * transformer: a decoder-only transformer, GPT style (LayerNorm, GELU, biases, learned positions) or Llama style
 * (RMSNorm, SwiGLU, grouped-query attention, no biases) or DeepSeek style (multi-head latent attention), dense, with a
 * mixture of experts in every layer, or with dense layers among those with experts. It answers counts that follow from
 * the shape alone: parameters and model FLOPs.
 *
 * Parameters per layer: attention h*(h + 2*kv*d) + h*h, MLP 2*h*f (3*h*f when gated), norms and biases. Model FLOPs of
 * a sequence are those of the matrix products, 2 per multiply-add, backward twice the forward, attention over the full
 * square of positions: 72*s*l*h^2*(1 + s/(6h) + V/(12lh)) for a GPT (Narayanan et al., SC21, appendix, less
 * recomputation). Of E experts a token goes through experts_per_token and the shared ones: only these count, with the
 * router's h*E. Counted from 1, layer i has experts if i > dense_first and i is a multiple of expert_step
 * (first_k_dense_replace of DeepSeek's modelling code; interleave_moe_layer_step of Llama 4's and decoder_sparse_step
 * of Qwen's).
 *
 * Latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1) makes queries out of q_rank compressed features, keys
 * and values out of kv_rank, and a part of every key with positions that all heads share; training runs it expanded, as
 * an attention of `heads` heads whose keys are longer than their values.
 *
 * Limits: norms of single queries and keys (Qwen3, Llama 4) and biases of a router are left out; so are the modules
 * that predict further tokens (num_nextn_predict_layers of DeepSeek-V3: 14 billion parameters beside its 671).
 */
#ifndef MODELS_PLAN_TRANSFORMER_H
#define MODELS_PLAN_TRANSFORMER_H

#include <stdbool.h>
#include <stdint.h>

/* What a layer has in the place of its MLP. */
typedef enum MlpKind { MLP_DENSE, MLP_EXPERTS, MLP_KIND_COUNT } MlpKind;

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
    int64_t dense_first;       /* layers in front that have no experts, 0 .. layers - 1 */
    int64_t expert_step;       /* of the others every so many has experts, the last of each; 0 and 1 = all */
    int64_t expert_groups;     /* of experts, of which a token chooses some first (n_group); 0 = it chooses from all */
    int64_t expert_groups_per_token; /* how many, 1 .. expert_groups; 0 without groups */
    int64_t kv_rank;   /* latent attention: compressed features of keys and values; 0 = ordinary attention */
    int64_t q_rank;    /* the same of queries; 0 = queries are not compressed */
    int64_t nope_dim;  /* of a head's query and key, features without positions; > 0 with kv_rank */
    int64_t rope_dim;  /* those with rotary positions, of a key shared by all heads; > 0 with kv_rank */
    int64_t value_dim; /* features of a head's value, > 0 with kv_rank */
} TransformerSpec;

/* GPT style with nothing sized: hidden, layers, heads and vocab are 0 and must be set. */
TransformerSpec transformer_default(void);

/* The fields that may be 0, resolved. */
int64_t transformer_kv_heads(const TransformerSpec *model);
int64_t transformer_head_dim(const TransformerSpec *model);
int64_t transformer_ffn_hidden(const TransformerSpec *model);
int64_t transformer_expert_ffn_hidden(const TransformerSpec *model);

/* Features of a head's value: those of its query and key, but for latent attention. */
int64_t transformer_value_dim(const TransformerSpec *model);

/* Of `count` layers from layer `first` on, counted from 0, those with experts. */
int64_t transformer_expert_layers(const TransformerSpec *model, int64_t first, int64_t count);

/* The model as its layers of one kind see it: a dense one has no experts. */
TransformerSpec transformer_with_mlp(const TransformerSpec *model, MlpKind kind);

/* Matrices of an MLP: 3 when gated, otherwise 2. */
double transformer_mlp_matrices(const TransformerSpec *model);

/* Parameters: of one layer (with experts if there are any), of the input embedding (with positions), of the vocabulary
 * head (0 when tied), of everything. */
double transformer_layer_parameters(const TransformerSpec *model);
double transformer_embedding_parameters(const TransformerSpec *model);
double transformer_head_parameters(const TransformerSpec *model);
double transformer_parameters(const TransformerSpec *model);

/* Of a layer's parameters, those that compress for latent attention, 0 without: every GPU of a tensor group holds all
 * of them (parallel_mode "duplicated" in multi_latent_attention.py of Megatron-Core). */
double transformer_latent_parameters(const TransformerSpec *model);

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
