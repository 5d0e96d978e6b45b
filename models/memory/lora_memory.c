#include "models/memory/lora_memory.h"

#include "models/cost/recompute_modules.h"
#include "models/plan/element_bytes.h"
#include "models/plan/plan_lora.h"
#include "models/plan/plan_stages.h"
#include "models/plan/training_parameters.h"

/* Bytes per feature of a product's input that go: all of them, but for those of an adapter's. */
static double spared(const TrainingSpec *training, bool has_adapter) {
    Precision precision = training->plan.precision;
    return operand_bytes(precision) - (has_adapter ? activation_bytes(precision) : 0);
}

/* A fused kernel keeps its output for itself; a copy in fp8 is the projection's alone. */
static double projection_spared(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double operand = operand_bytes(plan->precision);
    bool is_kept_anyway = plan->flash_attention && operand >= activation_bytes(plan->precision);
    if (is_kept_anyway)
        return 0;
    return plan->flash_attention ? operand : spared(training, plan->lora.targets >= LORA_ATTENTION);
}

double lora_memory_spared_activation_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    const TransformerSpec *model = &training->model;
    if (!plan_lora_is_there(plan))
        return 0;
    double tensors = (double)plan->tensor_parallel, whole = plan->sequence_parallel ? tensors : 1;
    bool all = plan->lora.targets == LORA_ALL, is_again = recompute_modules_have_mlp(training);
    double context = (double)(model->heads * transformer_value_dim(model));
    double bytes = context / tensors * projection_spared(training);
    if (!plan->recompute_norms)
        bytes += (double)model->hidden / whole * (spared(training, true) + (is_again ? 0 : spared(training, all)));
    if (!is_again)
        bytes += (double)transformer_ffn_hidden(model) / tensors * spared(training, all);
    return bytes * (double)plan_micro_batch_tokens(training);
}

double lora_memory_weight_bytes(const TrainingSpec *training) {
    LoraProduct adapted[LORA_PRODUCTS_MAX];
    const PlanSpec *plan = &training->plan;
    double hidden = (double)training->model.hidden, tensors = (double)plan->tensor_parallel;
    double features = 0;
    for (int i = 0, count = plan_lora_products(training, adapted); i < count; i++) {
        /* Of a product's two sides one is a hidden state, the other is split over the tensor group. */
        double inside = (double)(i % 2 == 0 ? adapted[i].out : adapted[i].in);
        features += hidden / (plan->sequence_parallel ? tensors : 1) + inside / tensors;
    }
    return features * (double)plan_micro_batch_tokens(training) * activation_bytes(plan->precision);
}

double lora_memory_spared_weight_bytes(const TrainingSpec *training, int stage) {
    const PlanSpec *plan = &training->plan;
    if (!plan->lora.fp8_weights)
        return 0;
    double layers = 0;
    for (int chunk = 0; chunk < plan->virtual_stages; chunk++)
        layers += (double)plan_stages_layers(training, stage, chunk);
    double frozen = layers * training_layer_parameters(training) - training_stage_trained_parameters(training, stage);
    return frozen * (activation_bytes(plan->precision) - operand_bytes(plan->precision));
}
