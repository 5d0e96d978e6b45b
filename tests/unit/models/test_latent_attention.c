/* Multi-head latent attention: sizes by hand, kernels that execute the model's FLOPs, and every mistake with its text.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/cost/layer_cost.h"
#include "models/cost/training_context.h"
#include "models/cost/training_experts.h"
#include "models/memory/activation_memory.h"
#include "models/plan/training_flop.h"
#include "models/plan/training_parameters.h"
#include "models/spec_resolve.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"

/* 8 heads of 96 + 32 features for queries and keys and 80 for values, out of 240 and 176 compressed ones; hidden 1024.
 */
static SimulationSpec latent(Arena *arena, int64_t q_rank) {
    SimulationSpec spec = small_cluster(arena, 2, 4);
    TransformerSpec *model = &spec.jobs[0].training.model;
    model->biases = false;
    model->dropout_fraction = 0;
    model->max_positions = 0;
    model->kv_rank = 176;
    model->q_rank = q_rank;
    model->nope_dim = 96;
    model->rope_dim = 32;
    model->value_dim = 80;
    return spec;
}

static TrainingSpec resolved(Arena *arena, int64_t q_rank, int64_t tensor) {
    SimulationSpec spec = latent(arena, q_rank);
    spec.jobs[0].training.plan.tensor_parallel = tensor;
    spec.jobs[0].training.plan.sequence_parallel = tensor > 1;
    small_cluster_resolve(arena, &spec);
    return spec.jobs[0].training;
}

static const double KEY_VALUE = 1024 * (176 + 32) + 176 * 8 * (96 + 80);
static const double QUERY = 1024 * 240 + 240 * 8 * 128, WHOLE_QUERY = 1024 * 8 * 128, OUT = 8 * 80 * 1024;
static const double OTHERS = 2 * 1024 * 4096 + 2 * 2 * 1024; /* MLP, two norms */

Test(latent_attention, parameters_are_those_of_its_matrices_and_norms) {
    Arena *arena = arena_create();
    TrainingSpec both = resolved(arena, 240, 1), one = resolved(arena, 0, 1);
    cr_expect(eq(dbl, transformer_layer_parameters(&both.model), QUERY + KEY_VALUE + OUT + 240 + 176 + OTHERS));
    cr_expect(eq(dbl, transformer_layer_parameters(&one.model), WHOLE_QUERY + KEY_VALUE + OUT + 176 + OTHERS));
    cr_expect(eq(dbl, transformer_latent_parameters(&both.model), 1024 * (240 + 176 + 32) + 240 + 176));
    cr_expect(eq(i64, transformer_head_dim(&both.model), 128));
    arena_destroy(arena);
}

Test(latent_attention, every_tensor_rank_holds_what_compresses) {
    Arena *arena = arena_create();
    TrainingSpec one = resolved(arena, 240, 1), four = resolved(arena, 240, 4);
    double copies = transformer_latent_parameters(&one.model);
    cr_expect(eq(dbl, 4 * training_layer_parameters(&four) - training_layer_parameters(&one), 3 * copies));
    arena_destroy(arena);
}

/* Without a mask, scores and context of 8 heads over the square of 512. */
Test(latent_attention, kernels_execute_the_flop_of_the_model) {
    Arena *arena = arena_create();
    const GpuSpec gpu = small_cluster(arena, 2, 4).cluster.node.gpu;
    for (int64_t q_rank = 0; q_rank <= 240; q_rank += 240) {
        TrainingSpec training = resolved(arena, q_rank, 1);
        double products = (q_rank ? QUERY : WHOLE_QUERY) + KEY_VALUE + OUT + 2 * 1024 * 4096;
        double flop = 2 * 512 * products + 2 * 512 * 512 * 8 * (128 + 80);
        cr_expect_float_eq(training_layer_flop(&training), flop, 1);
        for (int fused = 0; fused < 2; fused++) {
            training.plan.flash_attention = fused;
            double masked = fused ? 512 * 512 * 8 * (128 + 80) : 0;
            double forward = layer_forward_cost(&training, &gpu).flop;
            double backward = layer_backward_cost(&training, &gpu).flop;
            cr_expect_float_eq(forward, flop - masked, 1e-9 * flop);
            /* A fused kernel computes the scores once more. */
            cr_expect_float_eq(backward, 2 * (flop - masked) + masked / 2, 1e-9 * flop);
        }
    }
    arena_destroy(arena);
}

