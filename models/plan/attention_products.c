#include "models/plan/attention_products.h"

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

int64_t attention_products_compressed_tokens(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    return plan_micro_batch_tokens(training) / (plan->sequence_parallel ? plan->tensor_parallel : 1);
}

int attention_products_of(const TrainingSpec *training, WeightProduct products[ATTENTION_PRODUCTS_MAX]) {
    const TransformerSpec *model = &training->model;
    int64_t tokens = plan_micro_batch_tokens(training), own = attention_products_compressed_tokens(training);
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
