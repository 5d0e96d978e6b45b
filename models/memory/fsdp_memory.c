#include "models/memory/fsdp_memory.h"

#include <inttypes.h>

#include "models/plan/element_bytes.h"
#include "models/plan/live_parameters.h"
#include "models/plan/parameter_bytes.h"
#include "models/plan/plan_experts.h"
#include "models/plan/plan_sharding.h"
#include "models/plan/shard_units.h"
#include "models/plan/training_parameters.h"

enum { FP32_BYTES = 4, UNITS_NOT_REDUCED = 2, GATHER_BUFFERS = 2 };

/* Of the one chunk. */
static double unit_parameters(const TrainingSpec *training, int index) {
    ShardUnit unit = shard_unit_at(training, 0, 0, index);
    return shard_unit_parameters(training, &unit);
}

static int last_unit(const TrainingSpec *training) {
    return shard_unit_count(training, 0, 0) - 1;
}

/* Parameters of embedding and head, which are the first and the last unit. */
static double root_parameters(const TrainingSpec *training) {
    return unit_parameters(training, 0) + unit_parameters(training, last_unit(training));
}

static double largest_layer(const TrainingSpec *training) {
    double most = 0;
    for (int unit = 1; unit < last_unit(training); unit++) {
        double parameters = unit_parameters(training, unit);
        most = parameters > most ? parameters : most;
    }
    return most;
}

/* Of all parameters that are trained, those of one GPU's shard. */
static double shard_parameters(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double experts = training_stage_expert_parameters(training, 0);
    double others = training_stage_trained_parameters(training, 0) - experts;
    return others / (double)plan_shard_size(plan) + experts / (double)plan_expert_shard_size(plan);
}

/* Of a gradient as it is reduced. */
static double reduced_bytes(const PlanSpec *plan) {
    return plan->grad_reduce_in_fp32 ? FP32_BYTES : activation_bytes(plan->precision);
}

static double shard_gradients_bytes(const TrainingSpec *training) {
    return shard_parameters(training) * reduced_bytes(&training->plan);
}

static bool accumulates(const TrainingSpec *training) {
    return plan_micro_batches(&training->plan) > 1;
}

double fsdp_memory_weights_bytes(const TrainingSpec *training, MemoryMoment moment) {
    const PlanSpec *plan = &training->plan;
    double bytes = plan_weight_bytes(plan), whole = training_stage_parameters(training, 0);
    double layers = moment == MOMENT_END ? 0 : 1;
    if (moment == MOMENT_LAYERS)
        layers = 2 + (double)live_parameters_prefetch_layers(training);
    double gathered = root_parameters(training) + layers * largest_layer(training);
    bool keeps = (!plan->reshard_after_forward && moment != MOMENT_END) || gathered > whole;
    double shards = optimizer_needs_weights(&plan->optimizer, bytes) ? shard_parameters(training) : 0;
    return bytes * (shards + (keeps ? whole : gathered));
}

double fsdp_memory_gradients_bytes(const TrainingSpec *training, MemoryMoment moment) {
    const PlanSpec *plan = &training->plan;
    double bytes = plan_weight_bytes(plan);
    double before = accumulates(training) ? shard_gradients_bytes(training) : 0;
    double head = bytes * unit_parameters(training, last_unit(training));
    switch (moment) {
    case MOMENT_LOSS:
        break;
    case MOMENT_LAYERS:
        return before + head + UNITS_NOT_REDUCED * largest_layer(training) * reduced_bytes(plan);
    case MOMENT_END:
        return shard_gradients_bytes(training) + root_parameters(training) * (bytes + reduced_bytes(plan));
    }
    return before;
}

double fsdp_memory_cached_bytes(const TrainingSpec *training, MemoryMoment moment) {
    double bytes = plan_weight_bytes(&training->plan);
    double buffers = bytes * (root_parameters(training) + GATHER_BUFFERS * largest_layer(training));
    bool holds_shards = moment == MOMENT_END || accumulates(training);
    return buffers + (holds_shards ? 0 : shard_gradients_bytes(training));
}

void fsdp_memory_check(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    if (plan->torch_fsdp && (plan_zero_stage(plan) != 3 || plan->zero_list_collectives))
        error_list_add_key(errors, path, "plan.torch_fsdp", "found true with %s, expected zero_stage 3",
                           plan->zero_list_collectives ? "zero_list_collectives" : "another zero_stage");
    if (plan->fsdp_copies && !plan->torch_fsdp)
        error_list_add_key(errors, path, "plan.fsdp_copies", "found true without torch_fsdp, expected both");
    if (plan->torch_fsdp && plan->pipeline_parallel * plan->virtual_stages > 1 && !plan_sharding_once_per_step(plan))
        error_list_add_key(errors, path, "plan.torch_fsdp",
                           "found true with zero_sync micro_batch on %" PRId64 " pipeline stages of %" PRId64
                           " chunks, expected zero_sync step",
                           plan->pipeline_parallel, plan->virtual_stages);
}
