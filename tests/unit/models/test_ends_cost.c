#include "models/cost/ends_cost.h"

#include <criterion/criterion.h>

#include "tests/unit/models/cost_bench.h"

/* With a vocabulary of 5119, which 2 does not divide, and 3 replicas. */
static CostBench odd_bench(void) {
    CostBench bench = cost_bench_create(2);
    bench.training.model.vocab = 5119;
    bench.training.plan.data_parallel = 3;
    return bench;
}

static const double TOKENS = 3 * 640, HIDDEN_BYTES = 3 * 640 * 1536 * 2.0, TABLE_BYTES = 2560 * 1536 * 2.0;

Test(ends_cost, the_head_multiplies_by_its_rows_of_the_table_rounded_up) {
    CostBench bench = odd_bench();
    WorkCost forward = head_forward_cost(&bench.training, &bench.gpu);
    WorkCost backward = head_backward_cost(&bench.training, &bench.gpu);
    expect_near(forward.flop, 2 * TOKENS * 1536 * 2560);
    expect_near(backward.flop, 2 * forward.flop);
    cost_bench_destroy(&bench);
}

Test(ends_cost, ideal_work_of_the_head_is_its_share_of_the_model) {
    CostBench bench = odd_bench();
    double flop = transformer_head_flop(&bench.training.model, 640) * 3 / 2;
    expect_near(head_forward_cost(&bench.training, &bench.gpu).ideal_s, flop / 312e12);
    expect_near(head_backward_cost(&bench.training, &bench.gpu).ideal_s, 2 * flop / 312e12);
    cost_bench_destroy(&bench);
}

Test(ends_cost, the_head_multiplies_in_16_bit_where_layers_are_in_fp8) {
    CostBench bench = odd_bench();
    bench.gpu.peak_flop_per_s[PRECISION_BF16] = bench.gpu.peak_flop_per_s[bench.training.plan.precision];
    bench.gpu.kernels.matrix_fraction[PRECISION_BF16] =
        bench.gpu.kernels.matrix_fraction[bench.training.plan.precision];
    bench.gpu.peak_flop_per_s[PRECISION_FP8] = 651e12;
    bench.gpu.kernels.matrix_fraction[PRECISION_FP8] = 0.81;
    WorkCost forward = head_forward_cost(&bench.training, &bench.gpu);
    WorkCost backward = head_backward_cost(&bench.training, &bench.gpu);
    bench.training.plan.precision = PRECISION_FP8;
    WorkCost narrow = head_forward_cost(&bench.training, &bench.gpu);
    expect_near(narrow.gemm_s, forward.gemm_s);
    expect_near(narrow.memory_s, forward.memory_s);
    expect_near(narrow.ideal_s, transformer_head_flop(&bench.training.model, 640) * 3 / 2 / 651e12);
    expect_near(head_backward_cost(&bench.training, &bench.gpu).gemm_s, backward.gemm_s);
    cost_bench_destroy(&bench);
}

Test(ends_cost, the_loss_walks_the_logits_in_fp32) {
    CostBench bench = odd_bench();
    double logits = TOKENS * 2560, operands = HIDDEN_BYTES + TABLE_BYTES + 2 * logits;
    expect_near(head_forward_cost(&bench.training, &bench.gpu).hbm_bytes, 2 * HIDDEN_BYTES + operands + 30 * logits);
    expect_near(head_backward_cost(&bench.training, &bench.gpu).hbm_bytes,
                3 * HIDDEN_BYTES + 2 * operands + 14 * logits);
    cost_bench_destroy(&bench);
}

Test(ends_cost, a_fused_loss_reads_the_logits_once_and_writes_their_gradient) {
    CostBench bench = odd_bench();
    double logits = TOKENS * 2560;
    WorkCost forward = head_forward_cost(&bench.training, &bench.gpu);
    WorkCost backward = head_backward_cost(&bench.training, &bench.gpu);
    bench.training.plan.fused_cross_entropy = true;
    expect_near(forward.hbm_bytes - head_forward_cost(&bench.training, &bench.gpu).hbm_bytes, (30 - 2) * logits);
    expect_near(backward.hbm_bytes - head_backward_cost(&bench.training, &bench.gpu).hbm_bytes, (14 - 4) * logits);
    bench.training.plan.fused_cross_entropy = false;
    bench.training.plan.compile = true;
    expect_near(forward.hbm_bytes - head_forward_cost(&bench.training, &bench.gpu).hbm_bytes, (30 - 2) * logits);
    expect_near(backward.hbm_bytes - head_backward_cost(&bench.training, &bench.gpu).hbm_bytes, (14 - 4) * logits);
    cost_bench_destroy(&bench);
}

Test(ends_cost, every_metric_walks_the_logits_forward) {
    CostBench bench = odd_bench();
    WorkCost forward = head_forward_cost(&bench.training, &bench.gpu);
    WorkCost backward = head_backward_cost(&bench.training, &bench.gpu);
    bench.training.plan.train_metrics = 3;
    WorkCost watched = head_forward_cost(&bench.training, &bench.gpu);
    expect_near(watched.hbm_bytes - forward.hbm_bytes, 3 * 14 * TOKENS * 2560);
    expect_near(watched.launch_s - forward.launch_s, 3 * bench.gpu.kernels.launch_s);
    cr_assert_eq(head_backward_cost(&bench.training, &bench.gpu).hbm_bytes, backward.hbm_bytes);
    cost_bench_destroy(&bench);
}

