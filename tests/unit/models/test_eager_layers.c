/* Layers whose norms, positions and softmax are a kernel for every operation. */
#include <criterion/criterion.h>

#include "models/cost/layer_cost.h"
#include "models/cost/norm_cost.h"
#include "models/cost/rotary_cost.h"
#include "models/cost/score_cost.h"
#include "models/memory/activation_memory.h"
#include "tests/unit/models/cost_bench.h"

/* Bytes of one hidden state, 3 sequences of 640; queries and keys are as many each. */
static const double HIDDEN_BYTES = 3 * 640 * 1536 * 2.0;

static CostBench llama_bench(bool eager) {
    CostBench bench = cost_bench_create(1);
    bench.training.model.rms_norm = true;
    bench.training.model.max_positions = 0;
    bench.training.plan.flash_attention = true;
    bench.training.plan.eager_layers = eager;
    return bench;
}

/* 18 and 38 passes of 16 bit over the hidden state of each of two norms in place of 2 and 3, 10 and 15 over queries
 * and keys in place of 2. */
Test(eager_layers, norms_and_positions_move_each_operation_s_operands) {
    CostBench eager = llama_bench(true), fused = llama_bench(false);
    expect_near(cost_bench_moved_bytes(&eager, false) - cost_bench_moved_bytes(&fused, false),
                (2 * 16 + 2 * 8) * HIDDEN_BYTES);
    expect_near(cost_bench_moved_bytes(&eager, true) - cost_bench_moved_bytes(&fused, true),
                (2 * 35 + 2 * 13) * HIDDEN_BYTES);
    eager.training.plan.precision = PRECISION_FP32;
    eager.gpu.peak_flop_per_s[PRECISION_FP32] = 19.5e12;
    eager.gpu.kernels.matrix_fraction[PRECISION_FP32] = 0.7;
    double pieces_bytes = cost_bench_moved_bytes(&eager, false);
    eager.training.plan.eager_layers = false;
    expect_near(pieces_bytes - cost_bench_moved_bytes(&eager, false), (2 * (7 - 2) + 2 * 8) * 2 * HIDDEN_BYTES);
    cost_bench_destroy(&eager);
    cost_bench_destroy(&fused);
}

Test(eager_layers, the_host_issues_every_operation) {
    CostBench bench = llama_bench(true);
    cr_assert_eq(norm_cost_host_kernels(&bench.training), 2 * 7);
    cr_assert_eq(rotary_cost_host_kernels(&bench.training, false), 2 * 5 - 1);
    cr_assert_eq(rotary_cost_host_kernels(&bench.training, true), 2 * 9 - 1);
    bench.training.model.max_positions = 640;
    cr_assert_eq(rotary_cost_host_kernels(&bench.training, false), 0);
    bench.training.plan.flash_attention = false;
    cr_assert_eq(score_cost_host_kernels(&bench.training), 4);
    cost_bench_destroy(&bench);
}

/* In each direction, and again where a layer is computed again. */
Test(eager_layers, operations_are_not_priced_as_a_layer_s_own_kernels) {
    CostBench eager = llama_bench(true), fused = llama_bench(false);
    eager.gpu.kernels.host_s = fused.gpu.kernels.host_s = 41e-6;
    eager.training.plan.recompute = fused.training.plan.recompute = RECOMPUTE_FULL;
    double forward_s = (2 * 7 + 2 * 5 - 1) * 7.6e-6, backward_s = (2 * 7 + 2 * 9 - 1) * 7.6e-6;
    expect_near(layer_forward_cost(&eager.training, &eager.gpu).host_s,
                layer_forward_cost(&fused.training, &fused.gpu).host_s + forward_s);
    expect_near(layer_recompute_cost(&eager.training, &eager.gpu).host_s,
                layer_recompute_cost(&fused.training, &fused.gpu).host_s + forward_s);
    expect_near(layer_backward_cost(&eager.training, &eager.gpu).host_s,
                layer_backward_cost(&fused.training, &fused.gpu).host_s + backward_s);
    cost_bench_destroy(&eager);
    cost_bench_destroy(&fused);
}

/* Input in fp32, and what the weight multiplies. */
Test(eager_layers, a_norm_keeps_its_input_in_fp32_and_its_product) {
    CostBench eager = llama_bench(true), fused = llama_bench(false);
    double more = training_layer_activation_bytes(&eager.training, RECOMPUTE_NONE) -
                  training_layer_activation_bytes(&fused.training, RECOMPUTE_NONE);
    cr_assert_float_eq(more, 2 * 2 * HIDDEN_BYTES, 1, "%g", more / HIDDEN_BYTES);
    cost_bench_destroy(&eager);
    cost_bench_destroy(&fused);
}

Test(eager_layers, a_layer_norm_and_a_compiled_layer_stay_fused) {
    CostBench eager = llama_bench(true), fused = llama_bench(false);
    eager.training.plan.compile = fused.training.plan.compile = true;
    expect_near(cost_bench_moved_bytes(&eager, false), cost_bench_moved_bytes(&fused, false));
    expect_near(cost_bench_moved_bytes(&eager, true), cost_bench_moved_bytes(&fused, true));
    eager.training.plan.compile = false;
    eager.training.model.rms_norm = false;
    cr_assert_eq(norm_cost_host_kernels(&eager.training), 0);
    cost_bench_destroy(&eager);
    cost_bench_destroy(&fused);
}

Test(eager_layers, norms_and_positions_can_be_fused_all_the_same) {
    CostBench eager = llama_bench(true), fused = llama_bench(false);
    eager.training.plan.norm_fusion = true;
    expect_near(cost_bench_moved_bytes(&eager, false) - cost_bench_moved_bytes(&fused, false), 2 * 8 * HIDDEN_BYTES);
    cr_assert_eq(norm_cost_host_kernels(&eager.training), 0);
    eager.training.plan.norm_fusion = false;
    eager.training.plan.rope_fusion = true;
    expect_near(cost_bench_moved_bytes(&eager, false) - cost_bench_moved_bytes(&fused, false), 2 * 16 * HIDDEN_BYTES);
    cr_assert_eq(rotary_cost_host_kernels(&eager.training, true), 0);
    cost_bench_destroy(&eager);
    cost_bench_destroy(&fused);
}

Test(eager_layers, fused_attention_is_computed_again_where_its_core_is_checkpointed) {
    CostBench bench = cost_bench_create(1);
    bench.training.plan.recompute = RECOMPUTE_SELECTIVE;
    bench.training.plan.flash_attention = true;
    cr_expect_eq(layer_recompute_cost(&bench.training, &bench.gpu).gemm_s, 0);
    bench.training.plan.recompute_core_attn = true;
    expect_near(layer_recompute_cost(&bench.training, &bench.gpu).gemm_s,
                layer_attention_forward_cost(&bench.training, &bench.gpu).gemm_s);
    cost_bench_destroy(&bench);
}
