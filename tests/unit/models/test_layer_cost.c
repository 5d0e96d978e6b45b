#include "models/cost/layer_cost.h"

#include <criterion/criterion.h>

#include "models/memory/activation_memory.h"
#include "tests/unit/models/cost_bench.h"

/* What one GPU of the group has to do of a layer forward. */
static double layer_flop(const CostBench *bench) {
    const TrainingSpec *training = &bench->training;
    return transformer_layer_flop(&training->model, training->sequence_tokens) * 3 /
           (double)training->plan.tensor_parallel;
}

/* Bytes of one hidden state, 3 sequences of 640. */
static const double HIDDEN_BYTES = 3 * 640 * 1536 * 2.0;

Test(layer_cost, forward_executes_the_flops_of_the_model_and_backward_twice_as_many) {
    for (int64_t tensor = 1; tensor <= 4; tensor *= 2) {
        CostBench bench = cost_bench_create(tensor);
        WorkCost forward = layer_forward_cost(&bench.training, &bench.gpu);
        WorkCost backward = layer_backward_cost(&bench.training, &bench.gpu);
        expect_near(forward.flop, layer_flop(&bench));
        expect_near(backward.flop, 2 * layer_flop(&bench));
        expect_near(forward.ideal_s, layer_flop(&bench) / 312e12);
        expect_near(backward.ideal_s, 2 * layer_flop(&bench) / 312e12);
        cost_bench_destroy(&bench);
    }
}

Test(layer_cost, grouped_query_and_gated_layers_execute_their_flops_too) {
    CostBench bench = cost_bench_create(2);
    bench.training.model.kv_heads = 4;
    bench.training.model.head_dim = 96;
    bench.training.model.ffn_hidden = 4608;
    bench.training.model.gated = true;
    expect_near(layer_forward_cost(&bench.training, &bench.gpu).flop, layer_flop(&bench));
    expect_near(layer_backward_cost(&bench.training, &bench.gpu).flop, 2 * layer_flop(&bench));
    cost_bench_destroy(&bench);
}

Test(layer_cost, key_value_heads_are_copied_when_the_group_is_larger) {
    CostBench bench = cost_bench_create(4);
    bench.training.model.kv_heads = 2;
    /* Each of 4 GPUs needs a whole key and value head of 128 features, twice its share. */
    double copied_flop = 2 * (3.0 * 640) * 1536 * (2 * 128 - 2 * 2 * 128 / 4.0);
    expect_near(layer_forward_cost(&bench.training, &bench.gpu).flop, layer_flop(&bench) + copied_flop);
    cost_bench_destroy(&bench);
}

/* Reads and writes counted by hand, in elements: products, then kernels (tensors of the hidden state T*h, of the MLP
 * 4 T*h, of the scores S). */
Test(layer_cost, forward_moves_the_tensors_of_a_gpt_layer) {
    CostBench bench = cost_bench_create(1);
    double h = 1536, T = 3 * 640, d = 128, s = 640, S = 3 * 12 * s * s, hidden = T * h;
    double products = (hidden + 3 * h * h + 3 * hidden) + 2 * (36 * (s * d + d * s) + S) + (hidden + h * h + hidden) +
                      2 * (hidden + 4 * h * h + 4 * hidden);
    double softmax_and_dropout = 2 * S + 2.5 * S, transpose = 2 * hidden, gelu = 2 * 4 * hidden;
    double residual_and_norm = 2 * (3.5 + 2) * hidden;
    double elements = products + softmax_and_dropout + transpose + gelu + residual_and_norm;
    expect_near(layer_forward_cost(&bench.training, &bench.gpu).hbm_bytes, 2 * elements);
    cost_bench_destroy(&bench);
}

Test(layer_cost, dropout_masks_cost_only_when_there_is_dropout) {
    CostBench bench = cost_bench_create(1);
    double with = layer_forward_cost(&bench.training, &bench.gpu).hbm_bytes;
    bench.training.model.dropout_fraction = 0;
    double without = layer_forward_cost(&bench.training, &bench.gpu).hbm_bytes;
    double score_bytes = 3 * 12 * 640.0 * 640 * 2;
    expect_near(with - without, 2.5 * score_bytes + 2 * 0.5 * HIDDEN_BYTES);
    cost_bench_destroy(&bench);
}

