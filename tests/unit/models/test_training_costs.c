#include "models/cost/training_costs.h"

#include <criterion/criterion.h>
#include <math.h>

#include "models/cost/ends_cost.h"
#include "models/cost/work_profile.h"
#include "sim/engine/engine.h"
#include "tests/unit/models/small_cluster.h"

typedef struct Bench {
    Arena *arena;
    GpuSpec gpu;
    TrainingSpec training;
    TrainingCosts costs;
} Bench;

static Bench bench_create(Recompute recompute) {
    Bench bench = {.arena = arena_create()};
    SimulationSpec spec = small_cluster(bench.arena, 1, 2);
    spec.jobs[0].training.plan.recompute = recompute;
    spec.jobs[0].training.plan.flash_attention = recompute == RECOMPUTE_BY_OPERATOR;
    small_cluster_resolve(bench.arena, &spec);
    bench.gpu = spec.cluster.node.gpu;
    bench.training = spec.jobs[0].training;
    bench.costs = training_costs_of(&bench.training, &bench.gpu);
    return bench;
}

static void bench_destroy(Bench *bench) {
    arena_destroy(bench->arena);
}

/* Every pass that is cut from a chunk of up to 7 layers. */
static const PassWork PASSES[] = {
    {.kind = PASS_FORWARD, .layers = {1, 0}},
    {.kind = PASS_FORWARD, .layers = {7, 0}, .embedding = true},
    {.kind = PASS_FORWARD, .layers = {3, 0}, .head = true},
    {.kind = PASS_FORWARD, .layers = {5, 0}, .embedding = true, .head = true},
    {.kind = PASS_BACKWARD, .layers = {1, 0}, .head = true},
    {.kind = PASS_BACKWARD, .layers = {7, 0}, .embedding = true, .head = true},
    {.kind = PASS_BACKWARD, .layers = {4, 0}, .embedding = true},
    {.kind = PASS_BACKWARD, .layers = {0, 0}, .head = true},
};

enum { PASS_TOTAL = sizeof PASSES / sizeof *PASSES };

/* The time of the pass in seconds, by another way than the profile takes. */
static double pass_seconds(const TrainingCosts *costs, const PassWork *work) {
    bool forward = work->kind == PASS_FORWARD;
    WorkCost sum = {0}, again = {0};
    work_cost_add(&sum, forward ? &costs->layer[MLP_DENSE].forward : &costs->layer[MLP_DENSE].backward,
                  (double)work->layers.layers);
    if (work->embedding)
        work_cost_add(&sum, forward ? &costs->embedding_forward : &costs->embedding_backward, 1);
    if (work->head)
        work_cost_add(&sum, forward ? &costs->head_forward : &costs->head_backward, 1);
    work_cost_add(&again, &costs->layer[MLP_DENSE].recompute, forward ? 0 : (double)work->layers.layers);
    return work_cost_seconds(&sum) + work_cost_seconds(&again);
}

Test(training_costs, the_parts_of_a_pass_add_up_to_its_rounded_time) {
    for (int recompute = RECOMPUTE_NONE; recompute <= RECOMPUTE_FULL; recompute++) {
        Bench bench = bench_create((Recompute)recompute);
        for (int i = 0; i < PASS_TOTAL; i++) {
            WorkProfile profile = training_pass_profile(&bench.costs, &PASSES[i], 1);
            double expected_ns = pass_seconds(&bench.costs, &PASSES[i]) * 1e9;
            cr_assert_float_eq((double)ledger_sum(&profile.row), expected_ns, 1, "pass %d", i);
            for (int category = 0; category < LEDGER_COUNT; category++)
                cr_assert_geq(profile.row.ns[category], 0);
        }
        bench_destroy(&bench);
    }
}

