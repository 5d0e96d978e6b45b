#include "models/plan/plan_sharding.h"

#include <inttypes.h>

static const char *const SYNC_NAMES[] = {"auto", "micro_batch", "step"};

const char *zero_sync_name(ZeroSync sync) {
    return SYNC_NAMES[sync];
}

static bool has_one_chunk(const PlanSpec *plan) {
    return plan->pipeline_parallel == 1 && plan->virtual_stages == 1;
}

bool plan_sharding_once_per_step(const PlanSpec *plan) {
    if (plan->zero_sync == ZERO_SYNC_AUTO)
        return plan_zero_stage(plan) == 3 && !has_one_chunk(plan);
    return plan->zero_sync == ZERO_SYNC_STEP;
}

int64_t plan_sharding_gathers(const PlanSpec *plan) {
    if (plan_zero_stage(plan) < 3 || plan_sharding_once_per_step(plan))
        return plan_zero_stage(plan) == 3;
    return plan_micro_batches(plan) * (plan->reshard_after_forward ? 2 : 1);
}

int64_t plan_sharding_reductions(const PlanSpec *plan) {
    if (plan_zero_stage(plan) < 2 || plan_sharding_once_per_step(plan))
        return plan_zero_stage(plan) >= 2;
    return plan_micro_batches(plan);
}

static void check_shard_size(const PlanSpec *plan, const char *path, ErrorList *errors) {
    if (plan->zero_shard_size && plan_zero_stage(plan) == 0)
        error_list_add_key(errors, path, "plan.zero_shard_size",
                           "found shard groups of %" PRId64 " with nothing to split, expected zero_stage 1, 2 or 3",
                           plan->zero_shard_size);
    else if (plan->zero_shard_size && plan_weight_copies(plan) % plan->zero_shard_size)
        error_list_add_key(errors, path, "plan.zero_shard_size",
                           "found %" PRId64 ", expected a divisor of data_parallel%s %" PRId64, plan->zero_shard_size,
                           plan->context_parallel > 1 ? " x context_parallel" : "", plan_weight_copies(plan));
}

/* DeepSpeed's switches. */
static void check_deepspeed(const PlanSpec *plan, const char *path, ErrorList *errors) {
    int stage = plan_zero_stage(plan);
    bool moves_each = has_one_chunk(plan) && !plan_sharding_once_per_step(plan);
    if (plan->zero_list_collectives && stage < 2)
        error_list_add_key(errors, path, "plan.zero_list_collectives",
                           "found true with zero_stage %d, expected zero_stage 2 or 3, whose collectives it cuts",
                           stage);
    if (plan->max_live_parameters > 0 && stage != 3)
        error_list_add_key(errors, path, "plan.max_live_parameters",
                           "found %" PRId64 " with zero_stage %d, expected zero_stage 3, which gathers parameters",
                           plan->max_live_parameters, stage);
    if (stage >= 2 && !moves_each && (plan->zero_list_collectives || plan->max_live_parameters > 0))
        error_list_add_key(errors, path,
                           plan->zero_list_collectives ? "plan.zero_list_collectives" : "plan.max_live_parameters",
                           "found it with %" PRId64 " pipeline stages of %" PRId64 " chunks and zero_sync %s, expected "
                           "one stage of one chunk and micro_batch, as in DeepSpeed",
                           plan->pipeline_parallel, plan->virtual_stages,
                           zero_sync_name(plan_sharding_once_per_step(plan) ? ZERO_SYNC_STEP : ZERO_SYNC_MICRO_BATCH));
}

void plan_sharding_check(const PlanSpec *plan, const char *path, ErrorList *errors) {
    int stage = plan_zero_stage(plan);
    if (plan->zero_sync == ZERO_SYNC_STEP && stage < 2)
        error_list_add_key(errors, path, "plan.zero_sync",
                           "found step with zero_stage %d, expected zero_stage 2 or 3, which it is about", stage);
    check_shard_size(plan, path, errors);
    check_deepspeed(plan, path, errors);
    if (!plan->reshard_after_forward && stage != 3)
        error_list_add_key(errors, path, "plan.reshard_after_forward",
                           "found false with zero_stage %d, expected zero_stage 3, which gathers parameters", stage);
}