Test(layer_cost, rotary_positions_cost_a_pass_over_queries_and_keys) {
    CostBench bench = cost_bench_create(2);
    WorkCost learned = layer_forward_cost(&bench.training, &bench.gpu);
    WorkCost learned_backward = layer_backward_cost(&bench.training, &bench.gpu);
    bench.training.model.max_positions = 0;
    double rotary_bytes = 2 * (2 * HIDDEN_BYTES / 2);
    expect_near(layer_forward_cost(&bench.training, &bench.gpu).hbm_bytes - learned.hbm_bytes, rotary_bytes);
    expect_near(layer_backward_cost(&bench.training, &bench.gpu).hbm_bytes - learned_backward.hbm_bytes, rotary_bytes);
    cost_bench_destroy(&bench);
}

Test(layer_cost, full_recomputation_is_the_forward_without_ideal_work) {
    CostBench bench = cost_bench_create(2);
    bench.training.plan.recompute = RECOMPUTE_FULL;
    WorkCost forward = layer_forward_cost(&bench.training, &bench.gpu);
    WorkCost again = layer_recompute_cost(&bench.training, &bench.gpu);
    cr_assert_eq(again.ideal_s, 0);
    cr_assert_eq(again.flop, forward.flop);
    cr_assert_eq(again.hbm_bytes, forward.hbm_bytes);
    cr_assert_eq(work_cost_seconds(&again), work_cost_seconds(&forward));
    cost_bench_destroy(&bench);
}

Test(layer_cost, selective_recomputation_is_the_attention_core_only) {
    CostBench bench = cost_bench_create(1);
    bench.training.plan.recompute = RECOMPUTE_SELECTIVE;
    WorkCost again = layer_recompute_cost(&bench.training, &bench.gpu);
    double heads = 3 * 12, square = 640.0 * 640;
    expect_near(again.flop, 4 * heads * square * 128);
    double products = 2 * heads * (2 * 640 * 128 + square);
    expect_near(again.hbm_bytes, 2 * (products + (2 + 2.5) * heads * square));
    cr_assert_eq(again.ideal_s, 0);
    expect_near(again.launch_s, 4 * 0.9e-6);
    cost_bench_destroy(&bench);
}

Test(layer_cost, without_recomputation_nothing_is_done_again) {
    CostBench bench = cost_bench_create(2);
    WorkCost again = layer_recompute_cost(&bench.training, &bench.gpu);
    cr_assert_eq(work_cost_seconds(&again), 0);
    cr_assert_eq(again.flop, 0);
    bench.training.plan.recompute = RECOMPUTE_SELECTIVE;
    bench.training.plan.flash_attention = true;
    again = layer_recompute_cost(&bench.training, &bench.gpu);
    cr_assert_eq(work_cost_seconds(&again), 0);
    cost_bench_destroy(&bench);
}

/* Half of the square forward; backward the scores once more, so five halves instead of four wholes. */
Test(layer_cost, flash_attention_computes_half_of_the_square) {
    CostBench bench = cost_bench_create(2);
    double attention_flop = 4 * (3 * 12 / 2.0) * 640 * 640 * 128;
    bench.training.plan.flash_attention = true;
    expect_near(layer_forward_cost(&bench.training, &bench.gpu).flop, layer_flop(&bench) - attention_flop / 2);
    expect_near(layer_backward_cost(&bench.training, &bench.gpu).flop,
                2 * layer_flop(&bench) - (2 - 1.25) * attention_flop);
    cost_bench_destroy(&bench);
}

Test(layer_cost, flash_attention_keeps_scores_and_products_on_the_chip) {
    CostBench bench = cost_bench_create(1);
    WorkCost unfused = layer_forward_cost(&bench.training, &bench.gpu);
    bench.training.plan.flash_attention = true;
    WorkCost fused = layer_forward_cost(&bench.training, &bench.gpu);
    double s = 640, d = 128, heads = 36, score_bytes = heads * s * s * 2;
    double kernels = 4.5 * score_bytes + 2 * HIDDEN_BYTES;
    double products = 2 * (score_bytes + 2 * heads * s * d * 2);
    expect_near(unfused.hbm_bytes - fused.hbm_bytes, kernels + products);
    cr_assert_lt(fused.memory_s, unfused.memory_s);
    cost_bench_destroy(&bench);
}

