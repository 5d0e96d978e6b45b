#include "models/workload/plan_switches.h"

#define COMPLAIN(errors, path, key, ...)                                                                               \
    error_list_add((errors), (ErrorPlace){0}, arena_format((errors)->arena, "%s.plan.%s", (path), (key)), __VA_ARGS__)

static void check_whole_weights(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    bool dense = training_family(training) == FAMILY_TRANSFORMER && training->model.experts == 0;
    if (!plan->zero_whole_weights)
        return;
    if (plan_zero_stage(plan) != 1 || !dense)
        COMPLAIN(errors, path, "zero_whole_weights",
                 "found true with zero_stage %d%s, expected zero_stage 1 of a dense transformer", plan_zero_stage(plan),
                 dense ? "" : " of another model");
    else if (plan->offload_optimizer)
        COMPLAIN(errors, path, "zero_whole_weights", "found true with offload_optimizer, expected one of them");
}

void plan_switches_check(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    check_whole_weights(training, path, errors);
    if (!plan->fused_optimizer && (plan->optimizer.kind != OPTIMIZER_ADAM || plan->offload_optimizer))
        COMPLAIN(errors, path, "fused_optimizer", "found false with %s, expected optimizer adam on the GPUs",
                 plan->offload_optimizer ? "offload_optimizer" : optimizer_kind_name(plan->optimizer.kind));
    if (plan->gradient_bucket_copies && plan_zero_stage(plan) >= 2)
        COMPLAIN(errors, path, "gradient_bucket_copies", "found true with zero_stage %d, expected at most 1",
                 plan_zero_stage(plan));
    if (plan->recompute_norms && plan->recompute == RECOMPUTE_FULL)
        COMPLAIN(errors, path, "recompute_norms",
                 "found true with recompute: full, which computes norms again too, expected none or selective");
}
