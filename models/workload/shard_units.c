#include "models/workload/shard_units.h"

#include "models/workload/layer_weights.h"
#include "models/workload/live_parameters.h"
#include "models/workload/plan_experts.h"
#include "models/workload/training_flop.h"
#include "models/workload/training_parameters.h"

/* More than there are. */
enum { MOST_UNITS = INT32_MAX };

static int layer_units(const TrainingSpec *training) {
    int64_t layers = training->model.layers;
    return layers < SHARD_LAYER_UNITS_MAX ? (int)layers : SHARD_LAYER_UNITS_MAX;
}

int shard_unit_count(const TrainingSpec *training) {
    return plan_zero_stage(&training->plan) >= 2 ? layer_units(training) + 2 : 0;
}

ShardUnit shard_unit_at(const TrainingSpec *training, int index) {
    int64_t units = layer_units(training);
    if (index == 0)
        return (ShardUnit){.embedding = true};
    if (index > units)
        return (ShardUnit){.head = true};
    return (ShardUnit){.layers = chunk_layers(training, (ChunkPart){0, 0, index - 1, units, false})};
}

double shard_unit_parameters(const TrainingSpec *training, int index) {
    ShardUnit unit = shard_unit_at(training, index);
    return training_part_parameters(training, unit.layers, unit.embedding, unit.head);
}

double shard_unit_expert_parameters(const TrainingSpec *training, int index) {
    return training_expert_parameters(training, shard_unit_at(training, index).layers.experts);
}

int shard_unit_collectives(const TrainingSpec *training, int index) {
    const TrainingSpec dense = training_with_mlp(training, MLP_DENSE);
    LayerCount layers = shard_unit_at(training, index).layers;
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

double shard_unit_gathers(const TrainingSpec *training, int index, PassKind kind) {
    const PlanSpec *plan = &training->plan;
    if (plan_zero_stage(plan) < 3 || (kind == PASS_BACKWARD && !plan->reshard_after_forward))
        return 0;
    LayerCount layers = shard_unit_at(training, index).layers;
    bool recomputes = kind == PASS_BACKWARD && layers.layers > 0;
    return recomputes ? 1 + again_fraction(training, layers) : 1;
}

/* Most parameters of `count` weights that are moved one by one: they come and go with their module. */
static double most_weights(const TrainingSpec *training, int64_t count) {
    double most = 0;
    for (int unit = 0; unit < shard_unit_count(training); unit++) {
        double weight = shard_unit_parameters(training, unit) / shard_unit_collectives(training, unit);
        most = weight > most ? weight : most;
    }
    double together = most * (double)count, whole = training_stage_parameters(training, 0);
    return together < whole ? together : whole;
}

/* What of a unit's parameters is a shard between its passes. */
static double split_parameters(const TrainingSpec *training, int index) {
    const PlanSpec *plan = &training->plan;
    double experts = shard_unit_expert_parameters(training, index);
    double others = shard_unit_parameters(training, index) - experts;
    return (plan_shard_size(plan) > 1 ? others : 0) + (plan_expert_shard_size(plan) > 1 ? experts : 0);
}

/* Most parameters of `count` neighbouring units. */
static double most_together(const TrainingSpec *training, int64_t count) {
    int units = shard_unit_count(training);
    double most = 0, sum = 0;
    if (training->plan.zero_list_collectives && plan_shard_size(&training->plan) > 1)
        return most_weights(training, count);
    for (int unit = 0; unit < units; unit++) {
        sum += split_parameters(training, unit);
        if (unit >= count)
            sum -= split_parameters(training, unit - (int)count);
        most = sum > most ? sum : most;
    }
    return most;
}

static double shard_and_units(const TrainingSpec *training, double parameters, int64_t units) {
    const PlanSpec *plan = &training->plan;
    double experts = training_stage_expert_parameters(training, 0);
    return (parameters - experts) / (double)plan_shard_size(plan) + experts / (double)plan_expert_shard_size(plan) +
           most_together(training, units);
}

double shard_held_parameters(const TrainingSpec *training, double parameters) {
    const PlanSpec *plan = &training->plan;
    if (plan_zero_stage(plan) < 3)
        return parameters;
    int64_t together = live_parameters_prefetch_layers(training) + (plan->zero_list_collectives ? 2 : 1);
    return shard_and_units(training, parameters, plan->reshard_after_forward ? together : MOST_UNITS);
}

double shard_held_gradients(const TrainingSpec *training, double parameters) {
    enum { UNITS_NOT_REDUCED = 2 };
    return plan_zero_stage(&training->plan) < 2 ? parameters : shard_and_units(training, parameters, UNITS_NOT_REDUCED);
}
