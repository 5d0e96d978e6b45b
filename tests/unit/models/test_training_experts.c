/* Expert parallelism in whole steps: folded and unfolded agree, tokens cost what they weigh, the busiest is waited for.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/cost/expert_cost.h"
#include "models/cost/layer_cost.h"
#include "models/cost/training_experts.h"
#include "models/traffic/expert_teams.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_experts.h"

typedef struct ExpertLayout {
    SmallExpertsLayout small;
    bool splits_optimizer;
    Recompute recompute;
    bool overlap;
    int per_leaf; /* 0 = one leaf */
    double capacity;
} ExpertLayout;

static const ExpertLayout LAYOUTS[] = {
    {{1, 4, 1, 1, 4, 0, 1, 1, 2, 1}, false, RECOMPUTE_NONE, false, 0, 0},
    {{2, 4, 2, 1, 2, 0, 1, 1, 3, 1}, true, RECOMPUTE_NONE, true, 0, 0},
    {{2, 4, 1, 2, 8, 0, 1, 1, 2, 1.7}, true, RECOMPUTE_FULL, true, 0, 0},
    {{4, 2, 1, 2, 2, 0, 2, 1, 3, 1}, false, RECOMPUTE_NONE, true, 0, 0.75},
    {{4, 4, 2, 2, 4, 0, 2, 2, 4, 1.3}, true, RECOMPUTE_FULL, true, 2, 1.25},
    {{4, 4, 4, 1, 2, 0, 2, 1, 2, 2}, false, RECOMPUTE_NONE, false, 1, 0},
    {{4, 4, 1, 4, 2, 0, 2, 4, 2, 1}, true, RECOMPUTE_NONE, true, 2, 0},
    {{8, 2, 2, 1, 2, 0, 1, 1, 2, 1}, false, RECOMPUTE_NONE, false, 4, 0},
    {{2, 4, 2, 1, 8, 1, 1, 1, 3, 1}, true, RECOMPUTE_NONE, true, 0, 0},
    {{4, 4, 2, 2, 4, 1, 2, 2, 4, 1.3}, true, RECOMPUTE_FULL, true, 2, 1.25},
    {{4, 4, 4, 1, 4, 1, 2, 1, 2, 2}, false, RECOMPUTE_NONE, false, 1, 0},
    {{8, 2, 2, 1, 4, 1, 1, 1, 2, 1}, false, RECOMPUTE_NONE, true, 4, 0},
};

static SimulationSpec layout_spec(Arena *arena, size_t index) {
    const ExpertLayout *layout = &LAYOUTS[index];
    SimulationSpec spec = small_experts_spec(arena, &layout->small);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->distributed_optimizer = layout->splits_optimizer;
    plan->recompute = layout->recompute;
    plan->overlap_grad_reduce = plan->overlap_p2p = layout->overlap;
    plan->routing.capacity_factor = layout->capacity;
    small_cluster_leaves(&spec, layout->per_leaf);
    small_cluster_resolve(arena, &spec);
    return spec;
}

static const FoldingLayouts ALL = {layout_spec, sizeof LAYOUTS / sizeof *LAYOUTS};

Test(training_experts, folded_and_unfolded_agree_to_the_nanosecond) {
    folding_expect_layouts(ALL);
}

Test(training_experts, folded_and_unfolded_agree_with_a_slow_gpu) {
    folding_expect_slow_layouts(ALL);
}

/* Of a job on nodes of one GPU. */
static const Results *run_with(Arena *arena, double nic_bytes_per_s, double imbalance, double capacity) {
    SimulationSpec spec = small_experts(arena, 4, 1);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->expert_parallel = 4;
    plan->gradient_accumulation = 2;
    plan->routing = (ExpertRouting){.imbalance = imbalance, .capacity_factor = capacity};
    spec.cluster.node.nic.bytes_per_s = nic_bytes_per_s;
    spec.cluster.node.nic.latency_s = 0;
    spec.cluster.node.nic.ramp_s = 0;
    small_cluster_resolve(arena, &spec);
    return simulation_run(&spec, arena);
}

