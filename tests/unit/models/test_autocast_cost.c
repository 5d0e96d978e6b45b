/* Weights and a residual of fp32 whose products cast what they multiply. */
#include "models/cost/autocast_cost.h"

#include <criterion/criterion.h>

#include "models/cost/ends_cost.h"
#include "models/cost/layer_cost.h"
#include "models/memory/activation_memory.h"
#include "models/plan/parameter_bytes.h"
#include "tests/unit/models/cost_bench.h"

/* Bytes of one hidden state, 3 sequences of 640, and parameters of a GPT layer's matrices. */
static const double HIDDEN_BYTES = 3 * 640 * 1536 * 2.0;
static const double MATRICES = 12 * 1536.0 * 1536.0;

static CostBench autocast_bench(bool autocast) {
    CostBench bench = cost_bench_create(1);
    bench.training.model.dropout_fraction = 0;
    bench.training.plan.flash_attention = true;
    bench.training.plan.autocast = autocast;
    return bench;
}

static double more_bytes(const CostBench *wide, const CostBench *narrow, bool backward) {
    return cost_bench_moved_bytes(wide, backward) - cost_bench_moved_bytes(narrow, backward);
}

/* Each weight is read in 4 bytes and written in 2. Of each of two residuals and norms: 5 passes instead of 3, 4 and a
 * cast of 3 instead of 2; backward 6 and a cast of 3 instead of 3, 6 and a cast of 3 instead of 3. */
Test(autocast_cost, weights_branches_and_norms_are_cast) {
    CostBench wide = autocast_bench(true), narrow = autocast_bench(false);
    expect_near(more_bytes(&wide, &narrow, false), 6 * MATRICES + 2 * (2 + 5) * HIDDEN_BYTES);
    expect_near(more_bytes(&wide, &narrow, true), 6 * MATRICES + 2 * (6 + 6) * HIDDEN_BYTES);
    cost_bench_destroy(&wide);
    cost_bench_destroy(&narrow);
}

/* The residual takes two passes more forward; backward its three states, and a copy of 16 bit for the branch. */
Test(autocast_cost, a_compiler_fuses_all_casts_but_the_weights) {
    CostBench wide = autocast_bench(true), narrow = autocast_bench(false);
    wide.training.plan.compile = narrow.training.plan.compile = true;
    expect_near(more_bytes(&wide, &narrow, false), 6 * MATRICES + 2 * 2 * HIDDEN_BYTES);
    expect_near(more_bytes(&wide, &narrow, true), 6 * MATRICES + 2 * 4 * HIDDEN_BYTES);
    cost_bench_destroy(&wide);
    cost_bench_destroy(&narrow);
}

/* Of an RMSNorm in pieces only the casts at its ends go: of its input, of its output before the weight; the weight
 * multiplies fp32. */
Test(autocast_cost, a_norm_in_pieces_stays_in_fp32) {
    CostBench wide = autocast_bench(true), narrow = autocast_bench(false);
    wide.training.model.rms_norm = narrow.training.model.rms_norm = true;
    wide.training.plan.eager_layers = narrow.training.plan.eager_layers = true;
    expect_near(more_bytes(&wide, &narrow, false), 6 * MATRICES + 2 * (2 - 3 + 2) * HIDDEN_BYTES);
    expect_near(more_bytes(&wide, &narrow, true), 6 * MATRICES + 2 * (6 - 3 + 6) * HIDDEN_BYTES);
    cost_bench_destroy(&wide);
    cost_bench_destroy(&narrow);
}

/* Four matrices and two hidden states in each direction. */
Test(autocast_cost, the_host_issues_each_cast) {
    CostBench wide = autocast_bench(true), narrow = autocast_bench(false);
    cr_assert_eq(autocast_cost_host_kernels(&wide.training), 4 + 2);
    cr_assert_eq(autocast_cost_host_kernels(&narrow.training), 0);
    cost_bench_destroy(&wide);
    cost_bench_destroy(&narrow);
}

Test(autocast_cost, the_head_casts_its_table) {
    CostBench wide = autocast_bench(true), narrow = autocast_bench(false);
    double table = 1536.0 * (double)wide.training.model.vocab;
    expect_near(head_forward_cost(&wide.training, &wide.gpu).hbm_bytes,
                head_forward_cost(&narrow.training, &narrow.gpu).hbm_bytes + 6 * table);
    expect_near(head_backward_cost(&wide.training, &wide.gpu).hbm_bytes,
                head_backward_cost(&narrow.training, &narrow.gpu).hbm_bytes + 6 * table);
    cost_bench_destroy(&wide);
    cost_bench_destroy(&narrow);
}

/* Weights need no other copy, and a layer that is computed again keeps its input in fp32. */
Test(autocast_cost, weights_and_inputs_are_kept_in_fp32) {
    CostBench wide = autocast_bench(true), narrow = autocast_bench(false);
    cr_assert_eq(plan_weight_bytes(&wide.training.plan), 4);
    cr_assert_eq(plan_weight_bytes(&narrow.training.plan), 2);
    cr_assert_eq(training_weight_bytes(&wide.training) + training_state_bytes(&wide.training), 4 + 8);
    cr_assert_eq(training_layer_activation_bytes(&wide.training, RECOMPUTE_FULL), 2 * HIDDEN_BYTES);
    cr_assert_eq(training_layer_activation_bytes(&narrow.training, RECOMPUTE_FULL), HIDDEN_BYTES);
    cr_assert_eq(training_layer_activation_bytes(&wide.training, RECOMPUTE_NONE) -
                     training_layer_activation_bytes(&narrow.training, RECOMPUTE_NONE),
                 2 * HIDDEN_BYTES);
    cost_bench_destroy(&wide);
    cost_bench_destroy(&narrow);
}
