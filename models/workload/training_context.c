#include "models/workload/training_context.h"

#include "models/workload/training_parameters.h"

double training_context_block_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double features = training_held_kv_heads(training) * (double)transformer_head_dim(&training->model);
    return 2 * (double)plan_micro_batch_tokens(training) * features / (double)plan->tensor_parallel *
           activation_bytes(plan->precision);
}

double training_context_blocks(const PlanSpec *plan, PassKind kind) {
    double steps = (double)plan->context_parallel - 1;
    if (kind == PASS_FORWARD)
        return steps;
    return (plan->recompute == RECOMPUTE_FULL ? 3 : 2) * steps;
}

double training_context_cover_fraction(const PlanSpec *plan, PassKind kind) {
    double ranks = (double)plan->context_parallel;
    if (plan->context_parallel < 2)
        return 0;
    return kind == PASS_FORWARD ? (ranks - 1) / ranks : 1;
}

WorkCost training_context_cover(const WorkCost *whole, const WorkCost *attention, double fraction) {
    double device_s = whole->gemm_s + whole->memory_s + whole->launch_s;
    double gemm_s = fraction * attention->gemm_s;
    if (gemm_s <= 0)
        return (WorkCost){0};
    return (WorkCost){.ideal_s = whole->ideal_s * gemm_s / whole->gemm_s,
                      .gemm_s = gemm_s,
                      .host_s = whole->host_s * gemm_s / device_s,
                      .flop = fraction * attention->flop,
                      .hbm_bytes = fraction * attention->hbm_bytes};
}