Test(layer_cost, an_older_release_of_attention_takes_longer_for_the_same_flops) {
    CostBench bench = cost_bench_create(1);
    bench.training.plan.flash_attention = true;
    WorkCost own = layer_backward_cost(&bench.training, &bench.gpu);
    WorkCost attention = layer_attention_backward_cost(&bench.training, &bench.gpu);
    bench.training.plan.attention_kernel = ATTENTION_FLASH_1;
    WorkCost old = layer_backward_cost(&bench.training, &bench.gpu);
    double slow_down = 2.24 + 632 / 640.0;
    cr_assert_eq(old.flop, own.flop);
    expect_near(old.gemm_s - own.gemm_s, (slow_down - 1) * attention.gemm_s);
    cost_bench_destroy(&bench);
}

Test(layer_cost, sequence_parallelism_divides_the_traffic_of_norms) {
    CostBench bench = cost_bench_create(4);
    WorkCost forward = layer_forward_cost(&bench.training, &bench.gpu);
    WorkCost backward = layer_backward_cost(&bench.training, &bench.gpu);
    bench.training.plan.sequence_parallel = true;
    double forward_bytes = forward.hbm_bytes - layer_forward_cost(&bench.training, &bench.gpu).hbm_bytes;
    double backward_bytes = backward.hbm_bytes - layer_backward_cost(&bench.training, &bench.gpu).hbm_bytes;
    expect_near(forward_bytes, 2 * (3.5 + 2) * HIDDEN_BYTES * (1 - 1 / 4.0));
    expect_near(backward_bytes, 2 * (3 + 3 + 2.5 + 1) * HIDDEN_BYTES * (1 - 1 / 4.0));
    cr_assert_eq(layer_forward_cost(&bench.training, &bench.gpu).flop, forward.flop);
    cost_bench_destroy(&bench);
}

/* Two norms: a cast reads 2 and writes 4 bytes, the norm reads 4 and writes 2; backward it reads 4 and 2 and writes 4,
 * and a cast reads 4 and writes 2. In 16 bit they move 2 and 3 states. */
Test(layer_cost, norms_in_fp32_read_a_copy_of_their_input) {
    CostBench bench = cost_bench_create(1);
    WorkCost forward = layer_forward_cost(&bench.training, &bench.gpu);
    WorkCost backward = layer_backward_cost(&bench.training, &bench.gpu);
    bench.training.plan.norm_in_fp32 = true;
    WorkCost cast_forward = layer_forward_cost(&bench.training, &bench.gpu);
    WorkCost cast_backward = layer_backward_cost(&bench.training, &bench.gpu);
    expect_near(cast_forward.hbm_bytes - forward.hbm_bytes, 2 * (3 + 3 - 2) * HIDDEN_BYTES);
    expect_near(cast_backward.hbm_bytes - backward.hbm_bytes, 2 * (5 + 3 - 3) * HIDDEN_BYTES);
    cr_assert_gt(cast_forward.host_s, forward.host_s);
    bench.training.plan.precision = PRECISION_FP32;
    bench.gpu.peak_flop_per_s[PRECISION_FP32] = 19.5e12;
    bench.gpu.kernels.matrix_fraction[PRECISION_FP32] = 0.7;
    double wide_bytes = layer_forward_cost(&bench.training, &bench.gpu).hbm_bytes;
    bench.training.plan.norm_in_fp32 = false;
    expect_near(layer_forward_cost(&bench.training, &bench.gpu).hbm_bytes, wide_bytes);
    cost_bench_destroy(&bench);
}

Test(layer_cost, recomputed_norms_run_twice_and_keep_only_their_input) {
    CostBench bench = cost_bench_create(2);
    bench.training.plan.recompute_norms = true;
    WorkCost again = layer_recompute_cost(&bench.training, &bench.gpu);
    expect_near(again.hbm_bytes, 2 * 2 * HIDDEN_BYTES);
    cr_assert_eq(again.flop, 0);
    double kept = training_layer_activation_bytes(&bench.training, RECOMPUTE_NONE);
    bench.training.plan.recompute_norms = false;
    expect_near(training_layer_activation_bytes(&bench.training, RECOMPUTE_NONE) - kept, 2 * HIDDEN_BYTES);
    bench.training.plan.norm_in_fp32 = true;
    expect_near(training_layer_activation_bytes(&bench.training, RECOMPUTE_NONE) - kept, 4 * HIDDEN_BYTES);
    bench.training.plan.recompute_norms = true;
    again = layer_recompute_cost(&bench.training, &bench.gpu);
    expect_near(again.hbm_bytes, 2 * (3 + 3) * HIDDEN_BYTES);
    cost_bench_destroy(&bench);
}