Test(training_costs, time_goes_to_the_category_that_limits_it) {
    Bench bench = bench_create(RECOMPUTE_FULL);
    const PassWork work = {.kind = PASS_BACKWARD, .layers = {3, 0}};
    LedgerRow row = training_pass_profile(&bench.costs, &work, 1).row;
    const WorkCost *layer = &bench.costs.layer[MLP_DENSE].backward;
    const double expected_s[LEDGER_COUNT] = {
        [LEDGER_IDEAL_COMPUTE] = 3 * layer->ideal_s,
        [LEDGER_KERNEL_INEFFICIENCY] = 3 * (layer->gemm_s - layer->ideal_s),
        [LEDGER_RECOMPUTATION] = 3 * work_cost_seconds(&bench.costs.layer[MLP_DENSE].recompute),
        [LEDGER_MEMORY_BOUND] = 3 * layer->memory_s,
        [LEDGER_LAUNCH_OVERHEAD] = 3 * (work_cost_seconds(layer) - layer->gemm_s - layer->memory_s)};
    for (int category = 0; category < LEDGER_COUNT; category++)
        cr_assert_float_eq((double)row.ns[category], expected_s[category] * 1e9, 1, "%s: %ld",
                           ledger_category_name((LedgerCategory)category), (long)row.ns[category]);
    bench_destroy(&bench);
}

Test(training_costs, the_host_floor_is_launch_overhead) {
    Bench bench = bench_create(RECOMPUTE_NONE);
    bench.gpu.kernels.host_s = 331e-6;
    TrainingCosts slow = training_costs_of(&bench.training, &bench.gpu);
    const PassWork work = {.kind = PASS_FORWARD, .layers = {2, 0}};
    LedgerRow quick = training_pass_profile(&bench.costs, &work, 1).row;
    LedgerRow row = training_pass_profile(&slow, &work, 1).row;
    cr_assert_eq(row.ns[LEDGER_MEMORY_BOUND], quick.ns[LEDGER_MEMORY_BOUND]);
    cr_assert_eq(row.ns[LEDGER_IDEAL_COMPUTE], quick.ns[LEDGER_IDEAL_COMPUTE]);
    cr_assert_eq(ledger_sum(&row), 2 * 28 * 331000);
    bench_destroy(&bench);
}

Test(training_costs, a_forward_recomputes_nothing) {
    Bench bench = bench_create(RECOMPUTE_FULL);
    for (int i = 0; i < PASS_TOTAL; i++) {
        LedgerRow row = training_pass_profile(&bench.costs, &PASSES[i], 1).row;
        bool again = PASSES[i].kind == PASS_BACKWARD && PASSES[i].layers.layers > 0;
        cr_assert_eq(row.ns[LEDGER_RECOMPUTATION] > 0, again, "pass %d", i);
    }
    bench_destroy(&bench);
}

Test(training_costs, a_slow_gpu_straggles_and_does_nothing_else_differently) {
    Bench bench = bench_create(RECOMPUTE_SELECTIVE);
    const double speeds[] = {0.5, 0.71, 0.977};
    for (int i = 0; i < PASS_TOTAL * 3; i++) {
        double speed = speeds[i % 3];
        LedgerRow normal = training_pass_profile(&bench.costs, &PASSES[i / 3], 1).row;
        LedgerRow slow = training_pass_profile(&bench.costs, &PASSES[i / 3], speed).row;
        int64_t whole = (int64_t)ceil((double)ledger_sum(&normal) / speed);
        cr_assert_eq(normal.ns[LEDGER_STRAGGLER], 0);
        cr_assert_eq(slow.ns[LEDGER_STRAGGLER], whole - ledger_sum(&normal));
        cr_assert_eq(ledger_sum(&slow), whole);
        slow.ns[LEDGER_STRAGGLER] = 0;
        for (int category = 0; category < LEDGER_COUNT; category++)
            cr_assert_eq(slow.ns[category], normal.ns[category]);
    }
    bench_destroy(&bench);
}