/* 8 layers, 2 micro-batches, there and back, forward and backward: 3/4 of 3 pairs of each of 512 tokens leave a GPU. */
Test(training_experts, a_slower_nic_is_exposed_by_the_bytes_of_four_exchanges) {
    Arena *arena = arena_create();
    const Results *slow = run_with(arena, 1e8, 1, 0), *slower = run_with(arena, 0.5e8, 1, 0);
    double bytes = 8 * 2 * 4 * 0.75 * 3 * 512 * 1024 * 2.0, efficiency = 0.65;
    double more_ns = bytes * (1 / 0.5e8 - 1 / 1e8) / efficiency * 1e9;
    double exposed_ns = (double)(slower->ledger.ns[LEDGER_COMM_EXPERT] - slow->ledger.ns[LEDGER_COMM_EXPERT]) / 4;
    cr_expect_float_eq(exposed_ns, more_ns, 1e-6 * more_ns, "%g and %g", exposed_ns, more_ns);
    arena_destroy(arena);
}

Test(training_experts, the_busiest_rank_is_waited_for_and_its_nic_is_the_slowest) {
    Arena *arena = arena_create();
    const Results *even = run_with(arena, 1e8, 1, 0), *skewed = run_with(arena, 1e8, 2, 0);
    const Results *cut = run_with(arena, 1e8, 2, 1);
    double exposed = (double)skewed->ledger.ns[LEDGER_COMM_EXPERT] / (double)even->ledger.ns[LEDGER_COMM_EXPERT];
    cr_expect(gt(dbl, exposed, 2));
    cr_expect(lt(dbl, exposed, 2.2));
    cr_expect_float_eq((double)cut->wall, (double)even->wall, 1e-6 * (double)even->wall);
    cr_expect(lt(i64, cut->ledger.ns[LEDGER_IDEAL_COMPUTE], even->ledger.ns[LEDGER_IDEAL_COMPUTE]));
    cr_expect(eq(i64, skewed->ledger.ns[LEDGER_IDEAL_COMPUTE], even->ledger.ns[LEDGER_IDEAL_COMPUTE]));
    arena_destroy(arena);
}

Test(training_experts, an_expert_group_computes_what_its_ranks_would_alone) {
    Arena *arena = arena_create();
    TrainingSpec one = small_experts_training(arena, 1);
    const GpuSpec gpu = small_experts(arena, 2, 4).cluster.node.gpu;
    double whole = layer_forward_cost(&one, &gpu).flop, whole_back = layer_backward_cost(&one, &gpu).flop;
    for (int64_t ranks = 2; ranks <= 8; ranks *= 2) {
        TrainingSpec part = small_experts_training(arena, ranks);
        cr_expect_float_eq(layer_forward_cost(&part, &gpu).flop, whole, 1e-9 * whole);
        cr_expect_float_eq(layer_backward_cost(&part, &gpu).flop, whole_back, 1e-9 * whole_back);
        cr_expect(eq(dbl, expert_cost_forward_wait_s(&part, &gpu), 0));
        part.plan.routing.imbalance = 1.5;
        cr_expect(gt(dbl, expert_cost_forward_wait_s(&part, &gpu), 0));
        cr_expect(gt(dbl, expert_cost_backward_wait_s(&part, &gpu), expert_cost_forward_wait_s(&part, &gpu)));
    }
    arena_destroy(arena);
}

Test(training_experts, experts_one_after_the_other_are_ordinary_products) {
    Arena *arena = arena_create();
    TrainingSpec grouped = small_experts_training(arena, 1), each = grouped;
    each.plan.grouped_experts = false;
    const GpuSpec gpu = small_experts(arena, 2, 4).cluster.node.gpu;
    WorkCost one = layer_forward_cost(&grouped, &gpu), many = layer_forward_cost(&each, &gpu);
    cr_expect_float_eq(many.flop, one.flop, 1e-9 * one.flop);
    cr_expect(gt(dbl, many.gemm_s, one.gemm_s));
    cr_expect(gt(dbl, many.launch_s, one.launch_s));
    GpuSpec slower = gpu;
    slower.kernels.moe.hidden_passes = slower.kernels.moe.inner_passes = 1000;
    cr_expect(eq(dbl, layer_forward_cost(&each, &slower).memory_s, many.memory_s));
    arena_destroy(arena);
}