/* SiLU reads one and writes one, the product reads two and writes one; backward three kernels of three, and the sum of
 * two gradients of the input. */
Test(layer_cost, a_gated_mlp_in_pieces_moves_more_for_the_same_flops) {
    CostBench bench = cost_bench_create(2);
    bench.training.model.ffn_hidden = 4608;
    bench.training.model.gated = true;
    bench.training.model.biases = false;
    double kept = training_layer_activation_bytes(&bench.training, RECOMPUTE_NONE);
    WorkCost forward = layer_forward_cost(&bench.training, &bench.gpu);
    WorkCost backward = layer_backward_cost(&bench.training, &bench.gpu);
    bench.training.plan.swiglu_fusion = false;
    WorkCost pieces_forward = layer_forward_cost(&bench.training, &bench.gpu);
    WorkCost pieces_backward = layer_backward_cost(&bench.training, &bench.gpu);
    /* The hidden state is an operand once more in forward, and twice in backward. */
    double ffn_bytes = 3 * HIDDEN_BYTES / 2;
    expect_near(pieces_forward.hbm_bytes - forward.hbm_bytes, 2 * ffn_bytes + HIDDEN_BYTES);
    expect_near(pieces_backward.hbm_bytes - backward.hbm_bytes, 4 * ffn_bytes + (2 + 3) * HIDDEN_BYTES);
    cr_assert_eq(pieces_forward.flop, forward.flop);
    cr_assert_eq(pieces_backward.flop, backward.flop);
    expect_near(training_layer_activation_bytes(&bench.training, RECOMPUTE_NONE) - kept, ffn_bytes);
    bench.training.plan.compile = true;
    double compiled = layer_forward_cost(&bench.training, &bench.gpu).hbm_bytes;
    bench.training.plan.swiglu_fusion = true;
    expect_near(layer_forward_cost(&bench.training, &bench.gpu).hbm_bytes, compiled);
    cost_bench_destroy(&bench);
}

Test(layer_cost, unfused_accumulation_reads_and_writes_every_gradient) {
    CostBench bench = cost_bench_create(2);
    PlanSpec *plan = &bench.training.plan;
    double parameters = transformer_layer_parameters(&bench.training.model) / 2;
    WorkCost fused = layer_backward_cost(&bench.training, &bench.gpu);
    plan->gradient_accumulation_fusion = false;
    cr_assert_eq(layer_backward_cost(&bench.training, &bench.gpu).hbm_bytes, fused.hbm_bytes);
    plan->gradient_accumulation = 2;
    WorkCost unfused = layer_backward_cost(&bench.training, &bench.gpu);
    expect_near(unfused.hbm_bytes - fused.hbm_bytes, parameters * (2 + 2 * 4));
    expect_near(unfused.launch_s - fused.launch_s, 12 * 0.9e-6);
    plan->grad_reduce_in_fp32 = false;
    unfused = layer_backward_cost(&bench.training, &bench.gpu);
    expect_near(unfused.hbm_bytes - fused.hbm_bytes, parameters * (2 + 2 * 2));
    cost_bench_destroy(&bench);
}

/* Over five micro-batches a product reads the kept gradient four times and writes it in place of its 16-bit result. */
Test(layer_cost, products_that_add_to_the_kept_gradient_wait_for_what_they_do_not_hide) {
    CostBench bench = cost_bench_create(2);
    PlanSpec *plan = &bench.training.plan;
    double weights = 12 * 1536.0 * 1536 / 2;
    WorkCost once = layer_backward_cost(&bench.training, &bench.gpu);
    plan->gradient_accumulation = 5;
    WorkCost hidden = layer_backward_cost(&bench.training, &bench.gpu);
    expect_near(hidden.hbm_bytes - once.hbm_bytes, weights * (2 + 4 * 0.8));
    cr_assert_eq(hidden.gemm_s, once.gemm_s);
    bench.gpu.kernels.accumulate_exposed = 0.61;
    for (int fp32 = 0; fp32 < 2; fp32++) {
        plan->grad_reduce_in_fp32 = fp32;
        double bytes = weights * (fp32 ? 2 + 4 * 0.8 : 2 * 0.8);
        double exposed_s = layer_backward_cost(&bench.training, &bench.gpu).gemm_s - once.gemm_s;
        cr_assert_float_eq(exposed_s, 0.61 * bytes / (0.995 * bench.gpu.hbm_bytes_per_s), 1e-14);
    }
    cost_bench_destroy(&bench);
}

