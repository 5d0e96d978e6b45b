#include "models/cost/training_experts.h"

#include "models/cost/recompute.h"
#include "models/cost/recompute_modules.h"
#include "models/plan/attention_products.h"
#include "models/plan/element_bytes.h"
#include "models/plan/plan_experts.h"

/* Of the GPUs that share an expert; even. */
static double routed_pairs(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double share = (double)plan_expert_tensor(plan) / (double)plan->tensor_parallel;
    return (double)plan_micro_batch_tokens(training) * (double)training->model.experts_per_token * share;
}

double training_busiest_pairs(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    return routed_pairs(training) * expert_routing_busiest(&plan->routing, plan->expert_parallel);
}

double training_mean_pairs(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    return routed_pairs(training) * expert_routing_mean(&plan->routing, plan->expert_parallel);
}

double training_pair_bytes(const TrainingSpec *training) {
    return plan_hidden_bytes(training) * (double)training->model.experts_per_token /
           (double)training->plan.tensor_parallel;
}

double training_expert_exchanges(const PlanSpec *plan, PassKind kind) {
    if (plan->expert_parallel < 2 || kind == PASS_WEIGHT)
        return 0;
    return kind == PASS_BACKWARD ? 1 + recompute_full_share(plan) + (plan->recompute_moe ? 1 : 0) : 1;
}

double training_gathered_share(const PlanSpec *plan, PassKind kind) {
    bool cast_behind = plan->tp_gathers_in_16_bit || (kind == PASS_FORWARD && plan->lora.rank > 0);
    return cast_behind ? 1 : gathered_share(plan->precision);
}

/* Hidden states in 16 bit of one sum: a half of it is gathered, the other one summed. Without sequence_parallel only
 * sums. */
static double one_sum(const PlanSpec *plan, PassKind kind) {
    return plan->sequence_parallel ? (1 + training_gathered_share(plan, kind)) / 2 : 1;
}

/* One, or one for every expert that sees a token and is split; what goes to experts is in 16 bit. */
double training_mlp_sums(const TrainingSpec *training, PassKind kind) {
    const TransformerSpec *model = &training->model;
    if (model->experts == 0)
        return one_sum(&training->plan, kind);
    bool split = plan_expert_tensor(&training->plan) == training->plan.tensor_parallel;
    double of_experts = training_busiest_pairs(training) / (double)plan_micro_batch_tokens(training);
    return (split ? of_experts : 0) + (model->shared_experts > 0);
}

/* Of attention: half of a sum gathers its inputs, half sums its outputs. Without sequence_parallel the outputs are
 * summed forward, and gradients of inputs backward. */
static double attention_sums(const TrainingSpec *training, PassKind kind) {
    const TransformerSpec *model = &training->model;
    if (!model->kv_rank)
        return one_sum(&training->plan, kind);
    int64_t features = attention_products_compressed(model) + (model->q_rank ? 0 : model->hidden);
    double inputs = (double)features / (double)model->hidden;
    if (training->plan.sequence_parallel)
        return (1 + inputs) / 2;
    return kind == PASS_FORWARD ? 1 : inputs;
}

/* Of a forward pass, without what is gathered. */
static double sums_of_outputs(const TrainingSpec *training) {
    enum { HALVES = 2 };
    double of_experts = training->model.experts > 0 ? training_mlp_sums(training, PASS_FORWARD) / HALVES : 1.0 / HALVES;
    return 1.0 / HALVES + of_experts;
}

double training_layer_sums(const TrainingSpec *training, PassKind kind) {
    double sums = attention_sums(training, kind) + training_mlp_sums(training, kind);
    double forward = attention_sums(training, PASS_FORWARD) + training_mlp_sums(training, PASS_FORWARD);
    if (kind != PASS_BACKWARD)
        return sums;
    switch (training->plan.recompute) {
    case RECOMPUTE_FULL:
        return sums + recompute_full_share(&training->plan) * forward;
    case RECOMPUTE_BY_OPERATOR: /* what is summed is kept, what is gathered is not */
        return training->plan.sequence_parallel ? sums + forward - sums_of_outputs(training) : sums;
    case RECOMPUTE_SELECTIVE:
    case RECOMPUTE_NONE:
        break;
    }
    return recompute_modules_have_mlp(training) ? sums + training_mlp_sums(training, PASS_FORWARD) : sums;
}

/* Gated: both halves of the first product's result, the activation where it is a kernel of its own, and their product,
 * which the last product takes. */
static double inner_bytes(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    Precision precision = training->plan.precision;
    bool in_pieces = model->gated && model->experts == 0 && !training->plan.swiglu_fusion;
    double kept = transformer_mlp_matrices(model) - 1 + (in_pieces ? 1 : 0);
    bool in_fp8 = training->plan.fp8_activation_input && model->experts == 0;
    return kept * (in_fp8 ? 1 : activation_bytes(precision)) + operand_bytes(precision);
}

double training_mlp_activation_bytes(const TrainingSpec *training) {
    enum { PROBABILITY_BYTES = 8 }; /* fp32 logits and probabilities */
    const TransformerSpec *model = &training->model;
    const PlanSpec *plan = &training->plan;
    if (recompute_modules_have_mlp(training))
        return 0;
    double tensors = (double)plan->tensor_parallel, hidden = (double)model->hidden;
    double tokens = (double)plan_micro_batch_tokens(training);
    double inner = inner_bytes(training) * tokens / tensors;
    if (model->experts == 0)
        return inner * (double)transformer_ffn_hidden(model);
    double ffn = (double)transformer_expert_ffn_hidden(model), pairs = training_busiest_pairs(training);
    double dropped = plan->recompute_moe_act ? operand_bytes(plan->precision) : 0;
    double of_pair = hidden * operand_bytes(plan->precision) +
                     (inner_bytes(training) - dropped) * ffn / (double)plan_expert_tensor(plan);
    return pairs * of_pair + inner * ffn * (double)model->shared_experts +
           PROBABILITY_BYTES * tokens / tensors * (double)model->experts;
}
