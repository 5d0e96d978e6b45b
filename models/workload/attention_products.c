#include "models/workload/attention_products.h"

AttentionFeatures attention_features_of(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    int64_t tensor = training->plan.tensor_parallel, key_heads = transformer_kv_heads(model) / tensor;
    int64_t head_dim = transformer_head_dim(model), value_dim = transformer_value_dim(model);
    return (AttentionFeatures){.query = model->heads * head_dim / tensor,
                               .key_value = (key_heads ? key_heads : 1) * (head_dim + value_dim),
                               .context = model->heads * value_dim / tensor};
}

int64_t attention_products_compressed(const TransformerSpec *model) {
    return model->kv_rank ? model->q_rank + model->kv_rank + model->rope_dim : 0;
}

/* Tokens of a GPU between the compressing and the expanding product. */
static int64_t compressed_tokens(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    return plan_micro_batch_tokens(training) / (plan->sequence_parallel ? plan->tensor_parallel : 1);
}

int attention_products_of(const TrainingSpec *training, WeightProduct products[ATTENTION_PRODUCTS_MAX]) {
    const TransformerSpec *model = &training->model;
    int64_t tokens = plan_micro_batch_tokens(training), own = compressed_tokens(training);
    AttentionFeatures features = attention_features_of(training);
    int count = 0;
    if (!model->kv_rank) {
        products[count++] = (WeightProduct){tokens, features.query + features.key_value, model->hidden};
        return count;
    }
    if (model->q_rank)
        products[count++] = (WeightProduct){own, model->q_rank, model->hidden};
    products[count++] = (WeightProduct){tokens, features.query, model->q_rank ? model->q_rank : model->hidden};
    products[count++] = (WeightProduct){own, model->kv_rank + model->rope_dim, model->hidden};
    int64_t expanded = model->heads / training->plan.tensor_parallel * (model->nope_dim + model->value_dim);
    products[count++] = (WeightProduct){tokens, expanded, model->kv_rank};
    return count;
}

/* Backward a norm reads its input and the gradient and writes one; rotations are turned back. */
void attention_products_add_around(KernelList *list, const TrainingSpec *training, bool backward) {
    const TransformerSpec *model = &training->model;
    double bytes = activation_bytes(training->plan.precision), tokens = (double)plan_micro_batch_tokens(training);
    double own = (double)compressed_tokens(training), passes = backward ? 3 : 2;
    if (!model->kv_rank)
        return;
    if (model->q_rank)
        kernel_list_add_row_reduction(list, passes * own * (double)model->q_rank * bytes);
    kernel_list_add_row_reduction(list, passes * own * (double)model->kv_rank * bytes);
    double heads = (double)model->heads / (double)training->plan.tensor_parallel, rope = (double)model->rope_dim;
    double read = heads * (double)(model->nope_dim + model->value_dim) + rope;
    double written = heads * (double)(transformer_head_dim(model) + model->value_dim);
    kernel_list_add_memory(list, 2 * tokens * heads * rope * bytes);
    kernel_list_add_memory(list, tokens * (read + written) * bytes);
}
