#include "models/cost/training_costs.h"

#include <math.h>

#include "models/cost/ends_cost.h"
#include "models/cost/expert_cost.h"
#include "models/cost/layer_cost.h"
#include "models/cost/recompute.h"
#include "models/cost/shard_lists.h"
#include "models/cost/training_context.h"
#include "models/cost/training_experts.h"
#include "models/cost/work_profile.h"
#include "models/plan/training_flop.h"
#include "sim/engine/engine.h"

static const double LARGE_BYTES = 1e9; /* far beyond the ramp of a bandwidth */

static void add_covers(LayerCosts *costs, const TrainingSpec *training, const GpuSpec *gpu) {
    const PlanSpec *plan = &training->plan;
    WorkCost forward = layer_attention_forward_cost(training, gpu);
    WorkCost backward = layer_attention_backward_cost(training, gpu);
    double forward_fraction = training_context_cover_fraction(plan, PASS_FORWARD);
    double backward_fraction = training_context_cover_fraction(plan, PASS_BACKWARD);
    costs->cover_forward = training_context_cover(&costs->forward, &forward, forward_fraction);
    costs->cover_backward = training_context_cover(&costs->backward, &backward, backward_fraction);
    double again = recompute_full_share(plan);
    if (again > 0)
        costs->cover_recompute = training_context_cover(&costs->recompute, &forward, again * forward_fraction);
}

/* A full recomputation is one more forward, of the layers that have it. */
static void add_waits(LayerCosts *costs, const TrainingSpec *training, const GpuSpec *gpu) {
    double again = recompute_full_share(&training->plan) + (training->plan.recompute_moe ? 1 : 0);
    costs->forward_wait_s = expert_cost_forward_wait_s(training, gpu);
    costs->backward_wait_s = expert_cost_backward_wait_s(training, gpu) + again * costs->forward_wait_s;
    costs->weight_wait_s = expert_cost_weight_wait_s(training, gpu);
}

static void add_besides(LayerCosts *costs, const TrainingSpec *training, const GpuSpec *gpu) {
    costs->tensor_forward = tensor_overlap_windows(training, gpu, PASS_FORWARD);
    costs->tensor_backward = tensor_overlap_windows(training, gpu, PASS_BACKWARD);
    for (int i = 0; i < TENSOR_WINDOWS; i++) {
        const TensorWindow *forward = &costs->tensor_forward.of[i], *backward = &costs->tensor_backward.of[i];
        costs->beside_forward[i] = work_cost_part(&costs->forward, forward->cover_s);
        costs->beside_backward[i] = work_cost_part(&costs->backward, backward->cover_s - backward->again_s);
        costs->beside_recompute[i] = work_cost_part(&costs->recompute, backward->again_s);
    }
}

/* Of a layer in the mean. */
static WorkCost recompute_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    const PlanSpec *plan = &training->plan;
    WorkCost cost = layer_recompute_cost(training, gpu), mean = {0};
    if (plan->recompute != RECOMPUTE_FULL || plan->recompute_num_layers == 0)
        return cost;
    work_cost_add(&mean, &cost, plan->recompute_share);
    return mean;
}

/* Of a layer of the kind that `training` is seen as. */
static LayerCosts layer_costs(const TrainingSpec *training, const GpuSpec *gpu) {
    LayerCosts costs = {.forward = layer_forward_cost(training, gpu),
                        .backward = layer_backward_cost(training, gpu),
                        .weight = layer_weight_cost(training, gpu),
                        .recompute = recompute_cost(training, gpu)};
    if (training->plan.context_parallel > 1)
        add_covers(&costs, training, gpu);
    add_besides(&costs, training, gpu);
    if (training->plan.expert_parallel > 1 && training->model.experts > 0)
        add_waits(&costs, training, gpu);
    return costs;
}

TrainingCosts training_costs_of(const TrainingSpec *training, const GpuSpec *gpu) {
    const TrainingSpec dense = training_with_mlp(training, MLP_DENSE);
    int64_t layers = training->model.layers, experts = transformer_expert_layers(&training->model, 0, layers);
    TrainingCosts costs = {.embedding_forward = embedding_forward_cost(training, gpu),
                           .embedding_backward = embedding_backward_cost(training, gpu),
                           .head_forward = head_forward_cost(training, gpu),
                           .head_backward = head_backward_cost(training, gpu),
                           .head_weight = head_weight_cost(training, gpu),
                           .byte_s = gpu_memory_bound_seconds(gpu, LARGE_BYTES) / LARGE_BYTES,
                           .second_wave = training->plan.overlap_slowdown ? gpu->kernels.second_wave : 0};
    if (experts > 0)
        costs.layer[MLP_EXPERTS] = layer_costs(training, gpu);
    if (experts < layers)
        costs.layer[MLP_DENSE] = layer_costs(&dense, gpu);
    return costs;
}

