/* Layers whose biases, dropout and sums with the residual are a kernel each. */
#include <criterion/criterion.h>

#include "models/cost/layer_cost.h"
#include "models/cost/score_cost.h"
#include "models/cost/training_experts.h"
#include "models/cost/unfused_cost.h"
#include "tests/unit/models/cost_bench.h"

/* Bytes of one hidden state, 3 sequences of 640; queries, keys and values are as many each. */
static const double HIDDEN_BYTES = 3 * 640 * 1536 * 2.0;

static const double SCORE_BYTES = 3 * 12 * 640 * 640 * 2.0;

static CostBench bert_bench(bool fused) {
    CostBench bench = cost_bench_create(1);
    bench.training.model.biases = true;
    bench.training.model.dropout_fraction = 0.1;
    bench.training.plan.flash_attention = true;
    bench.training.plan.bias_dropout_fusion = fused;
    return bench;
}

static double more_bytes(const CostBench *unfused, const CostBench *fused, bool backward) {
    return (cost_bench_moved_bytes(unfused, backward) - cost_bench_moved_bytes(fused, backward)) / HIDDEN_BYTES;
}

/* Forward 2 passes for each of the biases of queries, keys, values, both residuals and the MLP's 4 hidden states, and 2
 * for each dropout; backward the sums of three biases' gradients. */
Test(unfused_cost, biases_and_dropout_have_kernels_of_their_own) {
    CostBench unfused = bert_bench(false), fused = bert_bench(true);
    expect_near(more_bytes(&unfused, &fused, false), 3 * 2 + 2 * 2 + 4 * 2 + 2 * 2);
    expect_near(more_bytes(&unfused, &fused, true), 3);
    unfused.training.model.dropout_fraction = fused.training.model.dropout_fraction = 0;
    expect_near(more_bytes(&unfused, &fused, false), 3 * 2 + 2 * 2 + 4 * 2);
    unfused.training.model.biases = fused.training.model.biases = false;
    expect_near(more_bytes(&unfused, &fused, false) + 1, 1);
    cost_bench_destroy(&unfused);
    cost_bench_destroy(&fused);
}

/* Queries, keys and values; backward their gradients and that of the context. */
Test(unfused_cost, heads_of_unfused_attention_are_copied) {
    CostBench unfused = bert_bench(false), fused = bert_bench(true);
    unfused.training.plan.flash_attention = fused.training.plan.flash_attention = false;
    expect_near(more_bytes(&unfused, &fused, false), 22 + 3 * 2);
    expect_near(more_bytes(&unfused, &fused, true), 3 + 3 * 2 + 2);
    cost_bench_destroy(&unfused);
    cost_bench_destroy(&fused);
}

Test(unfused_cost, the_host_issues_each_of_them) {
    CostBench bench = bert_bench(false);
    cr_assert_eq(unfused_cost_host_kernels(&bench.training, false), 3 + 2 * 2 + 1);
    cr_assert_eq(unfused_cost_host_kernels(&bench.training, true), 3);
    bench.training.plan.flash_attention = false;
    cr_assert_eq(unfused_cost_host_kernels(&bench.training, false), 3 * 2 + 2 * 2 + 1);
    cr_assert_eq(unfused_cost_host_kernels(&bench.training, true), 3 * 2 + 1);
    bench.training.plan.bias_dropout_fusion = true;
    cr_assert_eq(unfused_cost_host_kernels(&bench.training, true), 0);
    cost_bench_destroy(&bench);
}

Test(unfused_cost, a_compiler_fuses_them_all) {
    CostBench unfused = bert_bench(false), fused = bert_bench(true);
    unfused.training.plan.compile = fused.training.plan.compile = true;
    expect_near(more_bytes(&unfused, &fused, false) + 1, 1);
    cr_assert_eq(unfused_cost_host_kernels(&unfused.training, false), 0);
    cost_bench_destroy(&unfused);
    cost_bench_destroy(&fused);
}

/* Divided and masked, 2 passes each over the scores in 16 bit; backward divided. */
Test(unfused_cost, scores_of_eager_layers_with_a_layer_norm_stay_narrow) {
    CostBench eager = bert_bench(true), fused = bert_bench(true);
    eager.training.plan.flash_attention = fused.training.plan.flash_attention = false;
    eager.training.plan.eager_layers = true;
    expect_near(more_bytes(&eager, &fused, false), 4 * SCORE_BYTES / HIDDEN_BYTES);
    expect_near(more_bytes(&eager, &fused, true), 2 * SCORE_BYTES / HIDDEN_BYTES);
    cr_assert_eq(score_cost_host_kernels(&eager.training), 2);
    cost_bench_destroy(&eager);
    cost_bench_destroy(&fused);
}

/* Eight kernels of 18 passes over the MLP's 4 hidden states in place of one of 2; backward eleven of 28 for one of 3.
 */
Test(unfused_cost, gelu_is_written_out_where_it_is_not_fused) {
    CostBench written = bert_bench(true), fused = bert_bench(true);
    written.training.plan.gelu_fusion = false;
    expect_near(more_bytes(&written, &fused, false), 4 * (18 - 2));
    expect_near(more_bytes(&written, &fused, true), 4 * (28 - 3));
    cr_assert_eq(unfused_cost_host_kernels(&written.training, false), 7);
    cr_assert_eq(unfused_cost_host_kernels(&written.training, true), 10);
    written.training.model.gated = true;
    cr_assert_eq(unfused_cost_host_kernels(&written.training, false), 0);
    cost_bench_destroy(&written);
    cost_bench_destroy(&fused);
}

Test(unfused_cost, scores_under_autocast_are_cast) {
    CostBench bench = bert_bench(true);
    bench.training.plan.flash_attention = false;
    bench.training.plan.eager_layers = bench.training.plan.norm_in_fp32 = true;
    cr_assert_eq(score_cost_host_kernels(&bench.training), 4);
    cost_bench_destroy(&bench);
}

/* A copy of the MLP's 4 hidden states in one byte for two, read and written, in both directions; gated it is twice
 * that.
 */
Test(unfused_cost, the_activation_s_input_is_copied_to_fp8_and_back) {
    CostBench copied = bert_bench(true), kept = bert_bench(true);
    copied.training.plan.fp8_activation_input = true;
    expect_near(more_bytes(&copied, &kept, false), 4 * 1.5);
    expect_near(more_bytes(&copied, &kept, true), 4 * 1.5);
    expect_near(training_mlp_activation_bytes(&kept.training) - training_mlp_activation_bytes(&copied.training),
                4 * HIDDEN_BYTES / 2);
    copied.training.model.gated = kept.training.model.gated = true;
    expect_near(more_bytes(&copied, &kept, false) / more_bytes(&copied, &kept, true), 1);
    cost_bench_destroy(&copied);
    cost_bench_destroy(&kept);
}
