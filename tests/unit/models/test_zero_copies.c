#include "models/cost/zero_copies.h"

#include <criterion/criterion.h>

#include "tests/unit/models/one_chunk.h"
#include "tests/unit/models/small_cluster.h"

/* A GPT on 16 GPUs, in fp16, gradients reduced in it. */
static SimulationSpec sharded(Arena *arena, int stage) {
    SimulationSpec spec = small_cluster(arena, 4, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->zero_stage = stage;
    plan->zero_copies = true;
    plan->grad_reduce_in_fp32 = false;
    return spec;
}

Test(zero_copies, a_gather_is_put_together_and_a_gradient_copied_split_and_divided) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena, 3);
    small_cluster_resolve(arena, &spec);
    TrainingSpec training = spec.jobs[0].training;
    const ShardUnit *layer = ONE_CHUNK_UNIT(&training, 3);
    double parameters = shard_unit_parameters(&training, layer);
    cr_assert_float_eq(zero_copies_bytes(&training, layer, PASS_FORWARD), parameters * 2 * 2, 1);
    cr_assert_float_eq(zero_copies_bytes(&training, layer, PASS_BACKWARD), parameters * (2 * 2 + 6 * 2), 1);
    training.plan.zero_shard_size = 1;
    cr_assert_eq(zero_copies_bytes(&training, layer, PASS_BACKWARD), 0);
    training.plan.zero_shard_size = 16;
    training.plan.zero_copies = false;
    cr_assert_eq(zero_copies_bytes(&training, layer, PASS_FORWARD), 0);
    arena_destroy(arena);
}

Test(zero_copies, zero_2_gathers_nothing_in_a_pass_and_splits_no_gradient) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena, 2);
    small_cluster_resolve(arena, &spec);
    const TrainingSpec *training = &spec.jobs[0].training;
    const ShardUnit *layer = ONE_CHUNK_UNIT(training, 3);
    cr_assert_eq(zero_copies_bytes(training, layer, PASS_FORWARD), 0);
    cr_assert_float_eq(zero_copies_bytes(training, layer, PASS_BACKWARD),
                       shard_unit_parameters(training, layer) * 4 * 2, 1);
    arena_destroy(arena);
}

/* Frozen weights are gathered too. */
Test(zero_copies, beside_adapters_only_theirs_are_gradients) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena, 3);
    spec.jobs[0].training.plan.lora.rank = 7;
    small_cluster_resolve(arena, &spec);
    const TrainingSpec *training = &spec.jobs[0].training;
    const ShardUnit *layer = ONE_CHUNK_UNIT(training, 3);
    double trained = shard_unit_trained_parameters(training, layer);
    cr_assert_lt(trained, shard_unit_parameters(training, layer) / 2);
    cr_assert_float_eq(zero_copies_bytes(training, layer, PASS_BACKWARD),
                       shard_unit_parameters(training, layer) * 2 * 2 + trained * 6 * 2, 1);
    arena_destroy(arena);
}

static double step_s(bool copies) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena, 3);
    spec.jobs[0].training.plan.zero_copies = copies;
    small_cluster_resolve(arena, &spec);
    double seconds = (double)simulation_run(&spec, arena)->wall * 1e-9;
    arena_destroy(arena);
    return seconds;
}

Test(zero_copies, they_take_time_of_the_step) {
    cr_assert_gt(step_s(true), step_s(false));
}

Test(zero_copies, they_are_of_deepspeed_since_2022) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena, 3);
    spec.jobs[0].training.plan.torch_fsdp = true;
    small_cluster_expect_error(&spec, "jobs[0].plan.zero_copies",
                               "found true with torch_fsdp, expected DeepSpeed's zero_stage 2 or 3 since 2022");
    spec = sharded(arena, 1);
    small_cluster_expect_error(&spec, "jobs[0].plan.zero_copies",
                               "found true with a lower zero_stage, expected DeepSpeed's zero_stage 2 or 3 since 2022");
    arena_destroy(arena);
}
