#include "models/plan/plan_experts.h"

#include <inttypes.h>

static int64_t greatest_divisor(int64_t one, int64_t other) {
    while (other) {
        int64_t rest = one % other;
        one = other;
        other = rest;
    }
    return one;
}

int64_t plan_expert_tensor(const PlanSpec *plan) {
    return plan->expert_tensor_parallel > 0 ? plan->expert_tensor_parallel : plan->tensor_parallel;
}

int64_t plan_expert_span(const PlanSpec *plan) {
    int64_t span = plan->expert_parallel * plan_expert_tensor(plan) / plan->tensor_parallel;
    return span > 1 ? span : 1; /* a dense model may say anything */
}

int64_t plan_expert_replicas(const PlanSpec *plan) {
    int64_t span = plan_expert_span(plan);
    return span / greatest_divisor(span, plan->context_parallel);
}

int64_t plan_expert_copies(const PlanSpec *plan) {
    return plan_weight_copies(plan) / plan_expert_span(plan);
}

int64_t plan_expert_shard_size(const PlanSpec *plan) {
    if (plan_zero_stage(plan) == 0)
        return 1;
    return plan->expert_parallel > 1 ? plan_expert_copies(plan) : plan_shard_size(plan);
}

/* Keys that mean nothing without experts. */
static void check_dense(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const TransformerSpec *model = &training->model;
    const PlanSpec *plan = &training->plan;
    const struct {
        const char *key;
        bool set;
    } keys[] = {{"model.num_experts_per_tok", model->experts_per_token > 0},
                {"model.moe_intermediate_size", model->expert_ffn_hidden > 0},
                {"model.n_shared_experts", model->shared_experts > 0},
                {"model.first_k_dense_replace", model->dense_first > 0},
                {"model.interleave_moe_layer_step", model->expert_step > 1},
                {"plan.expert_parallel", plan->expert_parallel > 1},
                {"plan.expert_tensor_parallel", plan->expert_tensor_parallel > 1},
                {"model.n_group", model->expert_groups > 0},
                {"model.topk_group", model->expert_groups_per_token > 0},
                {"plan.expert_dispatcher", plan->expert_dispatcher != EXPERT_ALL_TO_ALL},
                {"plan.overlap_expert_comm", plan->overlap_expert_comm},
                {"plan.expert_imbalance", plan->routing.imbalance != 1},
                {"plan.capacity_factor", plan->routing.capacity_factor > 0},
                {"plan.pad_to_capacity", plan->routing.pads}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].set)
            error_list_add_key(errors, path, keys[i].key,
                               "found it for a dense model, expected num_experts in the model");
}

/* Groups of which a token chooses some before it chooses experts. */
static void check_router(const TransformerSpec *model, const char *path, ErrorList *errors) {
    int64_t groups = model->expert_groups, most = model->expert_groups_per_token;
    if (groups == 0 && most == 0)
        return;
    if (groups < 1 || model->experts % groups)
        error_list_add_key(errors, path, "model.n_group",
                           "found %" PRId64 ", expected a divisor of the model's %" PRId64 " experts", groups,
                           model->experts);
    else if (most < 1 || most > groups || most * (model->experts / groups) < model->experts_per_token)
        error_list_add_key(errors, path, "model.topk_group",
                           "found %" PRId64 ", expected as many of the %" PRId64 " groups as hold the %" PRId64
                           " experts of a token",
                           most, groups, model->experts_per_token);
}

static void check_model(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const TransformerSpec *model = &training->model;
    int64_t tensor = training->plan.tensor_parallel, inner = transformer_expert_ffn_hidden(model);
    if (model->experts_per_token < 1 || model->experts_per_token > model->experts)
        error_list_add_key(errors, path, "model.num_experts_per_tok",
                           "found %" PRId64 ", expected 1 to the model's %" PRId64 " experts", model->experts_per_token,
                           model->experts);
    if (transformer_expert_layers(model, 0, model->layers) == 0)
        error_list_add_key(errors, path,
                           model->dense_first > 0 ? "model.first_k_dense_replace" : "model.interleave_moe_layer_step",
                           "found no layer of %" PRId64 " that has experts, expected at least one", model->layers);
    if (inner % plan_expert_tensor(&training->plan))
        error_list_add_key(errors, path, "plan.tensor_parallel",
                           "found %" PRId64 ", expected a divisor of the %" PRId64 " features inside an expert", tensor,
                           inner);
    if (tensor > 1 && !training->plan.sequence_parallel)
        error_list_add_key(errors, path, "plan.sequence_parallel",
                           "found false with experts and tensor_parallel %" PRId64 ", expected true", tensor);
}