/* 22 accesses of 4 bytes instead of 7, and a read for the copy in 16 bit. */
Test(ends_cost, adam_in_pieces_moves_its_states_more_often) {
    CostBench bench = odd_bench();
    double fused = optimizer_cost(&bench.training, &bench.gpu, 23.85e6).hbm_bytes;
    bench.training.plan.fused_optimizer = false;
    double pieces = optimizer_cost(&bench.training, &bench.gpu, 23.85e6).hbm_bytes;
    expect_near(pieces - fused, ((22 - 7) * 4 + 4) * 23.85e6);
    cost_bench_destroy(&bench);
}

Test(ends_cost, the_embedding_looks_up_adds_positions_and_drops_out) {
    CostBench bench = odd_bench();
    WorkCost cost = embedding_forward_cost(&bench.training, &bench.gpu);
    expect_near(cost.hbm_bytes, (2 + 3 + 2.5) * HIDDEN_BYTES);
    cr_assert_eq(cost.flop, 0);
    cr_assert_eq(cost.ideal_s, 0);
    bench.training.model.dropout_fraction = 0;
    expect_near(embedding_forward_cost(&bench.training, &bench.gpu).hbm_bytes, (2 + 3) * HIDDEN_BYTES);
    cost_bench_destroy(&bench);
}

Test(ends_cost, the_gradient_of_the_table_is_added_up_only_over_several_micro_batches) {
    CostBench bench = odd_bench();
    expect_near(embedding_backward_cost(&bench.training, &bench.gpu).hbm_bytes, 2 * TABLE_BYTES + 2 * HIDDEN_BYTES);
    bench.training.plan.gradient_accumulation = 2;
    expect_near(embedding_backward_cost(&bench.training, &bench.gpu).hbm_bytes, 5 * TABLE_BYTES + 2 * HIDDEN_BYTES);
    cost_bench_destroy(&bench);
}

Test(ends_cost, the_product_of_the_table_s_gradient_adds_to_the_kept_one_over_several_micro_batches) {
    CostBench bench = odd_bench();
    const char *const schedules[] = {bench.training.plan.schedule, "zb_h1"};
    bench.gpu.kernels.accumulate_exposed = 0.61;
    double exposed_s = 0.61 * TABLE_BYTES / 2 * (2 + 4 * 0.8) / (0.995 * bench.gpu.hbm_bytes_per_s);
    for (int split = 0; split < 2; split++) {
        bench.training.plan.schedule = schedules[split];
        WorkCost (*product)(const TrainingSpec *, const GpuSpec *) = split ? head_weight_cost : head_backward_cost;
        bench.training.plan.gradient_accumulation = 1;
        double once_s = product(&bench.training, &bench.gpu).gemm_s;
        bench.training.plan.gradient_accumulation = 5;
        cr_assert_float_eq(product(&bench.training, &bench.gpu).gemm_s - once_s, exposed_s, 1e-14);
    }
    cost_bench_destroy(&bench);
}

Test(ends_cost, sequence_parallelism_divides_hidden_states_at_the_ends) {
    CostBench bench = odd_bench();
    WorkCost head = head_forward_cost(&bench.training, &bench.gpu);
    bench.training.plan.sequence_parallel = true;
    expect_near(embedding_forward_cost(&bench.training, &bench.gpu).hbm_bytes, 7.5 * HIDDEN_BYTES / 2);
    expect_near(head.hbm_bytes - head_forward_cost(&bench.training, &bench.gpu).hbm_bytes, 2 * HIDDEN_BYTES / 2);
    cost_bench_destroy(&bench);
}

Test(ends_cost, adam_moves_52_bytes_per_parameter_that_it_updates) {
    CostBench bench = odd_bench();
    WorkCost whole = optimizer_cost(&bench.training, &bench.gpu, 23.85e6);
    expect_near(whole.hbm_bytes, 52 * 23.85e6);
    expect_near(whole.memory_s, gpu_memory_bound_seconds(&bench.gpu, 52 * 23.85e6));
    cr_assert_eq(whole.ideal_s, 0);
    bench.training.plan.distributed_optimizer = true;
    expect_near(optimizer_cost(&bench.training, &bench.gpu, 23.85e6).hbm_bytes, 52 * 23.85e6);
    cost_bench_destroy(&bench);
}

Test(ends_cost, a_slow_host_limits_the_ends) {
    CostBench bench = odd_bench();
    bench.gpu.kernels.host_s = 1e-3;
    WorkCost embedding = embedding_forward_cost(&bench.training, &bench.gpu);
    WorkCost head = head_forward_cost(&bench.training, &bench.gpu);
    WorkCost optimizer = optimizer_cost(&bench.training, &bench.gpu, 23.85e6);
    expect_near(work_cost_seconds(&embedding), 6e-3);
    expect_near(work_cost_seconds(&head), 20e-3);
    expect_near(work_cost_seconds(&optimizer), 60e-3);
    cost_bench_destroy(&bench);
}
