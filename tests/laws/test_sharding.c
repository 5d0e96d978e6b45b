/*
 * What ZeRO moves and holds, from Rajbhandari et al. 2020 (arXiv 1910.02054), 5 and 7: with P parameters, n GPUs and a
 * ring, a step without ZeRO, with ZeRO-1 or 2 sends 2 P (n - 1)/n elements from each GPU, one with ZeRO-3 sends 3 P
 * (n - 1)/n in every micro-batch; the states shrink to 1/n.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "models/memory/training_memory.h"
#include "models/plan/training_parameters.h"
#include "tests/unit/models/small_cluster.h"

enum { GPUS = 8 };

/* A GPU in every node, so that its NIC carries all that it sends; gradients in fp16, like parameters. */
static SimulationSpec ring_of_nodes(Arena *arena, int64_t stage, int64_t micro_batches) {
    SimulationSpec spec = small_cluster(arena, GPUS, 1);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->zero_stage = stage;
    plan->gradient_accumulation = micro_batches;
    plan->grad_reduce_in_fp32 = false;
    plan->overlap_grad_reduce = true;
    plan->collective = "ring";
    return spec;
}

/* Elements of 2 bytes that leave a GPU in a step, over the parameters. */
static double sent_over_parameters(Arena *arena, SimulationSpec *spec) {
    double bytes = small_cluster_sent_bytes(arena, spec);
    return bytes / GPUS / 2 / training_stage_parameters(&spec->jobs[0].training, 0);
}

static void expect_sent(SimulationSpec *spec, double expected, Arena *arena) {
    double sent = sent_over_parameters(arena, spec);
    cr_assert_float_eq(sent, expected, 1e-9 * expected, "sent %.12g, expected %.12g", sent, expected);
}

Test(sharding, without_zero_and_with_zero_1_a_step_sends_the_parameters_twice) {
    Arena *arena = arena_create();
    for (int64_t stage = 0; stage <= 1; stage++) {
        SimulationSpec spec = ring_of_nodes(arena, stage, 3);
        expect_sent(&spec, 2 * 7 / 8.0, arena);
    }
    arena_destroy(arena);
}

/* As DeepSpeed does: nobody keeps a whole gradient from one micro-batch to the next. */
Test(sharding, zero_2_reduces_in_every_micro_batch_and_gathers_once) {
    Arena *arena = arena_create();
    SimulationSpec spec = ring_of_nodes(arena, 2, 3);
    expect_sent(&spec, (3 + 1) * 7 / 8.0, arena);
    arena_destroy(arena);
}

Test(sharding, zero_3_sends_the_parameters_three_times_in_every_micro_batch) {
    Arena *arena = arena_create();
    for (int64_t micro_batches = 1; micro_batches <= 3; micro_batches++) {
        SimulationSpec spec = ring_of_nodes(arena, 3, micro_batches);
        expect_sent(&spec, 3 * (double)micro_batches * 7 / 8, arena);
        spec = ring_of_nodes(arena, 3, micro_batches);
        spec.jobs[0].training.plan.prefetch_layers = 0;
        expect_sent(&spec, 3 * (double)micro_batches * 7 / 8, arena);
    }
    arena_destroy(arena);
}

Test(sharding, parameters_that_are_kept_for_the_backward_pass_are_gathered_once) {
    Arena *arena = arena_create();
    SimulationSpec spec = ring_of_nodes(arena, 3, 3);
    spec.jobs[0].training.plan.reshard_after_forward = false;
    expect_sent(&spec, 2 * 3 * 7 / 8.0, arena);
    arena_destroy(arena);
}

/* Groups of 4: 3 (s - 1)/s inside, and an all-reduce of a shard over the 2 groups in the end. */
Test(sharding, hybrid_sharding_adds_one_sum_of_the_shards) {
    Arena *arena = arena_create();
    SimulationSpec spec = ring_of_nodes(arena, 3, 3);
    spec.jobs[0].training.plan.zero_shard_size = 4;
    expect_sent(&spec, 3 * 3 * 3 / 4.0 + 2 * 1 / 2.0 / 4, arena);
    spec = ring_of_nodes(arena, 1, 3);
    spec.jobs[0].training.plan.zero_shard_size = 4;
    expect_sent(&spec, 2 * 3 / 4.0 + 2 * 1 / 2.0 / 4, arena);
    arena_destroy(arena);
}

/* 16 bytes per parameter in all: 2 of weights, 2 of gradients, 12 of the optimizer. */
Test(sharding, the_states_of_all_gpus_together_are_those_of_one_without_zero) {
    Arena *arena = arena_create();
    SimulationSpec spec = ring_of_nodes(arena, 3, 1);
    small_cluster_resolve(arena, &spec);
    const TrainingSpec *training = &spec.jobs[0].training;
    StageMemory memory = training_memory_of_stage(training, 0);
    double whole = training_stage_parameters(training, 0), layer = training_layer_parameters(training);
    /* Without the two layers that are gathered, and the two that are not reduced yet. */
    double states = memory.weights_bytes + memory.gradients_bytes + memory.optimizer_bytes - (2 + 2) * 2 * layer;
    cr_assert_float_eq(states * GPUS / whole, 16, 1e-9);
    arena_destroy(arena);
}
