/* What the loss keeps of every logit, and what it needs beside. */
#include "models/memory/loss_memory.h"

#include <criterion/criterion.h>

#include "models/memory/activation_memory.h"
#include "models/memory/training_memory.h"
#include "tests/unit/models/small_cluster.h"

/* Micro-batch 3 of 512 tokens, a vocabulary of 5120, hidden 1024. */
static const double LOGITS = 3 * 512 * 5120.0, INPUTS = 2 * 3 * 512 * 1024 * 2.0;

static TrainingSpec job(Arena *arena, int64_t tensor) {
    SimulationSpec spec = small_cluster(arena, 1, 4);
    spec.jobs[0].training.plan.micro_batch_seqs = 3;
    spec.jobs[0].training.plan.tensor_parallel = tensor;
    small_cluster_resolve(arena, &spec);
    return spec.jobs[0].training;
}

static void expect_bytes(const TrainingSpec *training, double kept, double working, double cached) {
    cr_expect_float_eq(loss_memory_kept_bytes(training), kept * LOGITS + INPUTS, 1e-6);
    cr_expect_float_eq(loss_memory_working_bytes(training), working * LOGITS + INPUTS, 1e-6);
    cr_expect_float_eq(loss_memory_cached_bytes(training), cached * LOGITS, 1e-6);
}

Test(loss_memory, a_logit_costs_4_to_14_bytes_by_how_the_loss_is_computed) {
    Arena *arena = arena_create();
    TrainingSpec training = job(arena, 1);
    expect_bytes(&training, 4, 4, 0);
    training.plan.fused_cross_entropy = true;
    expect_bytes(&training, 2, 2, 0);
    training.plan.fused_cross_entropy = false;
    training.plan.eager_cross_entropy = true;
    expect_bytes(&training, 4, 8, 2);
    training.plan.precision = PRECISION_FP32;
    cr_expect_eq(loss_memory_cached_bytes(&training), 0);
    arena_destroy(arena);
}

Test(loss_memory, a_split_vocabulary_is_a_part_with_one_tensor_more) {
    Arena *arena = arena_create();
    TrainingSpec training = job(arena, 2);
    training.plan.eager_cross_entropy = true;
    expect_bytes(&training, 4 / 2.0, 12 / 2.0, 2 / 2.0);
    arena_destroy(arena);
}

/* The last of two stages: the loss, or a layer that is computed again when the logits are gone. */
Test(loss_memory, the_peak_is_at_the_loss_or_in_a_layer_behind_it) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 2, 4);
    TrainingSpec *training = &spec.jobs[0].training;
    training->plan.pipeline_parallel = 2;
    training->plan.recompute = RECOMPUTE_FULL;
    training->plan.eager_cross_entropy = true;
    small_cluster_resolve(arena, &spec);
    double working = loss_memory_working_bytes(training), kept = loss_memory_kept_bytes(training);
    double again = training_layer_activation_bytes(training, RECOMPUTE_NONE) -
                   training_layer_activation_bytes(training, RECOMPUTE_FULL);
    cr_assert_gt(working, again - kept);
    cr_expect_float_eq(training_memory_of_stage(training, 1).buffers_bytes, working, 1e-6);
    cr_expect_float_eq(training_memory_of_stage(training, 0).buffers_bytes, again, 1e-6);
    training->model.vocab = 64;
    working = loss_memory_working_bytes(training), kept = loss_memory_kept_bytes(training);
    cr_assert_lt(working, again - kept);
    cr_expect_float_eq(training_memory_of_stage(training, 1).buffers_bytes, again - kept, 1e-6);
    arena_destroy(arena);
}
