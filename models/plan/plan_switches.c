#include "models/plan/plan_switches.h"

static void check_whole_weights(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    bool dense = training_family(training) == FAMILY_TRANSFORMER && training->model.experts == 0;
    if (!plan->zero_whole_weights)
        return;
    if (plan_zero_stage(plan) != 1 || !dense)
        error_list_add_key(errors, path, "plan.zero_whole_weights",
                           "found true with zero_stage %d%s, expected zero_stage 1 of a dense transformer",
                           plan_zero_stage(plan), dense ? "" : " of another model");
    else if (plan->offload_optimizer)
        error_list_add_key(errors, path, "plan.zero_whole_weights",
                           "found true with offload_optimizer, expected one of them");
}

/* Experts have collectives of their own (plan_experts.h), which scatter. */
static void check_all_reduce(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    bool has_experts = training_family(training) == FAMILY_TRANSFORMER && training->model.experts > 0;
    if (plan->zero_all_reduce && (plan_zero_stage(plan) != 1 || has_experts))
        error_list_add_key(errors, path, "plan.zero_all_reduce",
                           "found true with zero_stage %d%s, expected zero_stage 1 without experts",
                           plan_zero_stage(plan), has_experts ? " and experts" : "");
}

/* As Megatron-LM's arguments.py asserts. */
static void check_gather(const PlanSpec *plan, const char *path, ErrorList *errors) {
    const char *key = "plan.overlap_param_gather";
    if (!plan->overlap_param_gather)
        return;
    if (plan_zero_stage(plan) != 1 || plan->zero_whole_weights)
        error_list_add_key(
            errors, path, key,
            "found true with zero_stage %d%s, expected zero_stage 1, which gathers parameters behind the "
            "optimizer",
            plan_zero_stage(plan), plan->zero_whole_weights ? " and zero_whole_weights" : "");
    else if (!plan->overlap_grad_reduce || plan->offload_optimizer)
        error_list_add_key(errors, path, key, "found true %s",
                           plan->offload_optimizer ? "with offload_optimizer, expected one of them"
                                                   : "without overlap_grad_reduce, expected overlap_grad_reduce: true");
}

static void check_autocast(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    bool dense = training_family(training) == FAMILY_TRANSFORMER && training->model.experts == 0;
    bool narrow = plan->precision == PRECISION_FP16 || plan->precision == PRECISION_BF16;
    const char *found = !dense                                               ? "a model that is no dense transformer"
                        : !narrow                                            ? "another precision"
                        : plan->pipeline_parallel * plan->virtual_stages > 1 ? "pipeline stages"
                        : plan->offload_optimizer                            ? "offload_optimizer"
                                                                             : NULL;
    if (plan->autocast && found)
        error_list_add_key(errors, path, "plan.autocast",
                           "found true with %s, expected a dense transformer in fp16 or bf16 on one stage, its "
                           "optimizer on the GPUs",
                           found);
    if (plan->autocast && plan->norm_in_fp32)
        error_list_add_key(errors, path, "plan.autocast", "found true with norm_in_fp32, expected one of them");
}

static void check_fp8(const PlanSpec *plan, const char *path, ErrorList *errors) {
    if (plan->tp_gathers_in_16_bit && plan->precision != PRECISION_FP8)
        error_list_add_key(errors, path, "plan.tp_gathers_in_16_bit", "found true with precision: %s, expected fp8",
                           precision_name(plan->precision));
}

void plan_switches_check(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    check_whole_weights(training, path, errors);
    check_gather(plan, path, errors);
    check_all_reduce(training, path, errors);
    check_autocast(training, path, errors);
    check_fp8(plan, path, errors);
    if (plan->zero_copies && (plan_zero_stage(plan) < 2 || plan->torch_fsdp || plan->zero_list_collectives))
        error_list_add_key(errors, path, "plan.zero_copies",
                           "found true with %s, expected DeepSpeed's zero_stage 2 or 3 since 2022",
                           plan->torch_fsdp              ? "torch_fsdp"
                           : plan->zero_list_collectives ? "zero_list_collectives"
                                                         : "a lower zero_stage");
    if (plan->eager_cross_entropy && plan->fused_cross_entropy)
        error_list_add_key(errors, path, "plan.eager_cross_entropy",
                           "found true with fused_cross_entropy, expected one of them");
    if (!plan->fused_optimizer && (plan->optimizer.kind != OPTIMIZER_ADAM || plan->offload_optimizer))
        error_list_add_key(errors, path, "plan.fused_optimizer",
                           "found false with %s, expected optimizer adam on the GPUs",
                           plan->offload_optimizer ? "offload_optimizer" : optimizer_kind_name(plan->optimizer.kind));
    if (plan->gradient_bucket_copies && plan_zero_stage(plan) >= 2)
        error_list_add_key(errors, path, "plan.gradient_bucket_copies",
                           "found true with zero_stage %d, expected at most 1", plan_zero_stage(plan));
    if (plan->gradient_bucket_parameters > 0 && plan_zero_stage(plan) >= 2)
        error_list_add_key(errors, path, "plan.gradient_bucket_parameters",
                           "found %lld with zero_stage %d, expected at most 1",
                           (long long)plan->gradient_bucket_parameters, plan_zero_stage(plan));
    if (plan->fp8_activation_input && training->model.gated && !plan->swiglu_fusion)
        error_list_add_key(errors, path, "plan.fp8_activation_input",
                           "found true with swiglu_fusion: false, expected one fused activation");
    if (plan->recompute_core_attn && plan->recompute != RECOMPUTE_SELECTIVE)
        error_list_add_key(errors, path, "plan.recompute_core_attn",
                           "found true with recompute: %s, expected selective", recompute_name(plan->recompute));
    if (plan->recompute_norms && plan->recompute == RECOMPUTE_FULL)
        error_list_add_key(
            errors, path, "plan.recompute_norms",
            "found true with recompute: full, which computes norms again too, expected none or selective");
}
