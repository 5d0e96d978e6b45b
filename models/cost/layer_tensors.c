#include "models/cost/layer_tensors.h"

#include "models/plan/element_bytes.h"

LayerTensors layer_tensors_of(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    int64_t tensor = plan->tensor_parallel;
    double bytes = activation_bytes(plan->precision);
    LayerTensors t = {.tokens = plan_micro_batch_tokens(training), .attention = attention_features_of(training)};
    t.ffn = transformer_ffn_hidden(&training->model) / tensor;
    double tokens = (double)t.tokens;
    t.hidden_bytes = plan_rank_hidden_bytes(training);
    t.context_bytes = tokens * (double)t.attention.context * bytes;
    int64_t keys = t.attention.key_value / 2;
    t.rotary_bytes = tokens * (double)(t.attention.query + keys) * bytes;
    t.ffn_bytes = tokens * (double)t.ffn * bytes;
    t.mask_fraction = 1 / bytes;
    return t;
}