/* Each tensor rank compresses its own tokens: a quarter, like everything else. */
Test(latent_attention, a_tensor_group_computes_what_one_gpu_would) {
    Arena *arena = arena_create();
    const GpuSpec gpu = small_cluster(arena, 2, 4).cluster.node.gpu;
    TrainingSpec one = resolved(arena, 240, 1), four = resolved(arena, 240, 4);
    double whole = layer_forward_cost(&one, &gpu).flop;
    cr_expect_float_eq(layer_forward_cost(&four, &gpu).flop, whole / 4, 1e-9 * whole);
    arena_destroy(arena);
}

/* 240 + 176 + 32 of 1024 features are gathered, or 1024 more without compressed queries. */
Test(latent_attention, a_tensor_group_gathers_compressed_features) {
    Arena *arena = arena_create();
    TrainingSpec both = resolved(arena, 240, 4), one = resolved(arena, 0, 4);
    const double mlp = 1;
    cr_expect(eq(dbl, training_layer_sums(&both, PASS_FORWARD), mlp + 0.5 + 0.5 * 448 / 1024));
    cr_expect(eq(dbl, training_layer_sums(&one, PASS_BACKWARD), mlp + 0.5 + 0.5 * (1024 + 208) / 1024));
    both.plan.sequence_parallel = false;
    cr_expect(eq(dbl, training_layer_sums(&both, PASS_FORWARD), mlp + 1));
    cr_expect(eq(dbl, training_layer_sums(&both, PASS_BACKWARD), mlp + 448.0 / 1024));
    both.plan.recompute = RECOMPUTE_FULL;
    cr_expect(eq(dbl, training_layer_sums(&both, PASS_BACKWARD), 2 * mlp + 1 + 448.0 / 1024));
    arena_destroy(arena);
}

/* 512 tokens of 2 bytes: 4 hidden states, queries and keys of 8 x 128, values and context of 8 x 80, 2 x 448 compressed
 * features, two tensors of 4096; scores of 8 heads. */
Test(latent_attention, keeps_expanded_and_compressed_tensors) {
    Arena *arena = arena_create();
    TrainingSpec training = resolved(arena, 240, 1);
    double kept = 512 * 2.0 * (4 * 1024 + 2 * 8 * 128 + 2 * 8 * 80 + 2 * 448 + 2 * 4096);
    cr_expect_float_eq(training_layer_activation_bytes(&training, RECOMPUTE_SELECTIVE), kept, 1);
    cr_expect_float_eq(training_layer_activation_bytes(&training, RECOMPUTE_NONE), kept + 2.0 * 8 * 512 * 512, 1);
    cr_expect_float_eq(training_context_block_bytes(&training), 512 * 2.0 * 8 * (128 + 80), 1);
    arena_destroy(arena);
}

Test(latent_attention, folded_and_unfolded_agree_to_the_nanosecond) {
    Arena *arena = arena_create();
    SimulationSpec spec = latent(arena, 240);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = plan->pipeline_parallel = plan->gradient_accumulation = 2;
    plan->schedule = "zb_h1";
    small_cluster_resolve(arena, &spec);
    folding_expect_agreement(&spec, "zb_h1", arena);
    arena_destroy(arena);
}

static void expect_error(void (*change)(TransformerSpec *), const char *path, const char *text) {
    Arena *arena = arena_create();
    SimulationSpec spec = latent(arena, 240);
    change(&spec.jobs[0].training.model);
    small_cluster_expect_error(&spec, path, text);
    arena_destroy(arena);
}

static void group_keys(TransformerSpec *model) {
    model->kv_heads = 4;
}

static void give_head_dim(TransformerSpec *model) {
    model->head_dim = 96;
}

static void forget_values(TransformerSpec *model) {
    model->value_dim = 0;
}

static void forget_latent(TransformerSpec *model) {
    model->kv_rank = model->nope_dim = model->rope_dim = model->value_dim = 0;
}

Test(latent_attention, what_cannot_be_is_said) {
    expect_error(group_keys, "jobs[0].model.num_key_value_heads",
                 "found 4 with kv_lora_rank, expected the 8 heads: each has a key of its own");
    expect_error(give_head_dim, "jobs[0].model.head_dim",
                 "found 96 with kv_lora_rank, expected qk_nope_head_dim and others");
    expect_error(forget_values, "jobs[0].model.v_head_dim", "found none beside kv_lora_rank, expected at least 1");
    expect_error(forget_latent, "jobs[0].model.q_lora_rank",
                 "found 240 for ordinary attention, expected kv_lora_rank beside it");
}
