#include "models/cost/fsdp_copies.h"

#include "models/plan/parameter_bytes.h"
#include "models/plan/plan_sharding.h"

double fsdp_copies_bytes(const TrainingSpec *training, const ShardUnit *unit, PassKind kind) {
    const PlanSpec *plan = &training->plan;
    double weight_bytes = plan_weight_bytes(plan);
    if (!plan->torch_fsdp || plan_shard_size(plan) <= 1 || plan_sharding_once_per_step(plan))
        return 0;
    if (!plan->fsdp_copies)
        return kind == PASS_BACKWARD ? shard_unit_trained_parameters(training, unit) * 2 * weight_bytes : 0;
    double gathered = shard_unit_gathers(training, unit, kind) * 2 * weight_bytes;
    double reduced = kind == PASS_BACKWARD ? weight_bytes + training_gradient_bytes(plan) : 0;
    return shard_unit_parameters(training, unit) * (gathered + reduced);
}
