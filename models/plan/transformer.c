#include "models/plan/transformer.h"

TransformerSpec transformer_default(void) {
    return (TransformerSpec){.name = "transformer", .biases = true, .tied_embeddings = true, .expert_step = 1};
}

int64_t transformer_kv_heads(const TransformerSpec *model) {
    return model->kv_heads ? model->kv_heads : model->heads;
}

int64_t transformer_head_dim(const TransformerSpec *model) {
    if (model->kv_rank)
        return model->nope_dim + model->rope_dim;
    return model->head_dim ? model->head_dim : model->hidden / model->heads;
}

int64_t transformer_value_dim(const TransformerSpec *model) {
    return model->kv_rank ? model->value_dim : transformer_head_dim(model);
}

int64_t transformer_ffn_hidden(const TransformerSpec *model) {
    return model->ffn_hidden ? model->ffn_hidden : 4 * model->hidden;
}

static double query_features(const TransformerSpec *model) {
    return (double)model->heads * (double)transformer_head_dim(model);
}

static double context_features(const TransformerSpec *model) {
    return (double)model->heads * (double)transformer_value_dim(model);
}

static double key_value_features(const TransformerSpec *model) {
    return 2.0 * (double)transformer_kv_heads(model) * (double)transformer_head_dim(model);
}

int64_t transformer_expert_ffn_hidden(const TransformerSpec *model) {
    return model->expert_ffn_hidden ? model->expert_ffn_hidden : transformer_ffn_hidden(model);
}

int64_t transformer_expert_layers(const TransformerSpec *model, int64_t first, int64_t count) {
    int64_t end = first + count, step = model->expert_step > 1 ? model->expert_step : 1;
    int64_t begin = first > model->dense_first ? first : model->dense_first;
    return model->experts > 0 && end > begin ? end / step - begin / step : 0;
}

TransformerSpec transformer_with_mlp(const TransformerSpec *model, MlpKind kind) {
    TransformerSpec view = *model;
    if (kind == MLP_DENSE)
        view.experts = view.experts_per_token = view.shared_experts = 0;
    return view;
}

double transformer_mlp_matrices(const TransformerSpec *model) {
    return model->gated ? 3 : 2;
}

/* RMSNorm has a gain, LayerNorm a gain and a bias. */
static double norm_parameters(const TransformerSpec *model) {
    return (double)model->hidden * (model->rms_norm ? 1 : 2);
}

static double attention_biases(const TransformerSpec *model) {
    double projections = query_features(model) + key_value_features(model);
    if (!model->biases)
        return model->qkv_biases ? projections : 0;
    return projections + (double)model->hidden;
}

/* One dense MLP, or one expert. */
static double mlp_parameters(const TransformerSpec *model, int64_t ffn_hidden) {
    double hidden = (double)model->hidden, ffn = (double)ffn_hidden, matrices = transformer_mlp_matrices(model);
    return matrices * hidden * ffn + (model->biases ? (matrices - 1) * ffn + hidden : 0);
}

double transformer_expert_parameters(const TransformerSpec *model) {
    return (double)model->experts * mlp_parameters(model, transformer_expert_ffn_hidden(model));
}

/* Experts with their router, of which a token meets `chosen`, or the dense MLP. */
static double mlp_block_parameters(const TransformerSpec *model, int64_t chosen) {
    if (model->experts == 0)
        return mlp_parameters(model, transformer_ffn_hidden(model));
    return (double)(chosen + model->shared_experts) * mlp_parameters(model, transformer_expert_ffn_hidden(model)) +
           (double)model->hidden * (double)model->experts;
}

/* Matrices of the compressed features, without their norms. */
static double compressing_parameters(const TransformerSpec *model) {
    return (double)model->hidden * (double)(model->q_rank + model->kv_rank + model->rope_dim);
}

/* What makes queries, keys and values out of them. */
static double expanding_parameters(const TransformerSpec *model) {
    double query_from = (double)(model->q_rank ? model->q_rank : model->hidden);
    double key_value = (double)model->heads * (double)(model->nope_dim + model->value_dim);
    return query_from * query_features(model) + (double)model->kv_rank * key_value;
}