/* Tensor ranks of a copy belong to the same expert group, or each to one of its own. */
static bool check_folding(const PlanSpec *plan, const char *path, ErrorList *errors) {
    int64_t tensor = plan->tensor_parallel, shared = plan_expert_tensor(plan);
    if (shared != tensor && shared != 1) {
        error_list_add_key(errors, path, "plan.expert_tensor_parallel",
                           "found %" PRId64 ", expected tensor_parallel %" PRId64 "%s", shared, tensor,
                           tensor > 1 ? " or 1" : "");
        return false;
    }
    if (shared == tensor || plan->expert_parallel % tensor == 0)
        return true;
    error_list_add_key(errors, path, "plan.expert_parallel",
                       "found %" PRId64
                       " with expert_tensor_parallel 1, expected a multiple of tensor_parallel %" PRId64,
                       plan->expert_parallel, tensor);
    return false;
}

static void check_groups(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    int64_t ranks = plan->expert_parallel, copies = plan_weight_copies(plan);
    if (!check_folding(plan, path, errors))
        return;
    if (training->model.experts % ranks)
        error_list_add_key(errors, path, "plan.expert_parallel",
                           "found %" PRId64 ", expected a divisor of the model's %" PRId64 " experts", ranks,
                           training->model.experts);
    int64_t ways = copies * plan->tensor_parallel / plan_expert_tensor(plan);
    if (ways % ranks)
        error_list_add_key(errors, path, "plan.expert_parallel",
                           "found %" PRId64 ", expected a divisor of data_parallel%s%s %" PRId64, ranks,
                           plan->context_parallel > 1 ? " x context_parallel" : "",
                           ways > copies ? " x tensor_parallel" : "", ways);
    if (ranks > 1 && plan->zero_list_collectives)
        error_list_add_key(errors, path, "plan.zero_list_collectives",
                           "found true with expert_parallel %" PRId64 ", expected false", ranks);
    if (ranks > 1 && plan_zero_stage(plan) > 0 && plan_shard_size(plan) != copies)
        error_list_add_key(errors, path, "plan.zero_shard_size",
                           "found %" PRId64 " with expert_parallel %" PRId64 ", expected all %" PRId64
                           " copies of the weights",
                           plan->zero_shard_size, ranks, copies);
}

static void check_overlap(const PlanSpec *plan, const char *path, ErrorList *errors) {
    const char *key = "plan.overlap_expert_comm";
    if (!plan->overlap_expert_comm)
        return;
    if (plan->expert_parallel < 2)
        error_list_add_key(errors, path, key, "found true with expert_parallel %" PRId64 ", expected more",
                           plan->expert_parallel);
    if (plan_splits_backward(plan))
        error_list_add_key(errors, path, key,
                           "found true with schedule %s, expected one that keeps weight gradients in the backward "
                           "pass, such as 1f1b",
                           plan->schedule);
    if (plan->recompute == RECOMPUTE_FULL)
        error_list_add_key(errors, path, key, "found true with recompute full, expected none or selective");
    if (plan_zero_stage(plan) > 1)
        error_list_add_key(errors, path, key, "found true with zero_stage %d, expected at most 1",
                           plan_zero_stage(plan));
}

static void check_routing(const PlanSpec *plan, const char *path, ErrorList *errors) {
    const ExpertRouting *routing = &plan->routing;
    if (plan->expert_parallel > 1 && routing->imbalance > (double)plan->expert_parallel)
        error_list_add_key(errors, path, "plan.expert_imbalance", "found %g, expected at most expert_parallel %" PRId64,
                           routing->imbalance, plan->expert_parallel);
    if (routing->pads && routing->capacity_factor <= 0)
        error_list_add_key(errors, path, "plan.pad_to_capacity",
                           "found true without a capacity, expected capacity_factor too");
}

void plan_experts_check(const TrainingSpec *training, const char *path, ErrorList *errors) {
    if (training->model.experts == 0) {
        check_dense(training, path, errors);
        return;
    }
    check_model(training, path, errors);
    check_router(&training->model, path, errors);
    check_groups(training, path, errors);
    check_routing(&training->plan, path, errors);
    check_overlap(&training->plan, path, errors);
}
