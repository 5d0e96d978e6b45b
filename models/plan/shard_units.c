#include "models/plan/shard_units.h"

#include <math.h>

#include "models/plan/layer_weights.h"
#include "models/plan/live_parameters.h"
#include "models/plan/plan_experts.h"
#include "models/plan/plan_lora.h"
#include "models/plan/plan_sharding.h"
#include "models/plan/plan_stages.h"
#include "models/plan/training_flop.h"
#include "models/plan/training_parameters.h"

/* More than there are. */
enum { MOST_UNITS = INT32_MAX };

static int layer_units(const TrainingSpec *training, int stage, int chunk) {
    int64_t layers = plan_stages_layers(training, stage, chunk);
    return layers < SHARD_LAYER_UNITS_MAX ? (int)layers : SHARD_LAYER_UNITS_MAX;
}

int shard_unit_count(const TrainingSpec *training, int stage, int chunk) {
    if (plan_zero_stage(&training->plan) < 2)
        return 0;
    int units = layer_units(training, stage, chunk) + training_is_first_chunk(stage, chunk) +
                training_is_last_chunk(&training->plan, stage, chunk);
    return units > 0 ? units : 1;
}

int shard_unit_most(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    int most = 0;
    for (int64_t i = 0; i < plan->pipeline_parallel * plan->virtual_stages; i++) {
        int count = shard_unit_count(training, (int)(i % plan->pipeline_parallel), (int)(i / plan->pipeline_parallel));
        most = count > most ? count : most;
    }
    return most;
}

ShardUnit shard_unit_at(const TrainingSpec *training, int stage, int chunk, int index) {
    int64_t units = layer_units(training, stage, chunk);
    ShardUnit unit = {.stage = stage, .chunk = chunk};
    int layer = index - training_is_first_chunk(stage, chunk);
    if (layer < 0)
        unit.embedding = true;
    else if (layer < units)
        unit.layers = chunk_layers(training, (ChunkPart){stage, chunk, layer, units, false});
    else
        unit.head = training_is_last_chunk(&training->plan, stage, chunk);
    return unit;
}

double shard_unit_parameters(const TrainingSpec *training, const ShardUnit *unit) {
    return training_part_parameters(training, unit->layers, unit->embedding, unit->head);
}

static double adapters_of_layers(const TrainingSpec *training, int64_t layers) {
    return (double)layers * plan_lora_layer_parameters(training) / (double)training->plan.tensor_parallel;
}

double shard_unit_trained_parameters(const TrainingSpec *training, const ShardUnit *unit) {
    return plan_lora_is_there(&training->plan) ? adapters_of_layers(training, unit->layers.layers)
                                               : shard_unit_parameters(training, unit);
}

double shard_unit_expert_parameters(const TrainingSpec *training, const ShardUnit *unit) {
    return training_expert_parameters(training, unit->layers.experts);
}

int shard_unit_collectives(const TrainingSpec *training, const ShardUnit *unit) {
    const TrainingSpec dense = training_with_mlp(training, MLP_DENSE);
    LayerCount layers = unit->layers;
    if (!training->plan.zero_list_collectives || layers.layers == 0)
        return 1;
    return (int)(layers.experts * layer_weights_unfused_count(training) +
                 (layers.layers - layers.experts) * layer_weights_unfused_count(&dense));
}

/* Of the parameters of so many layers, those that the backward pass gathers twice. */
static double again_fraction(const TrainingSpec *training, LayerCount layers) {
    const TrainingSpec dense = training_with_mlp(training, MLP_DENSE);
    if (layers.experts == 0)
        return live_parameters_again_fraction(&dense);
    double experts = (double)layers.experts * training_layer_parameters(training);
    double others = (double)(layers.layers - layers.experts) * training_layer_parameters(&dense);
    double again = others > 0 ? others * live_parameters_again_fraction(&dense) : 0;
    return (again + experts * live_parameters_again_fraction(training)) / (experts + others);
}

