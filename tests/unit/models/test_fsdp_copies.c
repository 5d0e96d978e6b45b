#include "models/cost/fsdp_copies.h"

#include <criterion/criterion.h>

#include "tests/unit/models/one_chunk.h"
#include "tests/unit/models/small_cluster.h"

/* A GPT on 16 GPUs, in fp16, gradients reduced in fp32. */
static SimulationSpec sharded(Arena *arena) {
    SimulationSpec spec = small_cluster(arena, 4, 4);
    TrainingSpec *training = &spec.jobs[0].training;
    training->plan.zero_stage = 3;
    training->plan.torch_fsdp = true;
    training->plan.fsdp_copies = true;
    training->plan.grad_reduce_in_fp32 = true;
    return spec;
}

Test(fsdp_copies, a_gather_is_copied_out_of_its_buffer_and_gradients_into_one_of_fp32) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena);
    small_cluster_resolve(arena, &spec);
    TrainingSpec training = spec.jobs[0].training;
    const ShardUnit *layer = ONE_CHUNK_UNIT(&training, 3);
    double parameters = shard_unit_parameters(&training, layer);
    cr_assert_float_eq(fsdp_copies_bytes(&training, layer, PASS_FORWARD), parameters * (2 + 2), 1);
    cr_assert_float_eq(fsdp_copies_bytes(&training, layer, PASS_BACKWARD), parameters * (2 + 2 + 2 + 4), 1);
    training.plan.grad_reduce_in_fp32 = false;
    cr_assert_float_eq(fsdp_copies_bytes(&training, layer, PASS_BACKWARD), parameters * (2 + 2 + 2 + 2), 1);
    training.plan.reshard_after_forward = false;
    cr_assert_float_eq(fsdp_copies_bytes(&training, layer, PASS_BACKWARD), parameters * (2 + 2), 1);
    training.plan.zero_shard_size = 1;
    cr_assert_eq(fsdp_copies_bytes(&training, layer, PASS_BACKWARD), 0);
    training.plan.zero_shard_size = 16;
    training.plan.torch_fsdp = training.plan.fsdp_copies = false;
    cr_assert_eq(fsdp_copies_bytes(&training, layer, PASS_BACKWARD), 0);
    arena_destroy(arena);
}

/* In the precision of the weights, whatever reduces them. */
Test(fsdp_copies, fsdp1_puts_gradients_together_and_copies_no_weights) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena);
    spec.jobs[0].training.plan.fsdp_copies = false;
    small_cluster_resolve(arena, &spec);
    TrainingSpec training = spec.jobs[0].training;
    const ShardUnit *layer = ONE_CHUNK_UNIT(&training, 3);
    double parameters = shard_unit_parameters(&training, layer);
    cr_assert_eq(fsdp_copies_bytes(&training, layer, PASS_FORWARD), 0);
    cr_assert_float_eq(fsdp_copies_bytes(&training, layer, PASS_BACKWARD), parameters * (2 + 2), 1);
    training.plan.autocast = true;
    cr_assert_float_eq(fsdp_copies_bytes(&training, layer, PASS_BACKWARD), parameters * (4 + 4), 1);
    arena_destroy(arena);
}

Test(fsdp_copies, what_moves_once_per_step_is_left_out) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena);
    spec.jobs[0].training.plan.pipeline_parallel = 4;
    spec.jobs[0].training.plan.global_batch_seqs = 16;
    small_cluster_resolve(arena, &spec);
    const TrainingSpec *training = &spec.jobs[0].training;
    ShardUnit layer = shard_unit_at(training, 1, 0, 0);
    cr_assert_gt(shard_unit_parameters(training, &layer), 0);
    cr_assert_eq(fsdp_copies_bytes(training, &layer, PASS_FORWARD), 0);
    cr_assert_eq(fsdp_copies_bytes(training, &layer, PASS_BACKWARD), 0);
    arena_destroy(arena);
}

static double step_s(bool copies) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena);
    spec.jobs[0].training.plan.fsdp_copies = copies;
    small_cluster_resolve(arena, &spec);
    double seconds = (double)simulation_run(&spec, arena)->wall * 1e-9;
    arena_destroy(arena);
    return seconds;
}

Test(fsdp_copies, they_take_time_of_the_step) {
    cr_assert_gt(step_s(true), step_s(false));
}

Test(fsdp_copies, they_are_of_torch_fsdp) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena);
    spec.jobs[0].training.plan.torch_fsdp = false;
    small_cluster_expect_error(&spec, "jobs[0].plan.fsdp_copies", "found true without torch_fsdp, expected both");
    arena_destroy(arena);
}
