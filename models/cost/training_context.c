#include "models/cost/training_context.h"

#include "models/cost/recompute.h"
#include "models/plan/element_bytes.h"
#include "models/plan/training_parameters.h"

double training_context_block_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double features = training_held_key_value_features(training);
    return (double)plan_micro_batch_tokens(training) * features / (double)plan->tensor_parallel *
           activation_bytes(plan->precision);
}

double training_context_blocks(const PlanSpec *plan, PassKind kind) {
    double steps = (double)plan->context_parallel - 1;
    if (kind == PASS_FORWARD)
        return steps;
    return (2 + recompute_full_share(plan)) * steps;
}

/* Passes over a tensor of 16 bit: forward the first step clears and adds the output (2 + 6 bytes an element) and joins
 * keys and values (4); another one adds three quarters of an output (4.5) and cuts out half of queries or keys, each in
 * half of the cases (1). Backward the first gradients are kept (4), others added (4.5), and queries, outputs and their
 * gradients are cut (3), keys and values too (1). */
double training_context_step_bytes(PassKind kind, int64_t step, double query_bytes, double key_value_bytes) {
    if (kind == PASS_FORWARD)
        return step == 0 ? 4 * query_bytes + 2 * key_value_bytes : 2.75 * query_bytes + 0.5 * key_value_bytes;
    return step == 0 ? 2 * query_bytes + 2 * key_value_bytes : 3.75 * query_bytes + 2.75 * key_value_bytes;
}

double training_context_cover_fraction(const PlanSpec *plan, PassKind kind) {
    double ranks = (double)plan->context_parallel;
    if (plan->context_parallel < 2)
        return 0;
    return kind == PASS_FORWARD ? (ranks - 1) / ranks : 1;
}

WorkCost training_context_cover(const WorkCost *whole, const WorkCost *attention, double fraction) {
    WorkCost cover = work_cost_part(whole, fraction * attention->gemm_s);
    if (cover.gemm_s > 0) {
        cover.flop = fraction * attention->flop;
        cover.hbm_bytes = fraction * attention->hbm_bytes;
    }
    return cover;
}
