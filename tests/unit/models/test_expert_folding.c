/* Whole experts beside split attention: groups of experts that go over tensor groups. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/cost/layer_cost.h"
#include "models/cost/training_experts.h"
#include "models/plan/layer_weights.h"
#include "models/plan/plan_experts.h"
#include "models/plan/training_parameters.h"
#include "models/plan/weight_owners.h"
#include "tests/unit/models/small_experts.h"

/* On 2 nodes of 4 GPUs; an expert group of 8 of them unless said otherwise. */
static SimulationSpec folded(Arena *arena, int64_t tensor, int64_t experts, int64_t expert_tensor) {
    SimulationSpec spec = small_experts(arena, 2, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = tensor;
    plan->sequence_parallel = tensor > 1;
    plan->expert_parallel = experts;
    plan->expert_tensor_parallel = expert_tensor;
    plan->distributed_optimizer = true;
    return spec;
}

Test(expert_folding, a_group_of_whole_experts_reaches_over_fewer_copies) {
    const struct {
        int64_t tensor, context, data, experts, span, replicas, copies;
    } cases[] = {{2, 1, 16, 32, 16, 16, 1}, {2, 1, 16, 8, 4, 4, 4}, {4, 2, 8, 8, 2, 1, 8},
                 {4, 2, 6, 24, 6, 3, 2},    {4, 1, 3, 4, 1, 1, 3},  {1, 1, 8, 4, 4, 4, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PlanSpec plan = plan_default();
        plan.tensor_parallel = cases[i].tensor;
        plan.context_parallel = cases[i].context;
        plan.data_parallel = cases[i].data;
        plan.expert_parallel = cases[i].experts;
        plan.expert_tensor_parallel = 1;
        cr_expect(eq(i64, plan_expert_span(&plan), cases[i].span), "case %zu", i);
        cr_expect(eq(i64, plan_expert_replicas(&plan), cases[i].replicas), "case %zu", i);
        cr_expect(eq(i64, plan_expert_copies(&plan), cases[i].copies), "case %zu", i);
    }
}

Test(expert_folding, a_dense_model_takes_no_notice) {
    Arena *arena = arena_create();
    SimulationSpec plain = small_cluster(arena, 2, 4), said = small_cluster(arena, 2, 4);
    plain.jobs[0].training.plan.tensor_parallel = said.jobs[0].training.plan.tensor_parallel = 4;
    said.jobs[0].training.plan.expert_tensor_parallel = 1;
    small_cluster_resolve(arena, &plain);
    small_cluster_resolve(arena, &said);
    cr_expect(eq(dbl, training_stage_parameters(&said.jobs[0].training, 0),
                 training_stage_parameters(&plain.jobs[0].training, 0)));
    cr_expect(eq(i64, simulation_run(&said, arena)->step, simulation_run(&plain, arena)->step));
    arena_destroy(arena);
}

Test(expert_folding, experts_split_as_others_are_by_default) {
    PlanSpec plan = plan_default();
    plan.tensor_parallel = 4;
    cr_expect(eq(i64, plan_expert_tensor(&plan), 4));
    plan.expert_tensor_parallel = 1;
    cr_expect(eq(i64, plan_expert_tensor(&plan), 1));
}

Test(expert_folding, a_gpu_holds_whole_experts_and_shares_their_states_with_its_copies) {
    Arena *arena = arena_create();
    SimulationSpec two = folded(arena, 2, 4, 1);
    small_cluster_resolve(arena, &two);
    const TrainingSpec *training = &two.jobs[0].training;
    double experts = 8 * 8 * 3 * 1024 * 640.0; /* layers, experts, matrices, hidden, features */
    cr_expect(eq(dbl, training_stage_expert_parameters(training, 0), experts / 4));
    double rest = training_stage_parameters(training, 0) - experts / 4;
    /* 4 copies of the others, 2 of each expert. */
    cr_expect_float_eq(weight_owners_parameters(training, 0), rest / 4 + experts / 4 / 2, 1e-3);
    int64_t last = layer_weights_count(training) - 1;
    cr_expect(eq(dbl, layer_weights_at(training, last), 1024.0 * 640));
    arena_destroy(arena);
}

/* A GPU works on half of the pairs of its replica, but on all features of an expert. */
Test(expert_folding, whole_experts_compute_as_much_and_sum_nothing) {
    Arena *arena = arena_create();
    SimulationSpec split = folded(arena, 2, 4, 2), whole = folded(arena, 2, 4, 1);
    small_cluster_resolve(arena, &split);
    small_cluster_resolve(arena, &whole);
    const TrainingSpec *parts = &split.jobs[0].training, *wholes = &whole.jobs[0].training;
    const GpuSpec *gpu = &split.cluster.node.gpu;
    WorkCost one = layer_forward_cost(parts, gpu), other = layer_forward_cost(wholes, gpu);
    cr_expect_float_eq(one.flop, other.flop, 1e-9 * one.flop);
    cr_expect(eq(dbl, training_mean_pairs(parts), 512 * 3));
    cr_expect(eq(dbl, training_mean_pairs(wholes), 256 * 3));
    cr_expect(eq(dbl, training_pair_bytes(wholes), 256 * 3 * 1024 * 2));
    cr_expect(eq(dbl, training_layer_sums(parts, PASS_FORWARD), 1 + 3));
    cr_expect(eq(dbl, training_layer_sums(wholes, PASS_FORWARD), 1));
    /* 256 tokens: 3 pairs each with input and three inner tensors of 640, in 2 bytes; 8 bytes for each probability. */
    cr_expect_float_eq(training_mlp_activation_bytes(wholes), 256 * (3 * 2.0 * (1024 + 3 * 640) + 8 * 8), 1);
    arena_destroy(arena);
}

/* Of a step that only exchanges pairs between nodes of 4 GPUs; gradients are the same as of split experts. */
static double sent_bytes(int64_t experts, int64_t expert_tensor) {
    Arena *arena = arena_create();
    SimulationSpec spec = folded(arena, 4, experts, expert_tensor);
    double bytes = small_cluster_sent_bytes(arena, &spec);
    arena_destroy(arena);
    return bytes;
}

/* 8 layers, there and back, forward and backward; every GPU sends half of its 3 pairs of each of 128 tokens to the
 * other node. */
Test(expert_folding, a_group_over_two_nodes_exchanges_half_of_its_pairs_between_them) {
    double exchanged = 8 * 4 * 8 * 3 * 128 * 1024 * 2.0 / 2;
    double experts = 8 * 8 * 3 * 1024 * 640.0;
    /* In one node there are two copies of each expert: gradients in fp32 to the other and parameters back, ring of 2:
     * half of each from each GPU. */
    double reduced = experts * 2 * (4 + 2) / 2;
    double over = sent_bytes(8, 1), inside = sent_bytes(4, 1);
    cr_expect_float_eq(over - inside, exchanged - reduced, 1e-6 * over, "%g and %g", over - inside,
                       exchanged - reduced);
}

static void expect_error(void (*change)(PlanSpec *), const char *path, const char *text) {
    Arena *arena = arena_create();
    SimulationSpec spec = folded(arena, 4, 8, 1);
    change(&spec.jobs[0].training.plan);
    small_cluster_expect_error(&spec, path, text);
    arena_destroy(arena);
}

static void halve_experts(PlanSpec *plan) {
    plan->expert_tensor_parallel = 2;
}

static void split_alone(PlanSpec *plan) {
    plan->tensor_parallel = 1;
    plan->expert_tensor_parallel = 2;
}

static void leave_ranks_out(PlanSpec *plan) {
    plan->expert_parallel = 2;
}

static void reach_too_far(PlanSpec *plan) {
    plan->tensor_parallel = 2;
    plan->pipeline_parallel = 2;
}

Test(expert_folding, what_cannot_be_is_said) {
    expect_error(halve_experts, "jobs[0].plan.expert_tensor_parallel", "found 2, expected tensor_parallel 4 or 1");
    expect_error(split_alone, "jobs[0].plan.expert_tensor_parallel", "found 2, expected tensor_parallel 1");
    expect_error(leave_ranks_out, "jobs[0].plan.expert_parallel",
                 "found 2 with expert_tensor_parallel 1, expected a multiple of tensor_parallel 4");
    expect_error(reach_too_far, "jobs[0].plan.expert_parallel",
                 "found 8, expected a divisor of data_parallel x tensor_parallel 4");
}