/* Unfused attention with dropout and biases: norms, residuals, dropout and softmax are fused, nothing else. */
Test(layer_cost, a_compiler_saves_the_traffic_and_the_kernels_that_it_fuses) {
    CostBench bench = cost_bench_create(1);
    bench.gpu.kernels.host_s = 41e-6;
    double scores = 3 * 12 * 640.0 * 640 * 2;
    WorkCost forward = layer_forward_cost(&bench.training, &bench.gpu);
    WorkCost backward = layer_backward_cost(&bench.training, &bench.gpu);
    bench.training.plan.compile = true;
    WorkCost fused = layer_forward_cost(&bench.training, &bench.gpu);
    expect_near(forward.hbm_bytes - fused.hbm_bytes, 2 * 1.5 * HIDDEN_BYTES + 1.5 * scores);
    expect_near(forward.launch_s - fused.launch_s, 3 * 0.9e-6);
    expect_near(fused.host_s, 11 * 9.1e-6 + 35e-6);
    cr_assert_eq(fused.gemm_s, forward.gemm_s);
    cr_assert_lt(fused.memory_s, forward.memory_s);
    fused = layer_backward_cost(&bench.training, &bench.gpu);
    expect_near(backward.hbm_bytes - fused.hbm_bytes, 2 * 3.5 * HIDDEN_BYTES + 2.5 * scores);
    expect_near(backward.launch_s - fused.launch_s, (2 * 2 + 1) * 0.9e-6);
    cr_assert_lt(fused.host_s, 0.2 * backward.host_s);
    bench.gpu.kernels.host_s = 2.385e-6;
    expect_near(layer_forward_cost(&bench.training, &bench.gpu).host_s, (11 + 35 / 9.1) * 2.385e-6);
    cost_bench_destroy(&bench);
}

/* What is split off the backward pass is all of it: the same products, traffic and kernels of the host. */
Test(layer_cost, input_and_weight_gradients_make_the_backward_pass) {
    for (int fused = 0; fused < 2; fused++) {
        CostBench bench = cost_bench_create(2);
        PlanSpec *plan = &bench.training.plan;
        bench.training.model.gated = fused;
        bench.gpu.kernels.accumulate_exposed = 0.61;
        plan->gradient_accumulation = 2;
        plan->gradient_accumulation_fusion = fused;
        WorkCost whole = layer_backward_cost(&bench.training, &bench.gpu);
        cr_assert_eq(layer_weight_cost(&bench.training, &bench.gpu).flop, 0);
        plan->schedule = "zb_h1";
        WorkCost split = layer_backward_cost(&bench.training, &bench.gpu);
        WorkCost weight = layer_weight_cost(&bench.training, &bench.gpu);
        double attention = transformer_attention_flop(&bench.training.model, 640) * 3 / 2;
        expect_near(weight.flop, layer_flop(&bench) - attention);
        work_cost_add(&split, &weight, 1);
        expect_near(split.flop, whole.flop);
        expect_near(split.ideal_s, whole.ideal_s);
        expect_near(split.gemm_s, whole.gemm_s);
        expect_near(split.memory_s, whole.memory_s);
        expect_near(split.launch_s, whole.launch_s);
        expect_near(split.host_s, whole.host_s);
        expect_near(split.hbm_bytes, whole.hbm_bytes);
        cost_bench_destroy(&bench);
    }
}