double shard_unit_gathers(const TrainingSpec *training, const ShardUnit *unit, PassKind kind) {
    const PlanSpec *plan = &training->plan;
    if (plan_zero_stage(plan) < 3 || (kind == PASS_BACKWARD && !plan->reshard_after_forward))
        return 0;
    bool recomputes = kind == PASS_BACKWARD && unit->layers.layers > 0;
    return recomputes ? 1 + again_fraction(training, unit->layers) : 1;
}

/* Most parameters of `count` weights that are moved one by one: they come and go with their module. */
static double most_weights(const TrainingSpec *training, int64_t count) {
    double most = 0;
    for (int i = 0; i < shard_unit_count(training, 0, 0); i++) {
        ShardUnit unit = shard_unit_at(training, 0, 0, i);
        double weight = shard_unit_parameters(training, &unit) / shard_unit_collectives(training, &unit);
        most = weight > most ? weight : most;
    }
    double together = most * (double)count, whole = training_stage_parameters(training, 0);
    return together < whole ? together : whole;
}

/* What of the parameters of a unit of a stage, counted through its chunks, is a shard between its passes. */
static double split_parameters(const TrainingSpec *training, int stage, int index) {
    const PlanSpec *plan = &training->plan;
    int chunk = 0;
    while (index >= shard_unit_count(training, stage, chunk))
        index -= shard_unit_count(training, stage, chunk++);
    ShardUnit unit = shard_unit_at(training, stage, chunk, index);
    double experts = shard_unit_expert_parameters(training, &unit);
    double others = shard_unit_parameters(training, &unit) - experts;
    return (plan_shard_size(plan) > 1 ? others : 0) + (plan_expert_shard_size(plan) > 1 ? experts : 0);
}

/* Most parameters of `count` neighbouring units. */
static double most_together(const TrainingSpec *training, int stage, int64_t count) {
    int units = 0;
    double most = 0, sum = 0;
    if (training->plan.zero_list_collectives && plan_shard_size(&training->plan) > 1)
        return most_weights(training, count);
    for (int chunk = 0; chunk < training->plan.virtual_stages; chunk++)
        units += shard_unit_count(training, stage, chunk);
    for (int unit = 0; unit < units; unit++) {
        sum += split_parameters(training, stage, unit);
        if (unit >= count)
            sum -= split_parameters(training, stage, unit - (int)count);
        most = sum > most ? sum : most;
    }
    return most;
}

static double shard_and_units(const TrainingSpec *training, int stage, double parameters, int64_t units) {
    const PlanSpec *plan = &training->plan;
    double experts = training_stage_expert_parameters(training, stage);
    return (parameters - experts) / (double)plan_shard_size(plan) + experts / (double)plan_expert_shard_size(plan) +
           most_together(training, stage, units);
}

double shard_held_parameters(const TrainingSpec *training, int stage, double parameters) {
    const PlanSpec *plan = &training->plan;
    if (plan_zero_stage(plan) < 3)
        return parameters;
    bool keeps = !plan->reshard_after_forward || plan_sharding_once_per_step(plan);
    int64_t together = live_parameters_prefetch_layers(training) + (plan->zero_list_collectives ? 2 : 1);
    return shard_and_units(training, stage, parameters, keeps ? MOST_UNITS : together);
}

double shard_held_gradients(const TrainingSpec *training, int stage, double parameters) {
    enum { UNITS_NOT_REDUCED = 2 };
    if (plan_zero_stage(&training->plan) < 2 || plan_sharding_once_per_step(&training->plan))
        return parameters;
    if (plan_lora_is_there(&training->plan))
        return fmin(parameters / (double)plan_shard_size(&training->plan) +
                        adapters_of_layers(training, UNITS_NOT_REDUCED),
                    parameters);
    return shard_and_units(training, stage, parameters, UNITS_NOT_REDUCED);
}