/* Seconds by category, and memory traffic. */
typedef struct Seconds {
    double of[LEDGER_COUNT];
    double hbm_bytes;
    double slack_s; /* waiting for the host */
} Seconds;

/* What the host keeps the device waiting for, beside `*sums_s` of collectives, of which it takes away what that uses.
 */
static double launch_seconds(const WorkCost *cost, double *sums_s) {
    double late_s = work_cost_seconds(cost) - cost->gemm_s - cost->memory_s - cost->launch_s;
    double hidden_s = fmin(late_s, *sums_s);
    *sums_s -= hidden_s;
    return cost->launch_s + late_s - hidden_s;
}

static void add_cost(Seconds *seconds, const WorkCost *cost, double *sums_s) {
    seconds->of[LEDGER_IDEAL_COMPUTE] += cost->ideal_s;
    seconds->of[LEDGER_KERNEL_INEFFICIENCY] += cost->gemm_s - cost->ideal_s;
    seconds->of[LEDGER_MEMORY_BOUND] += cost->memory_s;
    seconds->of[LEDGER_LAUNCH_OVERHEAD] += launch_seconds(cost, sums_s);
    seconds->hbm_bytes += cost->hbm_bytes;
    seconds->slack_s += work_cost_seconds(cost) - cost->gemm_s - cost->memory_s - cost->launch_s;
}

/* Rounds the running sum, so that the parts add up to the rounded whole. */
static WorkProfile round_profile(const Seconds *seconds, double speed_fraction) {
    WorkProfile profile = {.hbm_bytes = seconds->hbm_bytes, .slack_s = seconds->slack_s};
    double sum_s = 0;
    SimTime given = 0;
    for (int category = 0; category < LEDGER_COUNT; category++)
        sum_s += seconds->of[category];
    if (!(sum_s / speed_fraction < WORK_MOST_S))
        return (WorkProfile){.endless = true};
    sum_s = 0;
    for (int category = 0; category < LEDGER_COUNT; category++) {
        sum_s += seconds->of[category];
        SimTime upto = sim_time_from_s(sum_s);
        ledger_add(&profile.row, (LedgerCategory)category, upto - given);
        given = upto;
    }
    SimTime slowed = (SimTime)ceil((double)given / speed_fraction);
    ledger_add(&profile.row, LEDGER_STRAGGLER, slowed > given ? slowed - given : 0);
    return profile;
}

/* A layer's work in one direction, and its parts that run beside transfers. */
typedef struct LayerParts {
    const WorkCost *whole;
    const WorkCost *cover;
    const WorkCost *beside; /* [TENSOR_WINDOWS] */
} LayerParts;

static double layers_of(const PassWork *work, int kind) {
    return (double)(kind == MLP_EXPERTS ? work->layers.experts : work->layers.layers - work->layers.experts);
}

static void add_layers(WorkCost *cost, LayerParts parts, double layers, PassPart part) {
    if (part == PASS_COVER) {
        work_cost_add(cost, parts.cover, layers);
        return;
    }
    if (part >= PASS_BESIDE) {
        work_cost_add(cost, &parts.beside[part - PASS_BESIDE], layers);
        return;
    }
    work_cost_add(cost, parts.whole, layers);
    if (part == PASS_WHOLE)
        return;
    work_cost_add(cost, parts.cover, -layers);
    for (int i = 0; i < TENSOR_WINDOWS; i++)
        work_cost_add(cost, &parts.beside[i], -layers);
}

/* By which products take longer beside collectives: counts as communication. */
static double longer_seconds(const TrainingCosts *costs, const PassWork *work) {
    double seconds = 0;
    for (int kind = 0; kind < MLP_KIND_COUNT; kind++)
        for (int i = 0; i < TENSOR_WINDOWS; i++)
            if (work->part == PASS_WHOLE || (int)work->part == PASS_BESIDE + i)
                seconds +=
                    layers_of(work, kind) * training_tensor_windows(&costs->layer[kind], work->kind)->of[i].longer_s;
    return seconds;
}

/* Products of weight gradients: nothing is recomputed, nothing exchanged, the table's gradient is there already. The
 * next exchange waits for the busiest rank's. */
static WorkProfile weight_profile(const TrainingCosts *costs, const PassWork *work, double speed_fraction) {
    Seconds seconds = {0};
    WorkCost cost = {0};
    double sums_s = 0;
    for (int kind = 0; kind < MLP_KIND_COUNT; kind++)
        work_cost_add(&cost, &costs->layer[kind].weight, layers_of(work, kind));
    if (work->head)
        work_cost_add(&cost, &costs->head_weight, 1);
    add_cost(&seconds, &cost, &sums_s);
    seconds.of[LEDGER_COMM_EXPERT] = (double)work->layers.experts * costs->layer[MLP_EXPERTS].weight_wait_s;
    return round_profile(&seconds, speed_fraction);
}

