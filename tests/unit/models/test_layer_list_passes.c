#include <criterion/criterion.h>

#include "models/cost/layer_list_cost.h"
#include "models/cost/training_costs.h"
#include "models/cost/work_profile.h"
#include "models/plan/layer_list_plan.h"
#include "sim/engine/engine.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_list.h"

static double seconds(const WorkCost *cost) {
    WorkProfile profile = training_work_profile(cost, 1);
    return (double)ledger_sum(&profile.row) * 1e-9;
}

/* Without others a step is its layers and the optimizer. */
Test(layer_list_passes, one_gpu_takes_the_sum_of_its_kernels) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_conv_net(arena, 1);
    spec.jobs[0].gpus = 1;
    spec.jobs[0].training.plan.gradient_accumulation = 3;
    const Results *results = small_cluster_run(arena, &spec);
    const TrainingSpec *training = &spec.jobs[0].training;
    GpuSpec gpu = plan_gpu(&training->plan, &spec.cluster.node.gpu);
    LayerRun layers = layer_list_run(&training->list, arena);
    WorkCost forward = {0}, backward = {0};
    for (int i = 0; i < layers.count; i++) {
        WorkCost there = layer_list_forward_cost(training, layers.layers[i], &gpu);
        WorkCost back = layer_list_backward_cost(training, layers.layers[i], &gpu, i == 0);
        work_cost_add(&forward, &there, 1);
        work_cost_add(&backward, &back, 1);
    }
    WorkProfile optimizer = training_optimizer_profile(training, &gpu, layer_list_parameters(&training->list), 1);
    double optimizer_s = (double)ledger_sum(&optimizer.row) * 1e-9;
    double expected_s = 3 * (seconds(&forward) + seconds(&backward)) + optimizer_s;
    cr_assert_float_eq(sim_time_to_s(results->step), expected_s, 1e-8);
    arena_destroy(arena);
}

Test(layer_list_passes, folded_and_unfolded_runs_agree) {
    Arena *arena = arena_create();
    SimulationSpec nets[] = {small_conv_net(arena, 2), small_recommender(arena, 2)};
    for (int i = 0; i < 2; i++) {
        nets[i].jobs[0].training.plan.gradient_accumulation = 2;
        small_cluster_resolve(arena, &nets[i]);
        folding_expect_agreement(&nets[i], i == 0 ? "conv net" : "recommender", arena);
    }
    arena_destroy(arena);
}

/* What the exchange takes forward and back is 2 x 336 x 2 bytes a sample; some of it is behind the bottom layers. */
Test(layer_list_passes, the_bottom_layers_hide_a_part_of_the_exchange) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_recommender(arena, 2);
    const Results *beside = small_cluster_run(arena, &spec);
    LayerSpec layers[6];
    for (int i = 0; i < 6; i++)
        layers[i] = spec.jobs[0].training.list.layers[i];
    /* The same layers, but the bottom ones before the tables. */
    LayerSpec table = layers[0];
    layers[0] = layers[1];
    layers[1] = layers[2];
    layers[2] = table;
    SimulationSpec bare = small_recommender(arena, 2);
    bare.jobs[0].training.list.layers = layers;
    const Results *alone = small_cluster_run(arena, &bare);
    int64_t hidden = beside->ledger.ns[LEDGER_COMM_EMBEDDING], exposed = alone->ledger.ns[LEDGER_COMM_EMBEDDING];
    cr_assert_gt(hidden, 0);
    cr_assert_lt((double)hidden, 0.9 * (double)exposed);
    cr_assert_lt(beside->step, alone->step);
    arena_destroy(arena);
}

Test(layer_list_passes, buckets_of_gradients_hide_behind_the_backward_pass) {
    Arena *arena = arena_create();
    SimulationSpec overlapped = small_conv_net(arena, 2), waiting = small_conv_net(arena, 2);
    waiting.jobs[0].training.plan.overlap_grad_reduce = false;
    const Results *with = small_cluster_run(arena, &overlapped), *without = small_cluster_run(arena, &waiting);
    cr_assert_lt(with->step, without->step);
    cr_assert_lt(with->ledger.ns[LEDGER_COMM_DATA], without->ledger.ns[LEDGER_COMM_DATA]);
    arena_destroy(arena);
}

