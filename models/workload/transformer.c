#include "models/workload/transformer.h"

TransformerSpec transformer_default(void) {
    return (TransformerSpec){.name = "transformer", .biases = true, .tied_embeddings = true};
}

int64_t transformer_kv_heads(const TransformerSpec *model) {
    return model->kv_heads ? model->kv_heads : model->heads;
}

int64_t transformer_head_dim(const TransformerSpec *model) {
    return model->head_dim ? model->head_dim : model->hidden / model->heads;
}

int64_t transformer_ffn_hidden(const TransformerSpec *model) {
    return model->ffn_hidden ? model->ffn_hidden : 4 * model->hidden;
}

static double query_features(const TransformerSpec *model) {
    return (double)model->heads * (double)transformer_head_dim(model);
}

static double key_value_features(const TransformerSpec *model) {
    return 2.0 * (double)transformer_kv_heads(model) * (double)transformer_head_dim(model);
}

static double mlp_matrices(const TransformerSpec *model) {
    return model->gated ? 3 : 2;
}

/* RMSNorm has a gain, LayerNorm a gain and a bias. */
static double norm_parameters(const TransformerSpec *model) {
    return (double)model->hidden * (model->rms_norm ? 1 : 2);
}

static double layer_biases(const TransformerSpec *model) {
    double hidden = (double)model->hidden, ffn = (double)transformer_ffn_hidden(model);
    double attention = query_features(model) + key_value_features(model);
    if (!model->biases)
        return model->qkv_biases ? attention : 0;
    return attention + hidden + (mlp_matrices(model) - 1) * ffn + hidden;
}

double transformer_layer_parameters(const TransformerSpec *model) {
    double hidden = (double)model->hidden, ffn = (double)transformer_ffn_hidden(model);
    double attention = hidden * (2 * query_features(model) + key_value_features(model));
    double weights = attention + mlp_matrices(model) * hidden * ffn;
    return weights + layer_biases(model) + 2 * norm_parameters(model);
}

double transformer_embedding_parameters(const TransformerSpec *model) {
    return (double)(model->vocab + model->max_positions) * (double)model->hidden;
}

double transformer_head_parameters(const TransformerSpec *model) {
    return model->tied_embeddings ? 0 : (double)model->vocab * (double)model->hidden;
}

double transformer_parameters(const TransformerSpec *model) {
    return (double)model->layers * transformer_layer_parameters(model) + transformer_embedding_parameters(model) +
           transformer_head_parameters(model) + norm_parameters(model);
}

double transformer_attention_flop(const TransformerSpec *model, int64_t sequence_tokens) {
    double tokens = (double)sequence_tokens;
    return 4 * tokens * tokens * query_features(model);
}

double transformer_layer_flop(const TransformerSpec *model, int64_t sequence_tokens) {
    double tokens = (double)sequence_tokens, hidden = (double)model->hidden;
    double projections = hidden * (2 * query_features(model) + key_value_features(model));
    double mlp = mlp_matrices(model) * hidden * (double)transformer_ffn_hidden(model);
    return 2 * tokens * (projections + mlp) + transformer_attention_flop(model, sequence_tokens);
}

double transformer_head_flop(const TransformerSpec *model, int64_t sequence_tokens) {
    return 2 * (double)sequence_tokens * (double)model->hidden * (double)model->vocab;
}

double transformer_model_flop(const TransformerSpec *model, int64_t sequence_tokens) {
    double forward = (double)model->layers * transformer_layer_flop(model, sequence_tokens) +
                     transformer_head_flop(model, sequence_tokens);
    return 3 * forward;
}