/* Their outputs are put together: two passes over the hidden states of all pairs. */
Test(training_experts, outputs_of_single_experts_are_put_together) {
    Arena *arena = arena_create();
    TrainingSpec grouped = small_experts_training(arena, 1), each = grouped;
    each.plan.grouped_experts = false;
    GpuSpec gpu = small_experts(arena, 2, 4).cluster.node.gpu;
    gpu.kernels.moe = (GpuMoe){0};
    double pairs = 3 * 512, bytes = 2 * pairs * 1024 * 2;
    double more = layer_forward_cost(&each, &gpu).hbm_bytes - layer_forward_cost(&grouped, &gpu).hbm_bytes;
    cr_expect_float_eq(more, bytes, 1e-6 * bytes, "%g and %g", more, bytes);
    arena_destroy(arena);
}

/* Rows of odd length are features, never tokens. */
Test(training_experts, a_few_tokens_more_cost_a_little_more) {
    Arena *arena = arena_create();
    TrainingSpec training = small_experts_training(arena, 4);
    const GpuSpec gpu = small_experts(arena, 2, 4).cluster.node.gpu;
    WorkCost cost = layer_backward_cost(&training, &gpu);
    training.plan.routing.imbalance = 1.003;
    cr_expect(lt(dbl, expert_cost_backward_wait_s(&training, &gpu), 0.05 * work_cost_seconds(&cost)));
    arena_destroy(arena);
}

/* Backward is twice the forward; attention is one tensor sum, the experts one for every pair of a token. */
Test(training_experts, sums_and_exchanges_follow_the_pass) {
    Arena *arena = arena_create();
    TrainingSpec training = small_experts_training(arena, 4);
    cr_expect(eq(dbl, training_layer_sums(&training, PASS_FORWARD), 1 + 3));
    cr_expect(eq(dbl, training_expert_exchanges(&training.plan, PASS_BACKWARD), 1));
    training.model.shared_experts = 2;
    cr_expect(eq(dbl, training_layer_sums(&training, PASS_FORWARD), 1 + 3 + 1));
    training.plan.recompute = RECOMPUTE_FULL;
    cr_expect(eq(dbl, training_layer_sums(&training, PASS_BACKWARD), 2 * 5));
    cr_expect(eq(dbl, training_expert_exchanges(&training.plan, PASS_BACKWARD), 2));
    training.plan.expert_parallel = 1;
    cr_expect(eq(dbl, training_expert_exchanges(&training.plan, PASS_BACKWARD), 0));
    arena_destroy(arena);
}

/* 512 tokens: 3 pairs each with input and three inner tensors of 640, in 2 bytes; 8 bytes for each of 8 probabilities.
 */
Test(training_experts, activations_grow_with_the_pairs_of_the_busiest_rank) {
    Arena *arena = arena_create();
    TrainingSpec training = small_experts_training(arena, 4);
    double expected = 512 * (3 * 2.0 * (1024 + 3 * 640) + 8 * 8);
    cr_expect_float_eq(training_mlp_activation_bytes(&training), expected, 1);
    training.plan.routing.imbalance = 1.5;
    double busiest = 512 * (1.5 * 3 * 2.0 * (1024 + 3 * 640) + 8 * 8);
    cr_expect_float_eq(training_mlp_activation_bytes(&training), busiest, 1);
    training.plan.routing = (ExpertRouting){.imbalance = 1.5, .capacity_factor = 1};
    cr_expect_float_eq(training_mlp_activation_bytes(&training), expected, 1);
    training.model.shared_experts = 2;
    cr_expect_float_eq(training_mlp_activation_bytes(&training), expected + 512 * 2 * 2.0 * 3 * 640, 1);
    training.model.shared_experts = 0;
    training.plan.precision = PRECISION_FP8;
    double fp8 = 512 * (3 * (1024 + 5 * 640) + 8 * 8);
    cr_expect_float_eq(training_mlp_activation_bytes(&training), fp8, 1);
    arena_destroy(arena);
}
