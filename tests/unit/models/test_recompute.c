/* Recomputation by operator and by layers: what is kept, what is computed again, and where it cannot be. */
#include "models/cost/recompute.h"

#include <criterion/criterion.h>

#include "models/cost/layer_cost.h"
#include "models/cost/training_context.h"
#include "models/cost/training_costs.h"
#include "models/cost/training_experts.h"
#include "models/memory/activation_memory.h"
#include "models/memory/training_memory.h"
#include "tests/unit/models/small_cluster.h"

enum { TOKENS = 3 * 512, HIDDEN = 1024, QUERY = 1024, KEY = 256, FFN = 2816 };

/* Gated, 8 heads of which 2 have keys, micro-batch 3, bf16. */
static SimulationSpec gated(Arena *arena, int64_t tensor) {
    SimulationSpec spec = small_cluster(arena, 1, 4);
    TrainingSpec *training = &spec.jobs[0].training;
    training->model.gated = true;
    training->model.kv_heads = 2;
    training->model.ffn_hidden = FFN;
    training->plan.micro_batch_seqs = 3;
    training->plan.tensor_parallel = tensor;
    training->plan.sequence_parallel = tensor > 1;
    training->plan.flash_attention = true;
    training->plan.swiglu_fusion = false;
    training->plan.recompute = RECOMPUTE_BY_OPERATOR;
    training->plan.precision = PRECISION_BF16;
    spec.cluster.node.gpu.peak_flop_per_s[PRECISION_BF16] = 312e12;
    spec.cluster.node.gpu.kernels.matrix_fraction[PRECISION_BF16] = 0.92;
    return spec;
}

static TrainingSpec resolved(Arena *arena, SimulationSpec *spec) {
    small_cluster_resolve(arena, spec);
    return spec->jobs[0].training;
}

/* Input, w_q, w_v, attention, w_1, and w_2, which only a compiler drops. */
Test(recompute, by_operator_keeps_attention_and_every_second_product) {
    Arena *arena = arena_create();
    SimulationSpec spec = gated(arena, 1);
    TrainingSpec training = resolved(arena, &spec);
    double compiled = 2.0 * TOKENS * (HIDDEN + QUERY + KEY + QUERY + FFN), eager = compiled + 2.0 * TOKENS * HIDDEN;
    cr_expect_float_eq(training_layer_activation_bytes(&training, RECOMPUTE_BY_OPERATOR), eager, 1e-6);
    training.plan.compile = true;
    cr_expect_float_eq(training_layer_activation_bytes(&training, RECOMPUTE_BY_OPERATOR), compiled, 1e-6);
    training.model.gated = training.plan.compile = false;
    cr_expect_float_eq(training_layer_activation_bytes(&training, RECOMPUTE_BY_OPERATOR), compiled, 1e-6);
    arena_destroy(arena);
}

/* What w_2 makes on a GPU is not summed yet; of both reduce-scatters a compiler needs one. */
Test(recompute, a_tensor_group_keeps_its_reduce_scatters) {
    Arena *arena = arena_create();
    SimulationSpec spec = gated(arena, 2);
    TrainingSpec training = resolved(arena, &spec);
    double split = 2.0 * TOKENS * (2 * HIDDEN + QUERY + KEY + QUERY + FFN) / 2;
    double eager = split + 2.0 * TOKENS * HIDDEN / 2 + 2.0 * TOKENS * HIDDEN;
    cr_expect_float_eq(recompute_operators_kept_bytes(&training), eager, 1e-6);
    training.plan.compile = true;
    cr_expect_float_eq(recompute_operators_kept_bytes(&training), split, 1e-6);
    double sums = training_layer_sums(&training, PASS_BACKWARD);
    training.plan.recompute = RECOMPUTE_NONE;
    cr_expect_float_eq(sums - training_layer_sums(&training, PASS_BACKWARD), 1, 1e-12, "both gathers, half a sum each");
    arena_destroy(arena);
}

/* w_k, w_o and w_3 of the products; the metrics count as many. */
Test(recompute, by_operator_computes_the_other_products_again) {
    Arena *arena = arena_create();
    SimulationSpec spec = gated(arena, 1);
    TrainingSpec training = resolved(arena, &spec);
    const GpuSpec *gpu = &spec.cluster.node.gpu;
    WorkCost again = layer_recompute_cost(&training, gpu), forward = layer_forward_cost(&training, gpu);
    double flop = 2.0 * TOKENS * HIDDEN * (KEY + QUERY + FFN);
    cr_expect_float_eq(again.flop / flop, 1, 1e-12);
    cr_expect_float_eq(3 * recompute_operators_flop(&training) / flop, 1, 1e-12);
    cr_expect_float_eq(again.memory_s / forward.memory_s, 1, 1e-12, "all that is between the products");
    cr_expect_eq(again.ideal_s, 0);
    training.plan.tensor_parallel = 2;
    cr_expect_float_eq(2 * layer_recompute_cost(&training, gpu).flop / (flop - 2.0 * TOKENS * HIDDEN * QUERY), 1,
                       1e-12);
    arena_destroy(arena);
}