Test(training_costs, a_pass_moves_the_bytes_of_its_parts) {
    Bench bench = bench_create(RECOMPUTE_FULL);
    const PassWork work = {.kind = PASS_BACKWARD, .layers = {3, 0}, .embedding = true};
    double expected =
        3 * (bench.costs.layer[MLP_DENSE].backward.hbm_bytes + bench.costs.layer[MLP_DENSE].recompute.hbm_bytes) +
        bench.costs.embedding_backward.hbm_bytes;
    double bytes = training_pass_profile(&bench.costs, &work, 0.5).hbm_bytes;
    cr_assert_float_eq(bytes / expected, 1, 1e-12);
    bench_destroy(&bench);
}

Test(training_costs, a_weight_pass_is_what_the_backward_pass_leaves) {
    Bench bench = bench_create(RECOMPUTE_FULL);
    const PassWork backward = {.kind = PASS_BACKWARD, .layers = {3, 0}, .embedding = true, .head = true};
    const PassWork weight = {.kind = PASS_WEIGHT, .layers = {3, 0}, .head = true};
    LedgerRow whole = training_pass_profile(&bench.costs, &backward, 1).row;
    bench.training.plan.schedule = "zb_h1";
    TrainingCosts costs = training_costs_of(&bench.training, &bench.gpu);
    LedgerRow inputs = training_pass_profile(&costs, &backward, 1).row;
    LedgerRow weights = training_pass_profile(&costs, &weight, 1).row;
    cr_assert_eq(weights.ns[LEDGER_RECOMPUTATION] + weights.ns[LEDGER_MEMORY_BOUND], 0);
    cr_assert_gt(weights.ns[LEDGER_IDEAL_COMPUTE], 0.3 * (double)whole.ns[LEDGER_IDEAL_COMPUTE]);
    for (int category = 0; category < LEDGER_COUNT; category++)
        cr_assert_float_eq((double)(inputs.ns[category] + weights.ns[category]), (double)whole.ns[category], 2);
    bench_destroy(&bench);
}

Test(training_costs, the_optimizer_waits_for_memory) {
    Bench bench = bench_create(RECOMPUTE_NONE);
    WorkCost cost = optimizer_cost(&bench.training, &bench.gpu, 238.5e6);
    LedgerRow row = training_optimizer_profile(&bench.training, &bench.gpu, 238.5e6, 1).row;
    cr_assert_eq(ledger_sum(&row), sim_time_from_s(work_cost_seconds(&cost)));
    cr_assert_eq(row.ns[LEDGER_MEMORY_BOUND], sim_time_from_s(cost.memory_s));
    cr_assert_eq(row.ns[LEDGER_IDEAL_COMPUTE] + row.ns[LEDGER_KERNEL_INEFFICIENCY], 0);
    LedgerRow slow = training_optimizer_profile(&bench.training, &bench.gpu, 238.5e6, 0.8).row;
    cr_assert_float_eq((double)slow.ns[LEDGER_STRAGGLER], (double)ledger_sum(&row) * 0.25, 1);
    bench_destroy(&bench);
}

/* The device waits for the host, and for copies of its own: both add to the kernels. */
Test(training_costs, lists_of_collectives_are_launch_overhead_and_memory_traffic) {
    Bench bench = bench_create(RECOMPUTE_NONE);
    const PassWork without = {.kind = PASS_FORWARD, .layers = {2, 0}},
                   with = {.kind = PASS_FORWARD, .layers = {2, 0}, .host_s = 2.385e-3, .bytes = 1e9, .beside_s = 1};
    LedgerRow plain = training_pass_profile(&bench.costs, &without, 1).row;
    LedgerRow lists = training_pass_profile(&bench.costs, &with, 1).row;
    double more_s = sim_time_to_s(lists.ns[LEDGER_LAUNCH_OVERHEAD] - plain.ns[LEDGER_LAUNCH_OVERHEAD]);
    double copies_s = sim_time_to_s(lists.ns[LEDGER_MEMORY_BOUND] - plain.ns[LEDGER_MEMORY_BOUND]);
    cr_assert_float_eq(more_s, 2.385e-3, 1e-8);
    cr_assert_float_eq(copies_s, gpu_memory_bound_seconds(&bench.gpu, 1e9), 1e-8);
    cr_assert_float_eq((double)(ledger_sum(&lists) - ledger_sum(&plain)), (more_s + copies_s) * 1e9, 2);
    bench_destroy(&bench);
}

