#include "models/cost/shard_lists.h"

#include <math.h>

#include "models/cost/host_calls.h"
#include "models/plan/element_bytes.h"
#include "models/plan/layer_weights.h"
#include "models/plan/plan_lora.h"
#include "models/plan/training_flop.h"

static const double LIST_OF_8_S = 380e-6; /* 130 us before the launch of the collective and 250 us in it */

static const double ALIGNED_BYTES = 16;
static const double ODD_SLOWDOWN = 3.5; /* 7 ms for 2 ms */

/* Times that a weight is read or written on the device. */
static const double GATHER_PASSES = 4; /* zeroes, copy read and written, norm */
static const double REDUCE_PASSES = 6; /* bucket, division, copy: each read and written */

static double copy_s(void) {
    return HOST_CALLS_OPERATION_S + HOST_CALLS_LAUNCH_S;
}

static double python_operation_s(void) {
    return HOST_CALLS_PYTHON_S + HOST_CALLS_OPERATION_S;
}

/* Before the collective of a gather, per view: narrow, and torch.distributed.get_rank. */
static double cut_s(void) {
    return python_operation_s() + HOST_CALLS_PYTHON_S;
}

/* Beside it: select and copy. */
static double issue_s(void) {
    return HOST_CALLS_OPERATION_S + copy_s();
}

/* A list without its views. */
static double list_s(void) {
    return LIST_OF_8_S - 8 * (cut_s() + issue_s());
}

static bool has_lists(const TrainingSpec *training) {
    return training->plan.zero_list_collectives && plan_shard_size(&training->plan) > 1;
}

ShardLists shard_lists_of(const TrainingSpec *training, const ShardUnit *unit, PassKind kind) {
    double ranks = (double)plan_shard_size(&training->plan);
    if (!has_lists(training))
        return (ShardLists){0};
    double weights = shard_unit_collectives(training, unit), gathers = shard_unit_gathers(training, unit, kind);
    double bytes = shard_unit_parameters(training, unit) * activation_bytes(training->plan.precision);
    double reductions = kind == PASS_BACKWARD && !plan_lora_is_there(&training->plan) ? 1 : 0;
    double vectors = (double)layer_weights_vectors(&training->model) * (double)unit->layers.layers;
    double view_s = 2 * python_operation_s() + issue_s();
    return (ShardLists){.host_s = gathers * weights * (list_s() + ranks * cut_s()) +
                                  reductions * (weights + vectors) * (list_s() + ranks * view_s),
                        .beside_s = gathers * weights * ranks * issue_s(),
                        .bytes = (gathers * GATHER_PASSES + reductions * REDUCE_PASSES) * bytes};
}

static double weight_slowdown(const TrainingSpec *training, double parameters) {
    double part = ceil(parameters / (double)plan_shard_size(&training->plan));
    return fmod(part * activation_bytes(training->plan.precision), ALIGNED_BYTES) == 0 ? 1 : ODD_SLOWDOWN;
}

/* What `layers` layers of the kind that the job is seen as weigh, and what they do slowed down. */
static void add_layers(const TrainingSpec *training, int64_t layers, double *sum, double *slowed) {
    int64_t count = layers > 0 ? layer_weights_count(training) : 0;
    for (int64_t i = 0; i < count; i++) {
        double weight = layer_weights_at(training, i);
        *sum += (double)layers * weight;
        *slowed += (double)layers * weight * weight_slowdown(training, weight);
    }
}

double shard_lists_gather_slowdown(const TrainingSpec *training, const ShardUnit *unit) {
    const TrainingSpec dense = training_with_mlp(training, MLP_DENSE);
    LayerCount layers = unit->layers;
    double sum = 0, slowed = 0;
    if (!has_lists(training))
        return 1;
    if (layers.layers == 0)
        return weight_slowdown(training, shard_unit_parameters(training, unit));
    add_layers(training, layers.experts, &sum, &slowed);
    add_layers(&dense, layers.layers - layers.experts, &sum, &slowed);
    return slowed / sum;
}

double shard_lists_step_s(const TrainingSpec *training) {
    double ranks = (double)plan_shard_size(&training->plan);
    if (!has_lists(training) || plan_zero_stage(&training->plan) < 3)
        return 0;
    double vectors = (double)layer_weights_vectors(&training->model) * (double)training->model.layers;
    double view_s = 3 * python_operation_s() + HOST_CALLS_PYTHON_S + copy_s();
    return list_s() + ranks * (cut_s() + issue_s()) + vectors * ranks * view_s;
}
