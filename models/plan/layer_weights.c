#include "models/plan/layer_weights.h"

#include "models/plan/attention_products.h"
#include "models/plan/plan_experts.h"

/* Pairs of matrices in the place of the MLP. */
static int64_t mlp_pairs(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    return model->experts > 0 ? model->experts / training->plan.expert_parallel + (model->shared_experts > 0) : 1;
}

static int64_t attention_count(const TrainingSpec *training) {
    WeightProduct products[ATTENTION_PRODUCTS_MAX];
    return attention_products_of(training, products) + 1;
}

int64_t layer_weights_count(const TrainingSpec *training) {
    bool router = training->model.experts > 0;
    return attention_count(training) + router + 2 * mlp_pairs(training);
}

int64_t layer_weights_unfused_count(const TrainingSpec *training) {
    return layer_weights_count(training) + (training->model.gated ? mlp_pairs(training) : 0);
}

int64_t layer_weights_vectors(const TransformerSpec *model) {
    enum { NORMS = 2, ATTENTION_PRODUCTS = 2 };
    int64_t products = ATTENTION_PRODUCTS + (int64_t)transformer_mlp_matrices(model);
    int64_t biases = model->biases ? products : model->qkv_biases;
    return NORMS * (model->rms_norm ? 1 : 2) + biases;
}

static double attention_weight(const TrainingSpec *training, int64_t index) {
    WeightProduct products[ATTENTION_PRODUCTS_MAX];
    if (index < attention_products_of(training, products))
        return (double)products[index].n * (double)products[index].k;
    return (double)attention_features_of(training).context * (double)training->model.hidden;
}

/* Features inside the MLP, the expert or the shared experts that pair `pair` belongs to, on one GPU. */
static double inner_features(const TrainingSpec *training, int64_t pair) {
    const TransformerSpec *model = &training->model;
    double tensors = (double)training->plan.tensor_parallel, expert = (double)transformer_expert_ffn_hidden(model);
    if (model->experts == 0)
        return (double)transformer_ffn_hidden(model) / tensors;
    if (pair == model->experts / training->plan.expert_parallel)
        return expert * (double)model->shared_experts / tensors;
    return expert / (double)plan_expert_tensor(&training->plan);
}

/* The place of weight `index` behind attention and router: up and down by turns; below 0 = in front of them. */
static int64_t place_in_mlp(const TrainingSpec *training, int64_t index) {
    return index - attention_count(training) - (training->model.experts > 0);
}

int64_t layer_weights_unfused_in(const TrainingSpec *training, int64_t index) {
    int64_t place = place_in_mlp(training, index);
    return training->model.gated && place >= 0 && place % 2 == 0 ? 2 : 1;
}

double layer_weights_at(const TrainingSpec *training, int64_t index) {
    const TransformerSpec *model = &training->model;
    int64_t place = place_in_mlp(training, index);
    if (index < attention_count(training))
        return attention_weight(training, index);
    if (place < 0)
        return (double)model->hidden * (double)model->experts;
    double matrix = (double)model->hidden * inner_features(training, place / 2);
    return matrix * (double)layer_weights_unfused_in(training, index);
}