/* 238.5 us of late host hide behind that much of sums; what is left of these shortens nothing else. */
Test(training_costs, the_host_issues_kernels_while_the_tensor_group_sums) {
    Bench bench = bench_create(RECOMPUTE_FULL);
    bench.costs.layer[MLP_DENSE].backward.host_s = 0;
    WorkCost *again = &bench.costs.layer[MLP_DENSE].recompute;
    again->host_s = again->gemm_s + again->memory_s + again->launch_s + 238.5e-6;
    for (int i = 0; i < 3; i++) {
        const PassWork alone = {.kind = PASS_BACKWARD, .layers = {1, 0}},
                       beside = {.kind = PASS_BACKWARD, .layers = {1, 0}, .sums_s = 113.7e-6 * i};
        LedgerRow without = training_pass_profile(&bench.costs, &alone, 1).row;
        LedgerRow with = training_pass_profile(&bench.costs, &beside, 1).row;
        double saved_ns = (double)(ledger_sum(&without) - ledger_sum(&with));
        cr_assert_float_eq(saved_ns, 113.7e3 * i, 2);
        cr_assert_eq(ledger_sum(&without) - ledger_sum(&with),
                     without.ns[LEDGER_RECOMPUTATION] - with.ns[LEDGER_RECOMPUTATION]);
    }
    const PassWork long_sums = {.kind = PASS_BACKWARD, .layers = {1, 0}, .sums_s = 1};
    LedgerRow row = training_pass_profile(&bench.costs, &long_sums, 1).row;
    double device_s = again->gemm_s + again->memory_s + again->launch_s;
    cr_assert_float_eq((double)row.ns[LEDGER_RECOMPUTATION], device_s * 1e9, 2);
    bench_destroy(&bench);
}

/* Beside messages products take 1.6 times as long, the rest as long as alone. */
Test(training_costs, products_take_longer_beside_messages) {
    Bench bench = bench_create(RECOMPUTE_FULL);
    bench.gpu.kernels.second_wave = 0.6;
    bench.costs = training_costs_of(&bench.training, &bench.gpu);
    const LayerCosts *layer = &bench.costs.layer[MLP_DENSE];
    double products_s = layer->backward.gemm_s + layer->recompute.gemm_s;
    double all_s = products_s + layer->backward.memory_s + layer->recompute.memory_s;
    double stretch = 1 + 0.6 * products_s / all_s, message_s = 23.85e-6;
    PassWork work = {.kind = PASS_BACKWARD, .layers = {1, 0}, .messages_s = message_s};
    LedgerRow row = training_pass_profile(&bench.costs, &work, 1).row;
    cr_expect_float_eq((double)row.ns[LEDGER_COMM_PIPELINE], message_s * (1 - 1 / stretch) * 1e9, 2);
    work.messages_s = 1e3;
    row = training_pass_profile(&bench.costs, &work, 1).row;
    cr_expect_float_eq((double)row.ns[LEDGER_COMM_PIPELINE], all_s * (stretch - 1) * 1e9, 2, "all of the pass");
    work.part = PASS_BESIDE;
    cr_expect_eq(training_pass_profile(&bench.costs, &work, 1).row.ns[LEDGER_COMM_PIPELINE], 0);
    bench.training.plan.overlap_slowdown = false;
    cr_expect_eq(training_costs_of(&bench.training, &bench.gpu).second_wave, 0);
    bench_destroy(&bench);
}
