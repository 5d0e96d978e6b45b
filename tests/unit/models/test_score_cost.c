#include "models/cost/score_cost.h"

#include <criterion/criterion.h>

#include "tests/unit/models/small_cluster.h"

static const double SCORE_BYTES = 2 * 9e6;

/* Twelve heads of 640 keys in 16 bit, one sequence at a time, without dropout. */
static TrainingSpec twelve_heads(void) {
    TrainingSpec training = {.sequence_tokens = 640};
    training.model.heads = 12;
    training.plan = (PlanSpec){.precision = PRECISION_FP16, .micro_batch_seqs = 1, .tensor_parallel = 1};
    return training;
}

typedef void Direction(KernelList *list, const TrainingSpec *training, double score_bytes);

static void expect_kernels(const TrainingSpec *training, Direction *add, double moved_bytes, int launches) {
    Arena *arena = arena_create();
    GpuSpec gpu = small_cluster(arena, 1, 2).cluster.node.gpu;
    KernelList list;
    kernel_list_init(&list, &gpu, training->plan.precision);
    add(&list, training, SCORE_BYTES);
    WorkCost cost = kernel_list_finish(&list, 0, 0);
    cr_assert_float_eq(cost.hbm_bytes, moved_bytes, 1e-3, "%g bytes, expected %g", cost.hbm_bytes, moved_bytes);
    cr_assert_eq(list.launches, launches, "%d kernels, expected %d", list.launches, launches);
    arena_destroy(arena);
}

Test(score_cost, scale_mask_and_softmax_are_one_kernel) {
    TrainingSpec training = twelve_heads();
    expect_kernels(&training, score_cost_add_forward, 2 * SCORE_BYTES, 1);
    expect_kernels(&training, score_cost_add_backward, 3 * SCORE_BYTES, 1);
    cr_assert_eq(score_cost_host_kernels(&training), 0);
}

Test(score_cost, heads_that_are_no_multiple_of_four_take_a_softmax_in_pieces) {
    TrainingSpec training = twelve_heads();
    training.plan.tensor_parallel = 2;
    expect_kernels(&training, score_cost_add_forward, (3 + 4 + 4 + 4 + 3) * SCORE_BYTES, 5);
    expect_kernels(&training, score_cost_add_backward, (3 + 4 + 4 + 6 + 3) * SCORE_BYTES, 5);
    cr_assert_eq(score_cost_host_kernels(&training), 4);
    training.plan.micro_batch_seqs = 2;
    expect_kernels(&training, score_cost_add_forward, 2 * SCORE_BYTES, 1);
}

Test(score_cost, so_do_keys_that_the_kernel_is_not_made_for) {
    TrainingSpec training = twelve_heads();
    const int64_t keys[] = {16, 642, 16388};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        training.sequence_tokens = keys[i];
        cr_expect_eq(score_cost_host_kernels(&training), 4, "%lld keys", (long long)keys[i]);
    }
    training.sequence_tokens = 16384;
    cr_assert_eq(score_cost_host_kernels(&training), 0);
}

Test(score_cost, fp32_needs_no_casts_and_has_no_fused_kernel) {
    TrainingSpec training = twelve_heads();
    training.plan.precision = PRECISION_FP32;
    expect_kernels(&training, score_cost_add_forward, (2 + 2 + 2) * SCORE_BYTES, 3);
    cr_assert_eq(score_cost_host_kernels(&training), 2);
}

Test(score_cost, a_compiler_fuses_any_shape_and_flash_attention_has_no_scores) {
    TrainingSpec training = twelve_heads();
    training.plan.tensor_parallel = 2;
    training.plan.compile = true;
    expect_kernels(&training, score_cost_add_forward, 2 * SCORE_BYTES, 1);
    cr_assert_eq(score_cost_host_kernels(&training), 0);
    training.plan.compile = false;
    training.plan.flash_attention = true;
    cr_assert_eq(score_cost_host_kernels(&training), 0);
}

Test(score_cost, dropout_reads_and_writes_the_scores_once_more_and_draws_a_mask) {
    TrainingSpec training = twelve_heads();
    training.model.dropout_fraction = 0.13;
    expect_kernels(&training, score_cost_add_forward, (2 + 2 + 0.5) * SCORE_BYTES, 2);
    training.plan.compile = true;
    expect_kernels(&training, score_cost_add_forward, 3 * SCORE_BYTES, 1);
}
