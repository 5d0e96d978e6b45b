#include "models/cost/zero_copies.h"

#include "models/plan/parameter_bytes.h"

/* Into the bucket, into parts, divided: each read and written. */
enum { GATHER_PASSES = 2, REDUCE_PASSES = 6, REDUCE_PASSES_OF_ZERO_2 = 4 };

double zero_copies_bytes(const TrainingSpec *training, const ShardUnit *unit, PassKind kind) {
    const PlanSpec *plan = &training->plan;
    if (!plan->zero_copies || plan_shard_size(plan) <= 1)
        return 0;
    double gathers = shard_unit_gathers(training, unit, kind) * GATHER_PASSES * plan_weight_bytes(plan);
    double passes = plan_zero_stage(plan) == 3 ? REDUCE_PASSES : REDUCE_PASSES_OF_ZERO_2;
    double reduced = kind == PASS_BACKWARD ? passes * training_gradient_bytes(plan) : 0;
    return shard_unit_parameters(training, unit) * gathers + shard_unit_trained_parameters(training, unit) * reduced;
}
