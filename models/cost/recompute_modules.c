#include "models/cost/recompute_modules.h"

#include "models/plan/attention_products.h"
#include "models/plan/element_bytes.h"
#include "models/plan/training_flop.h"

bool recompute_modules_have_mlp(const TrainingSpec *training) {
    return training->model.experts > 0 ? training->plan.recompute_moe : training->plan.recompute_mlp;
}

bool recompute_modules_are_there(const PlanSpec *plan) {
    return plan->recompute_mlp || plan->recompute_moe || plan->recompute_moe_act || plan->recompute_mla_up_proj;
}

TrainingSpec recompute_modules_without(const TrainingSpec *training) {
    TrainingSpec without = *training;
    PlanSpec *plan = &without.plan;
    plan->recompute_mlp = plan->recompute_moe = plan->recompute_moe_act = plan->recompute_mla_up_proj = false;
    return without;
}

/* The product expands what was compressed. */
static bool expands(const TransformerSpec *model, WeightProduct product) {
    return product.k == model->kv_rank || (model->q_rank > 0 && product.k == model->q_rank);
}

void recompute_modules_add_expansion(KernelList *list, const TrainingSpec *training) {
    WeightProduct products[ATTENTION_PRODUCTS_MAX];
    int count = attention_products_of(training, products);
    for (int i = 0; i < count; i++)
        if (expands(&training->model, products[i]))
            kernel_list_add_product(list, products[i].tokens, products[i].n, products[i].k);
    AttentionFeatures features = attention_features_of(training);
    double bytes = activation_bytes(training->plan.precision) * (double)plan_micro_batch_tokens(training);
    kernel_list_add_memory(list, 2 * bytes * (double)(features.query + features.key_value));
}

/* Of one sequence, the MLP of a layer or the experts that its tokens meet, and the expansion. */
static double mlp_flop(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    double inner = (double)transformer_ffn_hidden(model);
    if (model->experts > 0)
        inner = (double)(transformer_expert_ffn_hidden(model) * (model->experts_per_token + model->shared_experts));
    return 2 * transformer_mlp_matrices(model) * (double)model->hidden * inner * (double)training->sequence_tokens;
}

static double expansion_flop(const TrainingSpec *training) {
    WeightProduct products[ATTENTION_PRODUCTS_MAX];
    int count = attention_products_of(training, products);
    double features = 0;
    for (int i = 0; i < count; i++)
        features += expands(&training->model, products[i]) ? (double)products[i].n * (double)products[i].k : 0;
    return 2 * features * (double)training->plan.tensor_parallel * (double)training->sequence_tokens;
}

double recompute_modules_flop(const TrainingSpec *training) {
    const TrainingSpec dense = training_with_mlp(training, MLP_DENSE);
    int64_t layers = training->model.layers, experts = transformer_expert_layers(&training->model, 0, layers);
    double flop = training->plan.recompute_mla_up_proj ? (double)layers * expansion_flop(training) : 0;
    if (training->plan.recompute_moe)
        flop += (double)experts * mlp_flop(training);
    return training->plan.recompute_mlp ? flop + (double)(layers - experts) * mlp_flop(&dense) : flop;
}

static void refuse(ErrorList *errors, const char *path, const char *key, const char *text) {
    error_list_add_key(errors, path, key, "found true %s", text);
}

void recompute_modules_check(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    const TransformerSpec *model = &training->model;
    int64_t experts = transformer_expert_layers(model, 0, model->layers);
    if (plan->recompute_mlp && experts == model->layers)
        refuse(errors, path, "plan.recompute_mlp", "without dense layers, expected recompute_moe");
    if (plan->recompute_moe && experts == 0)
        refuse(errors, path, "plan.recompute_moe", "without experts, expected recompute_mlp");
    if (plan->recompute_moe_act && (experts == 0 || plan->recompute_moe))
        refuse(errors, path, "plan.recompute_moe_act",
               experts == 0 ? "without experts, expected false" : "with recompute_moe, expected one of them");
    if (plan->recompute_mla_up_proj && model->kv_rank == 0)
        refuse(errors, path, "plan.recompute_mla_up_proj", "without latent attention, expected false");
    if (recompute_modules_are_there(plan) &&
        (plan->recompute == RECOMPUTE_FULL || plan->recompute == RECOMPUTE_BY_OPERATOR))
        error_list_add_key(errors, path, "plan.recompute",
                           "found %s with modules that are computed again, expected none or selective",
                           recompute_name(plan->recompute));
}
