#include "models/memory/loss_memory.h"

#include "models/plan/element_bytes.h"

/* Of a logit, see the header. */
enum { FP32_BYTES = 4, EAGER_WORKING_BYTES = 8, EAGER_SPLIT_WORKING_BYTES = 12 };

/* Logits of a micro-batch on one GPU. */
static double logits(const TrainingSpec *training) {
    double tokens = (double)plan_micro_batch_tokens(training);
    return tokens * (double)training->model.vocab / (double)training->plan.tensor_parallel;
}

static double kept_logit_bytes(const PlanSpec *plan) {
    return plan->fused_cross_entropy ? activation_bytes(plan->precision) : FP32_BYTES;
}

static double working_logit_bytes(const PlanSpec *plan) {
    if (!plan->eager_cross_entropy)
        return kept_logit_bytes(plan);
    return plan->tensor_parallel > 1 ? EAGER_SPLIT_WORKING_BYTES : EAGER_WORKING_BYTES;
}

double loss_memory_kept_bytes(const TrainingSpec *training) {
    return kept_logit_bytes(&training->plan) * logits(training) + 2 * plan_rank_hidden_bytes(training);
}

double loss_memory_working_bytes(const TrainingSpec *training) {
    return working_logit_bytes(&training->plan) * logits(training) + 2 * plan_rank_hidden_bytes(training);
}

double loss_memory_cached_bytes(const TrainingSpec *training) {
    double bytes = activation_bytes(training->plan.precision);
    return training->plan.eager_cross_entropy && bytes < FP32_BYTES ? bytes * logits(training) : 0;
}
