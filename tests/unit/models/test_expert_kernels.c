/* Kernels that experts are issued as. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/cost/expert_kernels.h"
#include "models/cost/layer_cost.h"
#include "tests/unit/models/small_experts.h"

/* 8 experts on 4 GPUs are 2 on each: two products each forward, four backward. */
Test(expert_kernels, every_expert_of_a_gpu_has_products_of_its_own) {
    Arena *arena = arena_create();
    TrainingSpec two = small_experts_training(arena, 4), one = small_experts_training(arena, 8);
    cr_expect(eq(int, expert_kernels_issued(&two, false), 31 + 13 + 3 + 2 * 2 - 3));
    cr_expect(eq(int, expert_kernels_issued(&two, true), 12 + 11 + 3 + 2 * 4 - 6));
    cr_expect(eq(int, expert_kernels_issued(&one, false), 31 + 13 + 3 + 2 - 3));
    two.plan.grouped_experts = false;
    cr_expect(eq(int, expert_kernels_issued(&two, false), 31 + 13 + 3 + 2 * 4 - 3));
    cr_expect(eq(int, expert_kernels_issued(&two, true), 12 + 11 + 3 + 2 * 6 - 6));
    arena_destroy(arena);
}

Test(expert_kernels, routing_without_fused_kernels_is_of_pytorch_s_operators) {
    Arena *arena = arena_create();
    TrainingSpec training = small_experts_training(arena, 4);
    training.plan.fused_routing = false;
    cr_expect(eq(int, expert_kernels_issued(&training, false), 72 + 23 + 3 + 2 * 2 - 3));
    cr_expect(eq(int, expert_kernels_issued(&training, true), 30 + 23 + 3 + 2 * 4 - 6));
    arena_destroy(arena);
}

Test(expert_kernels, without_groups_nothing_is_exchanged_and_a_dense_model_has_none) {
    Arena *arena = arena_create();
    TrainingSpec training = small_experts_training(arena, 1);
    cr_expect(eq(int, expert_kernels_issued(&training, false), 31 + 13 + 2 * 8 - 3));
    training.model.shared_experts = 2;
    cr_expect(eq(int, expert_kernels_issued(&training, false), 31 + 13 + 2 * 8 + 4 - 3));
    cr_expect(eq(int, expert_kernels_issued(&training, true), 12 + 11 + 4 * 8 + 7 - 6));
    training.model.experts = 0;
    cr_expect(eq(int, expert_kernels_issued(&training, false), 0));
    arena_destroy(arena);
}

/* 512 tokens, 8 experts: 41 of the router's kernels are gone, each with its gap on the device. */
Test(expert_kernels, the_device_runs_the_router_s_kernels_too) {
    Arena *arena = arena_create();
    TrainingSpec fused = small_experts_training(arena, 4), plain = fused;
    plain.plan.fused_routing = false;
    const GpuSpec gpu = small_experts(arena, 2, 4).cluster.node.gpu;
    WorkCost few = layer_forward_cost(&fused, &gpu), many = layer_forward_cost(&plain, &gpu);
    cr_expect_float_eq(many.launch_s - few.launch_s, 41 * gpu.kernels.launch_s, 1e-12);
    cr_expect_float_eq(many.hbm_bytes - few.hbm_bytes, 41 * 512 * 8.0, 1);
    cr_expect_float_eq(many.host_s - few.host_s, (41 + 10) * gpu.kernels.host_s, 1e-12);
    arena_destroy(arena);
}
