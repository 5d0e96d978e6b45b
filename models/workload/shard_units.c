#include "models/workload/shard_units.h"

#include "models/workload/live_parameters.h"
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
    int64_t units = layer_units(training), layers = training->model.layers;
    if (index == 0)
        return (ShardUnit){.embedding = true};
    if (index > units)
        return (ShardUnit){.head = true};
    return (ShardUnit){.layers = layers * index / units - layers * (index - 1) / units};
}

double shard_unit_parameters(const TrainingSpec *training, int index) {
    ShardUnit unit = shard_unit_at(training, index);
    return training_part_parameters(training, unit.layers, unit.embedding, unit.head);
}

int shard_unit_collectives(const TrainingSpec *training, int index) {
    ShardUnit unit = shard_unit_at(training, index);
    int matrices = training->model.gated ? 5 : 4; /* attention in and out, two or three of the MLP */
    return training->plan.zero_list_collectives && unit.layers > 0 ? matrices * (int)unit.layers : 1;
}

double shard_unit_gathers(const TrainingSpec *training, int index, PassKind kind) {
    const PlanSpec *plan = &training->plan;
    if (plan_zero_stage(plan) < 3 || (kind == PASS_BACKWARD && !plan->reshard_after_forward))
        return 0;
    bool recomputes = kind == PASS_BACKWARD && shard_unit_at(training, index).layers > 0;
    return recomputes ? 1 + live_parameters_again_fraction(training) : 1;
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

/* Most parameters of `count` neighbouring units. */
static double most_together(const TrainingSpec *training, int64_t count) {
    int units = shard_unit_count(training);
    double most = 0, sum = 0;
    if (training->plan.zero_list_collectives)
        return most_weights(training, count);
    for (int unit = 0; unit < units; unit++) {
        sum += shard_unit_parameters(training, unit);
        if (unit >= count)
            sum -= shard_unit_parameters(training, unit - (int)count);
        most = sum > most ? sum : most;
    }
    return most;
}

static double shard_and_units(const TrainingSpec *training, double parameters, int64_t units) {
    int64_t ranks = plan_shard_size(&training->plan);
    return ranks > 1 ? parameters / (double)ranks + most_together(training, units) : parameters;
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