/* What a forward or backward pass computes once. */
static WorkCost pass_cost(const TrainingCosts *costs, const PassWork *work) {
    bool forward = work->kind == PASS_FORWARD;
    WorkCost cost = {0};
    for (int kind = 0; kind < MLP_KIND_COUNT; kind++) {
        const LayerCosts *layer = &costs->layer[kind];
        LayerParts parts = forward ? (LayerParts){&layer->forward, &layer->cover_forward, layer->beside_forward}
                                   : (LayerParts){&layer->backward, &layer->cover_backward, layer->beside_backward};
        add_layers(&cost, parts, layers_of(work, kind), work->part);
    }
    if (work->embedding)
        work_cost_add(&cost, forward ? &costs->embedding_forward : &costs->embedding_backward, 1);
    if (work->head)
        work_cost_add(&cost, forward ? &costs->head_forward : &costs->head_backward, 1);
    return cost;
}

/* What a backward pass computes again. */
static WorkCost again_cost(const TrainingCosts *costs, const PassWork *work) {
    WorkCost again = {0};
    for (int kind = 0; kind < MLP_KIND_COUNT && work->kind == PASS_BACKWARD; kind++) {
        const LayerCosts *layer = &costs->layer[kind];
        LayerParts parts = {&layer->recompute, &layer->cover_recompute, layer->beside_recompute};
        add_layers(&again, parts, layers_of(work, kind), work->part);
    }
    return again;
}

/* By which products take longer beside messages: while one travels, they take 1 + second_wave times as long. */
static double message_seconds(const TrainingCosts *costs, PassWork work) {
    if (work.messages_s <= 0 || costs->second_wave <= 0 || (work.part != PASS_WHOLE && work.part != PASS_ALONE))
        return 0;
    work.part = PASS_WHOLE;
    WorkCost cost = pass_cost(costs, &work), again = again_cost(costs, &work);
    double products_s = cost.gemm_s + again.gemm_s, all_s = products_s + cost.memory_s + again.memory_s;
    double stretch = 1 + costs->second_wave * products_s / all_s;
    return fmin(work.messages_s, all_s * stretch) * (1 - 1 / stretch);
}

WorkProfile training_pass_profile(const TrainingCosts *costs, const PassWork *work, double speed_fraction) {
    const LayerCosts *experts = &costs->layer[MLP_EXPERTS];
    if (work->kind == PASS_WEIGHT)
        return weight_profile(costs, work, speed_fraction);
    WorkCost cost = pass_cost(costs, work), again = again_cost(costs, work);
    Seconds seconds = {0};
    double sums_s = work->sums_s;
    add_cost(&seconds, &cost, &sums_s);
    seconds.of[LEDGER_LAUNCH_OVERHEAD] += work->host_s;
    seconds.of[LEDGER_MEMORY_BOUND] += work->bytes * costs->byte_s;
    seconds.hbm_bytes += work->bytes;
    seconds.of[LEDGER_COMM_TENSOR] = longer_seconds(costs, work);
    seconds.of[LEDGER_COMM_PIPELINE] = message_seconds(costs, *work);
    seconds.of[LEDGER_RECOMPUTATION] = again.gemm_s + again.memory_s + launch_seconds(&again, &sums_s);
    seconds.hbm_bytes += again.hbm_bytes;
    if (work->part == PASS_WHOLE || work->part == PASS_ALONE)
        seconds.of[LEDGER_COMM_EXPERT] =
            (double)work->layers.experts *
            (work->kind == PASS_FORWARD ? experts->forward_wait_s : experts->backward_wait_s);
    return round_profile(&seconds, speed_fraction);
}

const TensorWindows *training_tensor_windows(const LayerCosts *costs, PassKind kind) {
    return kind == PASS_FORWARD ? &costs->tensor_forward : &costs->tensor_backward;
}

double training_open_sums(const TrainingCosts *costs, const PassWork *work) {
    double sums = 0;
    for (int kind = 0; kind < MLP_KIND_COUNT; kind++)
        sums += layers_of(work, kind) * training_tensor_windows(&costs->layer[kind], work->kind)->open_sums;
    return sums;
}

double training_hidden_sums(const TrainingCosts *costs, const PassWork *work, int window) {
    double sums = 0;
    for (int kind = 0; kind < MLP_KIND_COUNT; kind++)
        sums += layers_of(work, kind) * training_tensor_windows(&costs->layer[kind], work->kind)->of[window].sums;
    return sums;
}

WorkProfile training_work_profile(const WorkCost *cost, double speed_fraction) {
    Seconds seconds = {0};
    double sums_s = 0;
    add_cost(&seconds, cost, &sums_s);
    return round_profile(&seconds, speed_fraction);
}

WorkProfile training_optimizer_profile(const TrainingSpec *training, const GpuSpec *gpu, double parameters,
                                       double speed_fraction) {
    WorkCost cost = optimizer_cost(training, gpu, parameters);
    cost.launch_s += shard_lists_step_s(training);
    return training_work_profile(&cost, speed_fraction);
}
