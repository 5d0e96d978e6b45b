/* Parts of layers that are computed again: what is not kept, what runs again, and where they cannot be. */
#include "models/cost/recompute_modules.h"

#include <criterion/criterion.h>

#include "models/cost/layer_cost.h"
#include "models/cost/tensor_overlap.h"
#include "models/cost/training_experts.h"
#include "models/memory/activation_memory.h"
#include "models/memory/training_memory.h"
#include "models/plan/training_flop.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_experts.h"

static TrainingSpec resolved(Arena *arena, SimulationSpec spec) {
    spec.jobs[0].training.plan.flash_attention = true;
    small_cluster_resolve(arena, &spec);
    return spec.jobs[0].training;
}

static double kept(const TrainingSpec *training) {
    return training_layer_activation_bytes(training, RECOMPUTE_NONE);
}

/* Hidden 1024, inner 4096, 512 tokens, fp16: what GELU reads and writes goes, the norm's output stays. */
Test(recompute_modules, an_mlp_is_made_again_from_the_output_of_its_norm) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 1, 4);
    spec.jobs[0].training.plan.pipeline_parallel = 2;
    TrainingSpec before = resolved(arena, spec), after = before;
    after.plan.recompute_mlp = true;
    cr_expect_float_eq(kept(&before) - kept(&after), 2 * 2.0 * 512 * 4096, 1e-6);
    WorkCost again = layer_recompute_cost(&after, &spec.cluster.node.gpu);
    double flop = 2 * 2.0 * 512 * 1024 * 4096;
    cr_expect_float_eq(again.flop / flop, 1, 1e-12);
    cr_expect_float_eq(recompute_modules_flop(&after) / (8 * flop), 1, 1e-12);
    cr_expect_eq(layer_recompute_cost(&before, &spec.cluster.node.gpu).flop, 0);
    double more =
        training_memory_of_stage(&after, 0).buffers_bytes - training_memory_of_stage(&before, 0).buffers_bytes;
    cr_expect_float_eq(more, kept(&before) - kept(&after), 1e-6, "while the backward pass of a layer runs");
    after.plan.tensor_parallel = 2;
    cr_expect_eq(training_layer_sums(&after, PASS_BACKWARD), 3);
    cr_expect_eq(training_layer_sums(&after, PASS_FORWARD), 2);
    arena_destroy(arena);
}

Test(recompute_modules, experts_are_made_again_with_their_exchanges) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_experts(arena, 2, 4);
    TrainingSpec before = resolved(arena, spec), after = before;
    after.plan.recompute_moe = true;
    cr_expect_float_eq(kept(&before) - kept(&after), training_mlp_activation_bytes(&before), 1e-6);
    WorkCost again = layer_recompute_cost(&after, &spec.cluster.node.gpu);
    double flop = 3 * 2.0 * 3 * 512 * 1024 * 640, router = 2.0 * 512 * 1024 * 8;
    cr_expect_float_eq(recompute_modules_flop(&after) / (8 * flop), 1, 1e-12);
    cr_expect_float_eq(again.flop / (flop + router), 1, 1e-12);
    after.plan.expert_parallel = 2;
    cr_expect_eq(training_expert_exchanges(&after.plan, PASS_BACKWARD), 2);
    cr_expect_eq(training_expert_exchanges(&after.plan, PASS_FORWARD), 1);
    arena_destroy(arena);
}

/* Its gather and its scatter run beside its products, half of each in the open as forward. */
Test(recompute_modules, an_mlp_made_again_hides_its_collectives_as_it_does_forward) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 1, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = 4;
    plan->sequence_parallel = plan->tp_comm_overlap = true;
    TrainingSpec before = resolved(arena, spec), after = before;
    after.plan.recompute_mlp = true;
    const GpuSpec *gpu = &spec.cluster.node.gpu;
    TensorWindows forward = tensor_overlap_windows(&before, gpu, PASS_FORWARD);
    TensorWindows less = tensor_overlap_windows(&before, gpu, PASS_BACKWARD);
    TensorWindows more = tensor_overlap_windows(&after, gpu, PASS_BACKWARD);
    cr_expect_float_eq(more.of[1].again_s, forward.of[1].cover_s, 1e-15);
    cr_expect_float_eq(more.of[1].sums - less.of[1].sums, forward.of[1].sums, 1e-12);
    cr_expect_float_eq(2 * (more.open_sums - less.open_sums), forward.open_sums, 1e-12);
    cr_expect_eq(more.of[0].again_s, 0);
    arena_destroy(arena);
}