double transformer_latent_parameters(const TransformerSpec *model) {
    if (!model->kv_rank)
        return 0;
    return compressing_parameters(model) + (double)(model->q_rank + model->kv_rank);
}

/* Matrices that make queries, keys and values. */
static double projection_parameters(const TransformerSpec *model) {
    if (model->kv_rank)
        return compressing_parameters(model) + expanding_parameters(model);
    return (double)model->hidden * (query_features(model) + key_value_features(model));
}

static double compressed_norm_parameters(const TransformerSpec *model) {
    return model->kv_rank ? (double)(model->q_rank + model->kv_rank) : 0;
}

static double layer_parameters(const TransformerSpec *model, int64_t chosen) {
    double attention = projection_parameters(model) + (double)model->hidden * context_features(model);
    return attention + compressed_norm_parameters(model) + mlp_block_parameters(model, chosen) +
           attention_biases(model) + 2 * norm_parameters(model);
}

double transformer_layer_parameters(const TransformerSpec *model) {
    return layer_parameters(model, model->experts);
}

double transformer_embedding_parameters(const TransformerSpec *model) {
    return (double)(model->vocab + model->max_positions) * (double)model->hidden;
}

double transformer_head_parameters(const TransformerSpec *model) {
    return model->tied_embeddings ? 0 : (double)model->vocab * (double)model->hidden;
}

static double expert_layers(const TransformerSpec *model) {
    return (double)transformer_expert_layers(model, 0, model->layers);
}

double transformer_parameters(const TransformerSpec *model) {
    const TransformerSpec dense = transformer_with_mlp(model, MLP_DENSE);
    double experts = expert_layers(model), others = (double)model->layers - experts;
    return experts * transformer_layer_parameters(model) + others * transformer_layer_parameters(&dense) +
           transformer_embedding_parameters(model) + transformer_head_parameters(model) + norm_parameters(model);
}

double transformer_active_parameters(const TransformerSpec *model) {
    double idle = transformer_layer_parameters(model) - layer_parameters(model, model->experts_per_token);
    return transformer_parameters(model) - expert_layers(model) * idle;
}

double transformer_attention_flop(const TransformerSpec *model, int64_t sequence_tokens) {
    double tokens = (double)sequence_tokens;
    return 2 * tokens * tokens * (query_features(model) + context_features(model));
}

static double mlp_flop(const TransformerSpec *model, int64_t ffn_hidden, double times) {
    return 2 * times * transformer_mlp_matrices(model) * (double)model->hidden * (double)ffn_hidden;
}

double transformer_expert_flop(const TransformerSpec *model, int64_t sequence_tokens) {
    double pairs = (double)sequence_tokens * (double)model->experts_per_token;
    return mlp_flop(model, transformer_expert_ffn_hidden(model), pairs);
}

double transformer_layer_flop(const TransformerSpec *model, int64_t sequence_tokens) {
    double tokens = (double)sequence_tokens, hidden = (double)model->hidden;
    double projections = 2 * tokens * (projection_parameters(model) + hidden * context_features(model));
    double attention = projections + transformer_attention_flop(model, sequence_tokens);
    if (model->experts == 0)
        return attention + mlp_flop(model, transformer_ffn_hidden(model), tokens);
    double shared = tokens * (double)model->shared_experts;
    return attention + mlp_flop(model, transformer_expert_ffn_hidden(model), shared) +
           transformer_expert_flop(model, sequence_tokens) + 2 * tokens * hidden * (double)model->experts;
}

double transformer_head_flop(const TransformerSpec *model, int64_t sequence_tokens) {
    return 2 * (double)sequence_tokens * (double)model->hidden * (double)model->vocab;
}

double transformer_model_flop(const TransformerSpec *model, int64_t sequence_tokens) {
    const TransformerSpec dense = transformer_with_mlp(model, MLP_DENSE);
    double experts = expert_layers(model), others = (double)model->layers - experts;
    double layers = experts * transformer_layer_flop(model, sequence_tokens) +
                    others * transformer_layer_flop(&dense, sequence_tokens);
    return 3 * (layers + transformer_head_flop(model, sequence_tokens));
}
