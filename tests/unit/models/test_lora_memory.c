/* Frozen products keep no input, their adapters one in 16 bit, and their weights one byte where they are in fp8. */
#include "models/memory/lora_memory.h"

#include <criterion/criterion.h>

#include "models/memory/activation_memory.h"
#include "models/memory/training_memory.h"
#include "models/plan/plan_lora.h"
#include "tests/unit/models/small_cluster.h"

enum { TOKENS = 512, HIDDEN = 1024, FFN = 4096, TENSORS = 2 };

/* 8 layers in two stages of two chunks. */
static SimulationSpec adapted(Arena *arena, LoraTargets targets, Precision precision, bool flash) {
    SimulationSpec spec = small_cluster(arena, 2, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    for (int kind = PRECISION_BF16; kind <= PRECISION_FP8; kind++) {
        spec.cluster.node.gpu.peak_flop_per_s[kind] = 613e12;
        spec.cluster.node.gpu.kernels.matrix_fraction[kind] = 0.77;
    }
    plan->lora = (LoraSpec){.rank = 7, .targets = targets};
    plan->tensor_parallel = TENSORS;
    plan->gradient_accumulation = 3;
    plan->precision = precision;
    plan->flash_attention = flash;
    small_cluster_resolve(arena, &spec);
    return spec;
}

static void expect_spared(LoraTargets targets, Precision precision, bool flash, double bytes) {
    Arena *arena = arena_create();
    SimulationSpec spec = adapted(arena, targets, precision, flash);
    TrainingSpec *training = &spec.jobs[0].training, without = *training;
    double kept = training_layer_activation_bytes(training, RECOMPUTE_NONE);
    without.plan.lora.rank = 0;
    cr_expect_float_eq(lora_memory_spared_activation_bytes(training), bytes, 1e-6, "targets %d, flash %d: %g", targets,
                       flash, lora_memory_spared_activation_bytes(training));
    cr_expect_float_eq(training_layer_activation_bytes(&without, RECOMPUTE_NONE) - kept, bytes, 1e-3);
    arena_destroy(arena);
}

Test(lora_memory, products_without_an_adapter_keep_no_input) {
    const double up = 2.0 * HIDDEN, down = 2.0 * FFN / TENSORS, context = 2.0 * HIDDEN / TENSORS;
    expect_spared(LORA_QKV, PRECISION_FP16, false, TOKENS * (up + down + context));
    expect_spared(LORA_QKV, PRECISION_FP16, true, TOKENS * (up + down));
    expect_spared(LORA_ATTENTION, PRECISION_FP16, false, TOKENS * (up + down));
    expect_spared(LORA_ALL, PRECISION_FP16, false, 0);
}

Test(lora_memory, adapters_keep_16_bit_of_what_fp8_keeps_in_8) {
    const double qkv = HIDDEN, up = HIDDEN, down = (double)FFN / TENSORS, context = (double)HIDDEN / TENSORS;
    expect_spared(LORA_QKV, PRECISION_FP8, true, TOKENS * (context + up + down - qkv));
    expect_spared(LORA_ALL, PRECISION_FP8, true, TOKENS * (context - up - down - qkv));
    expect_spared(LORA_ALL, PRECISION_FP8, false, -TOKENS * (context + up + down + qkv));
}

Test(lora_memory, what_is_computed_again_is_not_spared_twice) {
    Arena *arena = arena_create();
    SimulationSpec spec = adapted(arena, LORA_QKV, PRECISION_FP16, true);
    TrainingSpec training = spec.jobs[0].training;
    training.plan.recompute_norms = true;
    cr_expect_float_eq(lora_memory_spared_activation_bytes(&training), TOKENS * 2.0 * FFN / TENSORS, 1e-6);
    training.plan.recompute_mlp = true;
    cr_expect_float_eq(lora_memory_spared_activation_bytes(&training), 0, 1e-6);
    arena_destroy(arena);
}

Test(lora_memory, frozen_weights_in_fp8_take_a_byte_less_and_adapters_do_not) {
    Arena *arena = arena_create();
    SimulationSpec spec = adapted(arena, LORA_QKV, PRECISION_FP8, true);
    TrainingSpec *training = &spec.jobs[0].training;
    double before = training_memory_of_stage(training, 0).weights_bytes;
    cr_expect_eq(lora_memory_spared_weight_bytes(training, 0), 0);
    training->plan.lora.fp8_weights = true;
    double layers = (double)training->model.layers;
    double frozen = layers * transformer_layer_parameters(&training->model) / TENSORS;
    cr_expect_float_eq(before - training_memory_of_stage(training, 0).weights_bytes, frozen, 1e-3);
    ErrorList errors;
    error_list_init(&errors, arena);
    plan_lora_check(training, "jobs[0]", &errors);
    cr_expect_eq(errors.count, 0);
    training->plan.precision = PRECISION_BF16;
    plan_lora_check(training, "jobs[0]", &errors);
    cr_assert_eq(errors.count, 1);
    cr_expect_str_eq(errors.items[0].path, "jobs[0].plan.lora_fp8_weights");
    cr_expect_str_eq(errors.items[0].message,
                     "found true with lora_rank 7 and precision bf16, expected adapters in fp8");
    arena_destroy(arena);
}