/* What the last product of an expert takes is not kept, and one kernel makes it. */
Test(recompute_modules, the_activation_of_experts_is_one_kernel) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_experts(arena, 2, 4);
    TrainingSpec before = resolved(arena, spec), after = before;
    after.plan.recompute_moe_act = true;
    double inner = training_busiest_pairs(&before) * (double)transformer_expert_ffn_hidden(&before.model) /
                   (double)before.plan.tensor_parallel;
    cr_expect_float_eq(kept(&before) - kept(&after), 2 * inner, 1e-6);
    WorkCost again = layer_recompute_cost(&after, &spec.cluster.node.gpu);
    cr_expect_eq(again.flop, 0);
    cr_expect_float_eq(again.hbm_bytes, (before.model.gated ? 3 : 2) * 2 * inner, 1e-6);
    after.plan.tensor_parallel = 4;
    double split = layer_recompute_cost(&after, &spec.cluster.node.gpu).hbm_bytes;
    cr_expect_float_eq(4 * split / again.hbm_bytes, 1, 1e-12);
    after.plan.expert_tensor_parallel = 1;
    double whole = layer_recompute_cost(&after, &spec.cluster.node.gpu).hbm_bytes;
    cr_expect_float_eq(whole / split, 1, 1e-12, "a quarter of the pairs, whole each");
    arena_destroy(arena);
}

static SimulationSpec latent(Arena *arena) {
    SimulationSpec spec = small_cluster(arena, 1, 4);
    TransformerSpec *model = &spec.jobs[0].training.model;
    model->max_positions = 0;
    model->q_rank = 384;
    model->kv_rank = 128;
    model->rope_dim = 32;
    model->nope_dim = 96;
    model->value_dim = 64;
    return spec;
}

/* Queries and keys of 128 and values of 64 features for each of 8 heads; what is compressed stays. */
Test(recompute_modules, latent_attention_is_expanded_again) {
    Arena *arena = arena_create();
    SimulationSpec spec = latent(arena);
    TrainingSpec before = resolved(arena, spec), after = before;
    after.plan.recompute_mla_up_proj = true;
    cr_expect_float_eq(kept(&before) - kept(&after), 2.0 * 512 * 8 * (128 + 128 + 64), 1e-6);
    double flop = 2.0 * 512 * 8 * (384 * 128 + 128 * (96 + 64));
    cr_expect_float_eq(layer_recompute_cost(&after, &spec.cluster.node.gpu).flop / flop, 1, 1e-12);
    cr_expect_float_eq(recompute_modules_flop(&after) / (8 * flop), 1, 1e-12);
    arena_destroy(arena);
}

static void expect_refused(SimulationSpec spec, const char *key, const char *message) {
    Arena *arena = arena_create();
    small_cluster_expect_error(&spec, arena_format(arena, "jobs[0].plan.%s", key), message);
    arena_destroy(arena);
}

Test(recompute_modules, are_of_layers_that_have_them) {
    Arena *arena = arena_create();
    SimulationSpec dense = small_cluster(arena, 1, 4), experts = small_experts(arena, 2, 4);
    PlanSpec *plan = &dense.jobs[0].training.plan;
    plan->recompute_moe = true;
    expect_refused(dense, "recompute_moe", "found true without experts, expected recompute_mlp");
    plan->recompute_moe = false;
    plan->recompute_moe_act = true;
    expect_refused(dense, "recompute_moe_act", "found true without experts, expected false");
    plan->recompute_moe_act = false;
    plan->recompute_mla_up_proj = true;
    expect_refused(dense, "recompute_mla_up_proj", "found true without latent attention, expected false");
    plan->recompute_mla_up_proj = false;
    plan->recompute_mlp = true;
    plan->recompute = RECOMPUTE_FULL;
    expect_refused(dense, "recompute", "found full with modules that are computed again, expected none or selective");
    plan = &experts.jobs[0].training.plan;
    plan->recompute_mlp = true;
    expect_refused(experts, "recompute_mlp", "found true without dense layers, expected recompute_moe");
    plan->recompute_mlp = false;
    plan->recompute_moe = plan->recompute_moe_act = true;
    expect_refused(experts, "recompute_moe_act", "found true with recompute_moe, expected one of them");
    arena_destroy(arena);
}
