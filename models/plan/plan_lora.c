#include "models/plan/plan_lora.h"

#include <inttypes.h>

bool plan_lora_is_there(const PlanSpec *plan) {
    return plan->lora.rank > 0;
}

int plan_lora_products(const TrainingSpec *training, LoraProduct adapted[LORA_PRODUCTS_MAX]) {
    const TransformerSpec *model = &training->model;
    int64_t head_dim = transformer_head_dim(model), query = model->heads * head_dim;
    int64_t ffn = transformer_ffn_hidden(model);
    int count = 0;
    if (!plan_lora_is_there(&training->plan))
        return 0;
    adapted[count++] = (LoraProduct){model->hidden, query + 2 * transformer_kv_heads(model) * head_dim};
    if (training->plan.lora.targets >= LORA_ATTENTION)
        adapted[count++] = (LoraProduct){query, model->hidden};
    if (training->plan.lora.targets == LORA_ALL) {
        adapted[count++] = (LoraProduct){model->hidden, model->gated ? 2 * ffn : ffn};
        adapted[count++] = (LoraProduct){ffn, model->hidden};
    }
    return count;
}

double plan_lora_layer_parameters(const TrainingSpec *training) {
    LoraProduct adapted[LORA_PRODUCTS_MAX];
    double parameters = 0;
    for (int i = 0, count = plan_lora_products(training, adapted); i < count; i++)
        parameters += (double)training->plan.lora.rank * (double)(adapted[i].in + adapted[i].out);
    return parameters;
}

void plan_lora_check(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    if (plan->lora.fp8_weights && (!plan_lora_is_there(plan) || plan->precision != PRECISION_FP8))
        error_list_add_key(errors, path, "plan.lora_fp8_weights",
                           "found true with lora_rank %" PRId64 " and precision %s, expected adapters in fp8",
                           plan->lora.rank, precision_name(plan->precision));
    if (!plan_lora_is_there(plan))
        return;
    if (plan->lora.rank > training->model.hidden)
        error_list_add_key(errors, path, "plan.lora_rank", "found %" PRId64 ", expected at most hidden_size %" PRId64,
                           plan->lora.rank, training->model.hidden);
    if (training->model.experts > 0 || training->model.kv_rank > 0)
        error_list_add_key(errors, path, "plan.lora_rank",
                           "found %" PRId64 " with experts or latent attention, expected a dense model without it",
                           plan->lora.rank);
    if (plan->torch_fsdp || plan->zero_whole_weights)
        error_list_add_key(errors, path, plan->torch_fsdp ? "plan.torch_fsdp" : "plan.zero_whole_weights",
                           "found true with lora_rank, expected false");
    if (plan->lora.fp8_weights && plan_zero_stage(plan) > 2)
        error_list_add_key(errors, path, "plan.lora_fp8_weights",
                           "found true with ZeRO-3, which gathers 16 bit, expected false");
    if (plan->offload_optimizer)
        error_list_add_key(errors, path, "plan.offload_optimizer",
                           "found true with lora_rank, expected false: adapters have little to keep");
}
