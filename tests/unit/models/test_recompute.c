/* Recomputation by operator: what a layer keeps, what it computes again, and where it cannot be. */
#include "models/workload/recompute.h"

#include <criterion/criterion.h>

#include "models/workload/layer_cost.h"
#include "models/workload/training_experts.h"
#include "models/workload/training_memory.h"
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