static void expect_refused(void (*change)(TrainingSpec *), const char *found) {
    Arena *arena = arena_create();
    SimulationSpec spec = gated(arena, 2);
    change(&spec.jobs[0].training);
    small_cluster_expect_error(
        &spec, "jobs[0].plan.recompute",
        arena_format(arena, "found by_operator with %s, expected none, selective or full", found));
    arena_destroy(arena);
}

static void without_flash(TrainingSpec *training) {
    training->plan.flash_attention = false;
}

static void with_norms(TrainingSpec *training) {
    training->plan.recompute_norms = true;
}

static void with_adapters(TrainingSpec *training) {
    training->plan.lora.rank = 8;
}

static void with_tensor_overlap(TrainingSpec *training) {
    training->plan.tp_comm_overlap = true;
}

Test(recompute, by_operator_is_of_dense_layers_with_fused_attention) {
    expect_refused(without_flash, "flash_attention: false");
    expect_refused(with_norms, "recompute_norms");
    expect_refused(with_adapters, "lora_rank");
    expect_refused(with_tensor_overlap, "tp_comm_overlap");
}

/* 8 layers over 2 stages; of each four, `layers` are chosen. */
static SimulationSpec by_layers(Arena *arena, RecomputeMethod method, int64_t layers) {
    SimulationSpec spec = small_cluster(arena, 2, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->pipeline_parallel = 2;
    plan->recompute = RECOMPUTE_FULL;
    plan->recompute_method = method;
    plan->recompute_num_layers = layers;
    return spec;
}

static TrainingSpec by_layers_resolved(Arena *arena, RecomputeMethod method, int64_t layers) {
    SimulationSpec spec = by_layers(arena, method, layers);
    return resolved(arena, &spec);
}

Test(recompute, by_block_some_layers_keep_everything) {
    Arena *arena = arena_create();
    TrainingSpec some = by_layers_resolved(arena, RECOMPUTE_BLOCK, 3);
    TrainingSpec all = by_layers_resolved(arena, RECOMPUTE_BLOCK, 4);
    double input = training_layer_activation_bytes(&some, RECOMPUTE_FULL);
    double whole = training_layer_activation_bytes(&some, RECOMPUTE_NONE);
    cr_expect_eq(recompute_full_share(&some.plan), 0.75);
    cr_expect_eq(recompute_full_share(&all.plan), 1);
    double more = training_chunk_activation_bytes(&some, 1, 0) - training_chunk_activation_bytes(&all, 1, 0);
    cr_expect_float_eq(more, whole - input, 1e-6);
    double buffers = training_memory_of_stage(&some, 0).buffers_bytes;
    cr_expect_float_eq(buffers, whole - input, 1e-6, "one layer at a time is computed again");
    some.plan.recompute = RECOMPUTE_NONE;
    cr_expect_eq(recompute_full_share(&some.plan), 0);
    arena_destroy(arena);
}

Test(recompute, uniform_groups_keep_one_input_and_hold_all_their_layers) {
    Arena *arena = arena_create();
    TrainingSpec pairs = by_layers_resolved(arena, RECOMPUTE_UNIFORM, 2);
    TrainingSpec single = by_layers_resolved(arena, RECOMPUTE_UNIFORM, 0);
    double input = training_layer_activation_bytes(&pairs, RECOMPUTE_FULL);
    double whole = training_layer_activation_bytes(&pairs, RECOMPUTE_NONE);
    cr_expect_eq(recompute_full_share(&pairs.plan), 1);
    double less = training_chunk_activation_bytes(&single, 1, 0) - training_chunk_activation_bytes(&pairs, 1, 0);
    cr_expect_float_eq(less, 2 * input, 1e-6);
    cr_expect_float_eq(training_memory_of_stage(&pairs, 0).buffers_bytes, 2 * whole - input, 1e-6);
    cr_expect_float_eq(training_memory_of_stage(&single, 0).buffers_bytes, whole - input, 1e-6);
    arena_destroy(arena);
}

/* Time, collectives of the tensor group, exchanges of keys and values: all of the layers that are chosen. */
Test(recompute, by_block_costs_its_share_of_everything) {
    Arena *arena = arena_create();
    SimulationSpec part = by_layers(arena, RECOMPUTE_BLOCK, 1), full = by_layers(arena, RECOMPUTE_BLOCK, 4);
    part.jobs[0].training.plan.tensor_parallel = full.jobs[0].training.plan.tensor_parallel = 2;
    TrainingSpec some = resolved(arena, &part), all = resolved(arena, &full);
    const GpuSpec *gpu = &part.cluster.node.gpu;
    TrainingCosts cheap = training_costs_of(&some, gpu), dear = training_costs_of(&all, gpu);
    const WorkCost *one = &cheap.layer[MLP_DENSE].recompute, *four = &dear.layer[MLP_DENSE].recompute;
    cr_expect_float_eq(4 * work_cost_seconds(one) / work_cost_seconds(four), 1, 1e-12);
    cr_expect_float_eq(training_layer_sums(&some, PASS_BACKWARD), 2.5, 1e-12);
    cr_expect_float_eq(training_layer_sums(&all, PASS_BACKWARD), 4, 1e-12);
    some.plan.context_parallel = all.plan.context_parallel = 5;
    cr_expect_float_eq(training_context_blocks(&some.plan, PASS_BACKWARD), 9, 1e-12);
    cr_expect_float_eq(training_context_blocks(&all.plan, PASS_BACKWARD), 12, 1e-12);
    some.plan.expert_parallel = 2;
    cr_expect_float_eq(training_expert_exchanges(&some.plan, PASS_BACKWARD), 1.25, 1e-12);
    arena_destroy(arena);
}

Test(recompute, layers_are_chosen_of_a_chunk_and_of_full) {
    Arena *arena = arena_create();
    SimulationSpec spec = by_layers(arena, RECOMPUTE_BLOCK, 5);
    small_cluster_expect_error(&spec, "jobs[0].plan.recompute_num_layers",
                               "found 5, expected at most the 4 layers of a chunk");
    spec = by_layers(arena, RECOMPUTE_BLOCK, 3);
    spec.jobs[0].training.plan.recompute = RECOMPUTE_SELECTIVE;
    small_cluster_expect_error(&spec, "jobs[0].plan.recompute_num_layers",
                               "found it with recompute: selective, expected full");
    arena_destroy(arena);
}

/* 8 layers over 4 stages. */
static TrainingSpec keeping(Arena *arena, RecomputeKeeps keeps) {
    SimulationSpec spec = gated(arena, 2);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->recompute = RECOMPUTE_FULL;
    plan->recompute_keeps = keeps;
    plan->swiglu_fusion = true;
    return resolved(arena, &spec);
}

/* On one of two GPUs: queries, keys and values, the projection's output in its share of the tokens. */
Test(recompute, what_is_kept_by_name_is_neither_computed_again_nor_free) {
    Arena *arena = arena_create();
    SimulationSpec spec = gated(arena, 2);
    const GpuSpec *gpu = &spec.cluster.node.gpu;
    TrainingSpec input = keeping(arena, RECOMPUTE_KEEPS_INPUT), qkv = keeping(arena, RECOMPUTE_KEEPS_QKV),
                 out = keeping(arena, RECOMPUTE_KEEPS_QKV_OUT);
    double kept = training_layer_activation_bytes(&input, RECOMPUTE_FULL);
    double heads = 2.0 * TOKENS * (QUERY + 2 * KEY) / 2, projection = 2.0 * TOKENS * HIDDEN / 2;
    cr_expect_float_eq(training_layer_activation_bytes(&qkv, RECOMPUTE_FULL) - kept, heads, 1e-6);
    cr_expect_float_eq(training_layer_activation_bytes(&out, RECOMPUTE_FULL) - kept, heads + projection, 1e-6);
    WorkCost whole = layer_recompute_cost(&input, gpu), less = layer_recompute_cost(&qkv, gpu),
             least = layer_recompute_cost(&out, gpu);
    double last = 2.0 * TOKENS * HIDDEN * FFN / 2, first = 2.0 * TOKENS * HIDDEN * (QUERY + 2 * KEY) / 2;
    cr_expect_float_eq((whole.flop - less.flop) / (first + last), 1, 1e-12);
    cr_expect_float_eq((less.flop - least.flop) / (2.0 * TOKENS * HIDDEN * QUERY / 2), 1, 1e-12);
    cr_expect_float_eq(3 * recompute_named_flop(&qkv) / (2 * (first + last)), 1, 1e-12, "the metrics count as many");
    cr_expect_float_eq(whole.memory_s, less.memory_s, 1e-12, "all that is between the products");
    cr_expect_eq(recompute_named_flop(&input), 0);
    arena_destroy(arena);
}

Test(recompute, names_are_of_full_recomputation) {
    Arena *arena = arena_create();
    SimulationSpec spec = gated(arena, 1);
    spec.jobs[0].training.plan.recompute = RECOMPUTE_SELECTIVE;
    spec.jobs[0].training.plan.recompute_keeps = RECOMPUTE_KEEPS_QKV;
    small_cluster_expect_error(&spec, "jobs[0].plan.recompute_keeps",
                               "found it with recompute: selective, expected full");
    arena_destroy(arena);
}