Test(layer_list_passes, a_slow_gpu_holds_up_the_others_and_is_named) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_recommender(arena, 2), slow = small_recommender(arena, 2);
    SlowGpuSpec slow_gpu = {.gpu = 5, .speed_fraction = 0.43};
    slow.cluster.slow_gpus = &slow_gpu;
    slow.cluster.slow_gpu_count = 1;
    const Results *even = small_cluster_run(arena, &spec), *uneven = small_cluster_run(arena, &slow);
    cr_assert_gt(uneven->step, even->step);
    cr_assert_gt(uneven->ledger.ns[LEDGER_STRAGGLER], 0);
    folding_expect_agreement(&slow, "slow", arena);
    arena_destroy(arena);
}

/* 5 ms on a core for each of 17 samples, one worker a GPU: longer than the step. */
Test(layer_list_passes, a_step_waits_for_its_samples) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_conv_net(arena, 2);
    spec.cluster.storage = (StorageSpec){.read_bytes_per_s = 1e12, .write_bytes_per_s = 1e12};
    spec.jobs[0].loader.stored_bytes = 13000;
    spec.jobs[0].loader.copied_bytes = 27000;
    spec.jobs[0].loader.prepare_core_s = 5e-3;
    spec.jobs[0].loader.workers = 1;
    const Results *results = small_cluster_run(arena, &spec);
    double waited = (double)results->ledger.ns[LEDGER_DATA_LOADING] / (double)ledger_sum(&results->ledger);
    cr_assert_gt(waited, 0.9);
    cr_assert_float_eq(sim_time_to_s(results->wall) / (double)results->step_count, 17 * 5e-3, 0.01);
    arena_destroy(arena);
}

/* Gradients of 2 bytes scattered and weights of 4 gathered are half more than gradients summed. */
Test(layer_list_passes, zero_1_gathers_weights_of_4_bytes) {
    Arena *arena = arena_create();
    SimulationSpec specs[] = {small_conv_net(arena, 2), small_conv_net(arena, 2)};
    const Results *results[2];
    for (int stage = 0; stage < 2; stage++) {
        PlanSpec *plan = &specs[stage].jobs[0].training.plan;
        plan->zero_stage = stage;
        plan->overlap_grad_reduce = plan->grad_reduce_in_fp32 = false;
        results[stage] = small_cluster_run(arena, &specs[stage]);
    }
    double summed_ns = (double)results[0]->ledger.ns[LEDGER_COMM_DATA];
    double split_ns = (double)results[1]->ledger.ns[LEDGER_COMM_DATA];
    cr_assert_float_eq(split_ns / summed_ns, 1.5, 0.1);
    cr_assert_lt(results[1]->memory[0].optimizer_bytes, 0.13 * results[0]->memory[0].optimizer_bytes);
    arena_destroy(arena);
}

Test(layer_list_passes, asking_for_times_only_changes_no_time) {
    Arena *arena = arena_create();
    SimulationSpec nets[] = {small_conv_net(arena, 2), small_recommender(arena, 2)};
    for (int i = 0; i < 2; i++) {
        nets[i].jobs[0].training.plan.gradient_accumulation = 3;
        const Results *whole = small_cluster_run(arena, &nets[i]);
        nets[i].only_times = true;
        cr_expect_eq(simulation_run(&nets[i], arena)->step, whole->step);
    }
    arena_destroy(arena);
}

/* Bar number `index` of a kind in the order of time; the only class has them so. */
static const TimelineBar *bar(const Results *results, BarKind kind, int index) {
    for (int i = 0; i < results->timeline_count; i++)
        if (results->timeline[i].kind == kind && index-- == 0)
            return &results->timeline[i];
    cr_assert_fail("no such bar");
    return NULL;
}

Test(layer_list_passes, the_interaction_and_the_tables_wait_for_the_exchange) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_recommender(arena, 2);
    const Results *results = small_cluster_run(arena, &spec);
    const TimelineBar *there = bar(results, BAR_DATA_COMM, 0), *back = bar(results, BAR_DATA_COMM, 1);
    cr_assert_geq(there->start, bar(results, BAR_FORWARD, 0)->end);
    cr_assert_lt(bar(results, BAR_FORWARD, 1)->start, there->end);
    cr_assert_geq(bar(results, BAR_FORWARD, 2)->start, there->end);
    cr_assert_geq(back->start, bar(results, BAR_BACKWARD, 0)->end);
    cr_assert_lt(bar(results, BAR_BACKWARD, 1)->start, back->end);
    cr_assert_geq(bar(results, BAR_BACKWARD, 2)->start, back->end);
    arena_destroy(arena);
}
