#include "models/cost/recompute.h"

#include <inttypes.h>

#include "models/plan/attention_products.h"
#include "models/plan/element_bytes.h"

const char *recompute_method_name(RecomputeMethod method) {
    static const char *const NAMES[] = {[RECOMPUTE_BLOCK] = "block", [RECOMPUTE_UNIFORM] = "uniform"};
    return NAMES[method];
}

const char *recompute_keeps_name(RecomputeKeeps keeps) {
    static const char *const NAMES[] = {
        [RECOMPUTE_KEEPS_INPUT] = "input", [RECOMPUTE_KEEPS_QKV] = "qkv", [RECOMPUTE_KEEPS_QKV_OUT] = "qkv_out"};
    return NAMES[keeps];
}

/* Layers of a chunk in the mean. */
static double mean_layers(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    return (double)training->model.layers / (double)(plan->pipeline_parallel * plan->virtual_stages);
}

void recompute_resolve(TrainingSpec *training) {
    PlanSpec *plan = &training->plan;
    double layers = mean_layers(training), chosen = (double)plan->recompute_num_layers;
    bool by_block = chosen > 0 && plan->recompute_method == RECOMPUTE_BLOCK;
    plan->recompute_share = by_block && chosen < layers ? chosen / layers : 1;
}

double recompute_full_share(const PlanSpec *plan) {
    return plan->recompute == RECOMPUTE_FULL ? plan->recompute_share : 0;
}

/* Layers that share one kept input. */
static double group_layers(const PlanSpec *plan) {
    bool grouped = plan->recompute_num_layers > 0 && plan->recompute_method == RECOMPUTE_UNIFORM;
    return grouped ? (double)plan->recompute_num_layers : 1;
}

double recompute_full_kept_bytes(const PlanSpec *plan, double input_bytes, double whole_bytes) {
    double share = plan->recompute_share;
    return share * input_bytes / group_layers(plan) + (1 - share) * whole_bytes;
}

double recompute_full_again_bytes(const PlanSpec *plan, double input_bytes, double whole_bytes) {
    return group_layers(plan) * whole_bytes - input_bytes;
}

static bool splits_layers(const TrainingSpec *training) {
    return training->plan.tensor_parallel > 1;
}

/* Features of the keys of a token on one GPU, and as many of the values. */
static int64_t key_features(const TrainingSpec *training) {
    return attention_features_of(training).key_value / 2;
}

static int64_t ffn_features(const TrainingSpec *training) {
    return transformer_ffn_hidden(&training->model) / training->plan.tensor_parallel;
}

double recompute_named_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    AttentionFeatures attention = attention_features_of(training);
    double tokens = (double)plan_micro_batch_tokens(training);
    double heads_bytes = (double)(attention.query + attention.key_value) * tokens * activation_bytes(plan->precision);
    switch (plan->recompute_keeps) {
    case RECOMPUTE_KEEPS_INPUT:
        return 0;
    case RECOMPUTE_KEEPS_QKV:
        return heads_bytes;
    case RECOMPUTE_KEEPS_QKV_OUT:
        return heads_bytes + plan_rank_hidden_bytes(training);
    }
    return 0;
}

double recompute_named_flop(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    RecomputeKeeps keeps = training->plan.recompute_keeps;
    AttentionFeatures attention = attention_features_of(training);
    double parts = (double)training->plan.tensor_parallel;
    double features = (double)(attention.query + attention.key_value);
    features += keeps == RECOMPUTE_KEEPS_QKV_OUT ? (double)attention.context : 0;
    features += model->experts == 0 ? (double)ffn_features(training) : 0;
    if (keeps == RECOMPUTE_KEEPS_INPUT)
        return 0;
    return 2 * parts * features * (double)model->hidden * (double)training->sequence_tokens;
}

double recompute_operators_kept_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    AttentionFeatures attention = attention_features_of(training);
    double parts = (double)plan->tensor_parallel;
    double hidden_bytes = plan_hidden_bytes(training);
    int64_t split = attention.query + key_features(training) + attention.context + ffn_features(training);
    double bytes = (double)split * (double)plan_micro_batch_tokens(training) * activation_bytes(plan->precision);
    bytes += hidden_bytes / (plan->sequence_parallel ? parts : 1);
    if (splits_layers(training))
        bytes += hidden_bytes / (plan->sequence_parallel ? parts : 1) * (plan->compile ? 1 : 2);
    return training->model.gated && !plan->compile ? bytes + hidden_bytes : bytes;
}

void recompute_add_operator_products(KernelList *list, const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    int64_t tokens = plan_micro_batch_tokens(training);
    kernel_list_add_product(list, tokens, key_features(training), model->hidden);
    if (!splits_layers(training))
        kernel_list_add_product(list, tokens, model->hidden, attention_features_of(training).context);
    if (model->gated)
        kernel_list_add_product(list, tokens, ffn_features(training), model->hidden);
}

double recompute_operators_flop(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    double parts = (double)training->plan.tensor_parallel, features = parts * (double)key_features(training);
    if (!splits_layers(training))
        features += (double)attention_features_of(training).context;
    if (model->gated)
        features += parts * (double)ffn_features(training);
    return 2 * features * (double)model->hidden * (double)training->sequence_tokens;
}

static void check_layers(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    if (plan->recompute_num_layers == 0)
        return;
    if (plan->recompute != RECOMPUTE_FULL)
        error_list_add_key(errors, path, "plan.recompute_num_layers", "found it with recompute: %s, expected full",
                           recompute_name(plan->recompute));
    else if ((double)plan->recompute_num_layers > mean_layers(training))
        error_list_add_key(errors, path, "plan.recompute_num_layers",
                           "found %" PRId64 ", expected at most the %g layers of a chunk", plan->recompute_num_layers,
                           mean_layers(training));
}

void recompute_check(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    const TransformerSpec *model = &training->model;
    check_layers(training, path, errors);
    if (plan->recompute_keeps != RECOMPUTE_KEEPS_INPUT && plan->recompute != RECOMPUTE_FULL)
        error_list_add_key(errors, path, "plan.recompute_keeps", "found it with recompute: %s, expected full",
                           recompute_name(plan->recompute));
    if (plan->recompute_keeps != RECOMPUTE_KEEPS_INPUT && model->kv_rank > 0)
        error_list_add_key(errors, path, "plan.recompute_keeps", "found it with latent attention, expected input");
    if (plan->recompute != RECOMPUTE_BY_OPERATOR)
        return;
    const char *found = !plan->flash_attention       ? "flash_attention: false"
                        : model->experts > 0         ? "experts"
                        : model->kv_rank > 0         ? "latent attention"
                        : plan->lora.rank > 0        ? "lora_rank"
                        : plan->recompute_norms      ? "recompute_norms"
                        : plan->tp_comm_overlap      ? "tp_comm_overlap"
                        : plan_splits_backward(plan) ? "a schedule that splits the backward pass"
                                                     : NULL;
    if (found)
        error_list_add_key(errors, path, "plan.recompute",
                           "found by_operator with %s, expected none, selective or full", found);
}
