#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "models/memory/activation_memory.h"
#include "models/memory/training_memory.h"
#include "models/plan/pass_order.h"
#include "models/plan/training_parameters.h"
#include "tests/unit/models/small_cluster.h"

/* The 175B model of Korthikanti et al. 2022: tensor 8, pipeline 8, interleaved 3, micro-batch 1, 64 sequences. */
static TrainingSpec gpt_175b(Arena *arena, bool sequence_parallel) {
    SimulationSpec spec = small_cluster(arena, 8, 8);
    TrainingSpec *training = &spec.jobs[0].training;
    training->model.hidden = 12288;
    training->model.layers = 96;
    training->model.heads = 96;
    training->model.vocab = 51200;
    training->model.max_positions = 2048;
    training->sequence_tokens = 2048;
    training->plan.tensor_parallel = 8;
    training->plan.pipeline_parallel = 8;
    training->plan.virtual_stages = 3;
    training->plan.global_batch_seqs = 64;
    training->plan.sequence_parallel = sequence_parallel;
    small_cluster_resolve(arena, &spec);
    return *training;
}

static const double SBH = 2048.0 * 12288;

/* Equation 2: sbh (10 + 24/t + 5as/(ht)). */
Test(training_memory, a_layer_without_sequence_parallelism_follows_equation_2) {
    Arena *arena = arena_create();
    TrainingSpec training = gpt_175b(arena, false);
    double expected = SBH * (10 + 24 / 8.0 + 5 * 96 * 2048 / (12288 * 8.0));
    cr_assert_float_eq(training_layer_activation_bytes(&training, RECOMPUTE_NONE) / expected, 1, 1e-12);
    arena_destroy(arena);
}

/* Equations 4 and 6: sbh/t (34 + 5as/h), and 34 sbh/t with selective recomputation; full recomputation keeps the input,
 * 2 sbh, split over the tensor group with sequence parallelism. */
Test(training_memory, a_layer_with_sequence_parallelism_follows_equations_4_and_6) {
    Arena *arena = arena_create();
    TrainingSpec training = gpt_175b(arena, true);
    double none = SBH / 8 * (34 + 5 * 96 * 2048 / 12288.0), selective = SBH / 8 * 34;
    cr_assert_float_eq(training_layer_activation_bytes(&training, RECOMPUTE_NONE) / none, 1, 1e-12);
    cr_assert_float_eq(training_layer_activation_bytes(&training, RECOMPUTE_SELECTIVE) / selective, 1, 1e-12);
    cr_assert_float_eq(training_layer_activation_bytes(&training, RECOMPUTE_FULL) / (2 * SBH / 8), 1, 1e-12);
    training.plan.sequence_parallel = false;
    cr_assert_float_eq(training_layer_activation_bytes(&training, RECOMPUTE_FULL) / (2 * SBH), 1, 1e-12);
    arena_destroy(arena);
}

/* Of the 34: inputs of qkv, projection and MLP up 2 -> 1, of MLP down 8 -> 4; fused attention keeps its output itself.
 */
Test(training_memory, products_in_fp8_keep_their_inputs_in_one_byte) {
    Arena *arena = arena_create();
    TrainingSpec training = gpt_175b(arena, true);
    training.plan.precision = PRECISION_FP8;
    cr_assert_float_eq(training_layer_activation_bytes(&training, RECOMPUTE_SELECTIVE) / (SBH / 8 * 27), 1, 1e-12);
    cr_assert_float_eq(training_layer_activation_bytes(&training, RECOMPUTE_FULL) / (2 * SBH / 8), 1, 1e-12);
    training.plan.flash_attention = true;
    cr_assert_float_eq(training_layer_activation_bytes(&training, RECOMPUTE_NONE) / (SBH / 8 * 29), 1, 1e-12);
    training.plan.precision = PRECISION_BF16;
    cr_assert_float_eq(training_layer_activation_bytes(&training, RECOMPUTE_NONE) / (SBH / 8 * 34), 1, 1e-12);
    arena_destroy(arena);
}

/* Qi et al. 2023, Table 1: 32 sbh; the head keeps its input and the gradients of the logits. */
Test(training_memory, weight_gradients_that_wait_keep_both_operands_of_their_products) {
    Arena *arena = arena_create();
    TrainingSpec training = gpt_175b(arena, true);
    cr_assert_eq(training_chunk_weight_bytes(&training, 7, 2), 0);
    training.plan.schedule = "zb_h1";
    training.plan.virtual_stages = 1;
    double layers = 12 * 32 * SBH / 8, head = 2 * SBH / 8 + 2 * 2048 * 51200.0 / 8;
    cr_assert_float_eq(training_chunk_weight_bytes(&training, 3, 0) / layers, 1, 1e-12);
    cr_assert_float_eq(training_chunk_weight_bytes(&training, 7, 0) / (layers + head), 1, 1e-12);
    training.plan.tensor_parallel = 1;
    training.plan.sequence_parallel = false;
    cr_assert_float_eq(training_chunk_weight_bytes(&training, 3, 0) / (12 * 32 * SBH), 1, 1e-12);
    arena_destroy(arena);
}