/* Eager Megatron-LM at hidden 1024: 3.6 ms per layer and micro-batch whether the group is 1, 2 or 4. */
Test(layer_cost, the_host_limits_a_small_layer_whatever_the_tensor_group) {
    for (int64_t tensor = 1; tensor <= 4; tensor *= 2) {
        CostBench bench = cost_bench_create(tensor);
        bench.gpu.kernels.host_s = 31e-6;
        bench.training.model.hidden = 1024;
        bench.training.model.heads = 16;
        bench.training.sequence_tokens = 512;
        bench.training.plan.micro_batch_seqs = 2;
        bench.training.plan.recompute = RECOMPUTE_FULL;
        WorkCost forward = layer_forward_cost(&bench.training, &bench.gpu);
        WorkCost backward = layer_backward_cost(&bench.training, &bench.gpu);
        WorkCost again = layer_recompute_cost(&bench.training, &bench.gpu);
        expect_near(work_cost_seconds(&forward), 28 * 31e-6);
        expect_near(work_cost_seconds(&backward), 60 * 31e-6);
        cr_assert_float_eq(work_cost_seconds(&forward) + work_cost_seconds(&again) + work_cost_seconds(&backward),
                           3.6e-3, 0.01e-3);
        cost_bench_destroy(&bench);
    }
}

Test(layer_cost, the_device_limits_a_large_layer) {
    CostBench bench = cost_bench_create(1);
    bench.gpu.kernels.host_s = 31e-6;
    bench.training.plan.micro_batch_seqs = 48;
    WorkCost forward = layer_forward_cost(&bench.training, &bench.gpu);
    cr_assert_gt(work_cost_seconds(&forward), 2 * forward.host_s);
    expect_near(work_cost_seconds(&forward), forward.gemm_s + forward.memory_s + forward.launch_s);
    cost_bench_destroy(&bench);
}

static CostBench fp8_bench(int64_t tensor) {
    CostBench bench = cost_bench_create(tensor);
    bench.gpu.peak_flop_per_s[PRECISION_BF16] = bench.gpu.peak_flop_per_s[PRECISION_FP16];
    bench.gpu.kernels.matrix_fraction[PRECISION_BF16] = bench.gpu.kernels.matrix_fraction[PRECISION_FP16];
    bench.gpu.peak_flop_per_s[PRECISION_FP8] = 624e12;
    bench.gpu.kernels.matrix_fraction[PRECISION_FP8] = 0.92;
    return bench;
}

/* Norms write 1 byte instead of 2; of 1,920 tokens on 2 GPUs the inputs of qkv and MLP up are transposed whole (2),
 * those of projection and MLP down cast and transposed (4), the gradients of their results cast in halves (3) and
 * transposed whole (2), the others cast and transposed. */
Test(layer_cost, fp8_casts_and_transposes_what_norms_do_not_write_so) {
    CostBench bench = fp8_bench(2);
    bench.training.plan.sequence_parallel = true;
    double bytes[2][2];
    for (int i = 0; i < 2; i++) {
        bench.training.plan.precision = i == 0 ? PRECISION_FP16 : PRECISION_FP8;
        bytes[i][0] = layer_forward_cost(&bench.training, &bench.gpu).hbm_bytes;
        bytes[i][1] = layer_backward_cost(&bench.training, &bench.gpu).hbm_bytes;
    }
    double hidden = 1920 * 1536.0;
    expect_near(bytes[1][0] - bytes[0][0], (2 * 2 - 2 * 0.5 + 4 * (0.5 + 2)) * hidden);
    expect_near(bytes[1][1] - bytes[0][1], (2 * (3 * 0.5 + 2) + 4 * (1.5 + 2)) * hidden);
    bench.training.plan.norm_in_fp32 = true;
    double casting = layer_forward_cost(&bench.training, &bench.gpu).hbm_bytes;
    bench.training.plan.precision = PRECISION_FP16;
    expect_near(casting - layer_forward_cost(&bench.training, &bench.gpu).hbm_bytes, 4 * (2 + 0.5 + 2) * hidden);
    cost_bench_destroy(&bench);
}

Test(layer_cost, fp8_leaves_attention_in_bf16) {
    CostBench bench = fp8_bench(1);
    bench.training.plan.recompute = RECOMPUTE_SELECTIVE;
    WorkCost half = layer_recompute_cost(&bench.training, &bench.gpu);
    bench.training.plan.precision = PRECISION_FP8;
    cr_assert_eq(layer_recompute_cost(&bench.training, &bench.gpu).gemm_s, half.gemm_s);
    expect_near(layer_forward_cost(&bench.training, &bench.gpu).ideal_s, layer_flop(&bench) / 624e12);
    cost_bench_destroy(&bench);
}