/* The first stage of a V has the embedding and the head, of a tied table one copy. */
Test(training_memory, the_first_stage_of_a_v_has_both_ends) {
    Arena *arena = arena_create();
    TrainingSpec training = gpt_175b(arena, true);
    training.plan.schedule = "zb_v";
    training.plan.virtual_stages = 2;
    double layers = 12 * training_layer_parameters(&training), table = 51200.0 * 12288 / 8;
    cr_assert_float_eq(training_stage_parameters(&training, 7) / layers, 1, 1e-12);
    training.model.tied_embeddings = false;
    cr_assert_gt(training_stage_parameters(&training, 0), layers + 2 * table);
    training.model.tied_embeddings = true;
    cr_assert_lt(training_stage_parameters(&training, 0), layers + 1.1 * table);
    double first = training_memory_of_stage(&training, 0).buffers_bytes;
    cr_assert_gt(first, training_memory_of_stage(&training, 7).buffers_bytes);
    training.plan.schedule = "interleaved_1f1b";
    cr_assert_float_eq(training_stage_parameters(&training, 7) / (layers + table), 1, 1e-12);
    arena_destroy(arena);
}

Test(training_memory, a_distributed_optimizer_splits_only_the_optimizer_state) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 2, 4);
    small_cluster_resolve(arena, &spec);
    StageMemory whole = training_memory_of_stage(&spec.jobs[0].training, 0);
    spec.jobs[0].training.plan.distributed_optimizer = true;
    StageMemory split = training_memory_of_stage(&spec.jobs[0].training, 0);
    cr_assert_float_eq(split.optimizer_bytes * 8, whole.optimizer_bytes, 1);
    cr_assert_eq(split.weights_bytes, whole.weights_bytes);
    cr_assert_eq(split.gradients_bytes, whole.gradients_bytes);
    arena_destroy(arena);
}

Test(training_memory, stages_hold_the_parameters_of_the_model_and_one_copy_of_a_tied_table) {
    Arena *arena = arena_create();
    TrainingSpec training = gpt_175b(arena, false);
    double sum = 0, final_norm = 2 * 12288;
    for (int stage = 0; stage < 8; stage++)
        sum += training_stage_parameters(&training, stage) * 8;
    double copy = 51200.0 * 12288;
    cr_assert_float_eq(sum, transformer_parameters(&training.model) - final_norm + copy, 1);
    arena_destroy(arena);
}

/* Those kept for the backward pass, and their gradient in it. */
Test(training_memory, a_fused_loss_keeps_logits_of_16_bit) {
    Arena *arena = arena_create();
    TrainingSpec training = gpt_175b(arena, true);
    training.plan.recompute = RECOMPUTE_NONE;
    StageMemory whole = training_memory_of_stage(&training, 7);
    training.plan.fused_cross_entropy = true;
    StageMemory fused = training_memory_of_stage(&training, 7);
    double logits = 2048 * 51200 / 8.0;
    cr_assert_float_eq((whole.activations_bytes - fused.activations_bytes) / (2 * logits), 1, 1e-9);
    cr_assert_float_eq((whole.buffers_bytes - fused.buffers_bytes) / (2 * logits), 1, 1e-9);
    arena_destroy(arena);
}

/* Stages that are alike have their memory worked out once; ends, chunks with other layers and shares of PyTorch's FSDP
 * are not alike. */
static void expect_stages_as_one_by_one(const TrainingSpec *training) {
    StageMemory stages[8];
    PipelinePass *orders = pass_order_list(&training->plan);
    training_memory_of_stages(training, orders, stages);
    for (int stage = 0; stage < training->plan.pipeline_parallel; stage++) {
        StageMemory alone = training_memory_of_stage(training, stage);
        cr_expect_eq(memcmp(&stages[stage], &alone, sizeof alone), 0, "%s, stage %d: %.17g and %.17g",
                     training->plan.schedule, stage, stage_memory_total_bytes(&stages[stage]),
                     stage_memory_total_bytes(&alone));
    }
    free(orders);
}

Test(training_memory, all_stages_at_once_hold_what_each_holds_alone) {
    static const struct {
        const char *schedule;
        int64_t chunks;
    } CASES[] = {{"1f1b", 1}, {"gpipe", 1}, {"zb_h1", 1}, {"interleaved_1f1b", 3}, {"zb_v", 2}, {"v_min", 2}};
    Arena *arena = arena_create();
    TrainingSpec training = gpt_175b(arena, true);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        training.plan.schedule = CASES[i].schedule;
        training.plan.virtual_stages = CASES[i].chunks;
        expect_stages_as_one_by_one(&training);
        TrainingSpec sharded = training;
        sharded.plan.torch_fsdp = true;
        sharded.plan.zero_stage = 3;
        expect_stages_as_one_by_one(&sharded);
    }
    arena_destroy(arena);
}

Test(training_memory, stages_of_other_layers_are_not_taken_for_alike) {
    Arena *arena = arena_create();
    TrainingSpec training = gpt_175b(arena, true);
    const int64_t layers[8] = {11, 12, 12, 13, 12, 12, 13, 11};
    training.plan.schedule = "1f1b";
    training.plan.virtual_stages = 1;
    training.plan.split_layers = layers;
    expect_stages_as_one_by_one(&training);
    training.model.experts = 8;
    training.model.experts_per_token = 2;
    training.model.dense_first = 25;
    expect_stages_as_one_by_one(&training);
    arena_destroy(arena);
}
