#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "models/hardware/attention.h"
#include "tests/unit/models/odd_attention.h"

/* An invented GPU with odd constants: the laws below hold for every set. */
static GpuSpec odd_gpu(void) {
    GpuSpec gpu = {.name = "odd", .hbm_bytes_per_s = 1.7e12, .sm_count = 97};
    gpu.peak_flop_per_s[PRECISION_BF16] = 290e12;
    gpu.peak_flop_per_s[PRECISION_FP8] = 580e12;
    gpu.kernels.hbm_fraction = 0.93;
    gpu.kernels.shortest_s = 0.7e-6;
    gpu.kernels.attention = ODD_ATTENTION;
    gpu.kernels.attention.fp8_fraction = 0.59;
    gpu.kernels.attention.grouped_fp8 = (DecodeKernel){4.9e-6, 0.9e-6, 710e-12, 13e-12, 5.1e-6};
    gpu.kernels.attention.narrow_start_s = 2.7e-6;
    return gpu;
}

static AttentionShape prompt(int64_t sequences, int64_t tokens) {
    return (AttentionShape){.sequences = sequences,
                            .query_tokens = tokens,
                            .heads = 32,
                            .kv_heads = 8,
                            .head_dim = 96,
                            .precision = PRECISION_BF16};
}

static AttentionShape step(int64_t sequences, int64_t cached) {
    AttentionShape shape = prompt(sequences, 1);
    shape.cached_tokens = cached;
    return shape;
}

/* Scores that a causal mask and a window leave, one by one. */
static double count_scores(const AttentionShape *shape) {
    double scores = 0;
    for (int64_t query = 0; query < shape->query_tokens; query++) {
        int64_t seen = shape->cached_tokens + query + 1;
        scores += (double)(shape->window_tokens && seen > shape->window_tokens ? shape->window_tokens : seen);
    }
    return scores;
}

Test(attention, flops_are_those_of_the_scores_that_the_mask_and_the_window_leave) {
    const int64_t windows[] = {0, 1, 7, 53, 90}, cached[] = {0, 5, 53, 200};
    for (int w = 0; w < 5; w++)
        for (int c = 0; c < 4; c++) {
            AttentionShape shape = prompt(3, 61);
            shape.window_tokens = windows[w];
            shape.cached_tokens = cached[c];
            cr_expect(eq(dbl, attention_flop(&shape), 4.0 * 3 * 32 * 96 * count_scores(&shape)), "window %d, cached %d",
                      (int)windows[w], (int)cached[c]);
        }
}

Test(attention, a_long_prompt_costs_four_times_one_of_half_its_length) {
    GpuSpec gpu = odd_gpu();
    AttentionShape half = prompt(4, 65536), whole = prompt(4, 131072);
    cr_expect(epsilon_eq(dbl, attention_fused_seconds(&gpu, &whole) / attention_fused_seconds(&gpu, &half), 4, 0.02));
}

Test(attention, a_long_prompt_runs_at_the_speed_of_products_and_softmax_together) {
    GpuSpec gpu = odd_gpu();
    AttentionShape shape = prompt(7, 131072);
    double product_s = 4 * 96 / (290e12 * 0.71 / 97), softmax_s = 47e-12;
    double scores = attention_flop(&shape) / (4 * 96);
    double expected_s = scores / 97 * sqrt(product_s * product_s + softmax_s * softmax_s);
    cr_expect(epsilon_eq(dbl, attention_fused_seconds(&gpu, &shape) / expected_s, 1, 0.01));
}

Test(attention, fewer_tiles_than_multiprocessors_take_as_long_as_the_longest) {
    GpuSpec gpu = odd_gpu();
    AttentionShape one = prompt(1, 128), two = prompt(2, 128);
    gpu.kernels.attention.tail_fraction = 0;
    cr_expect(epsilon_eq(dbl, attention_fused_seconds(&gpu, &two) / attention_fused_seconds(&gpu, &one), 1, 0.02));
    AttentionShape many = prompt(64, 128);
    cr_expect(gt(dbl, attention_fused_seconds(&gpu, &many), 5 * attention_fused_seconds(&gpu, &one)));
}

Test(attention, a_prompt_in_two_chunks_costs_more_than_whole_and_less_than_twice) {
    GpuSpec gpu = odd_gpu();
    AttentionShape whole = prompt(4, 16384), first = prompt(4, 8192), second = prompt(4, 8192);
    second.cached_tokens = 8192;
    double chunks_s = attention_fused_seconds(&gpu, &first) + attention_fused_seconds(&gpu, &second);
    double whole_s = attention_fused_seconds(&gpu, &whole);
    cr_expect(gt(dbl, chunks_s, whole_s));
    cr_expect(lt(dbl, chunks_s, 1.1 * whole_s));
    cr_expect(eq(dbl, attention_flop(&first) + attention_flop(&second), attention_flop(&whole)));
}

Test(attention, a_window_makes_long_prompts_linear) {
    GpuSpec gpu = odd_gpu();
    AttentionShape half = prompt(4, 65536), whole = prompt(4, 131072);
    half.window_tokens = whole.window_tokens = 1000;
    cr_expect(epsilon_eq(dbl, attention_fused_seconds(&gpu, &whole) / attention_fused_seconds(&gpu, &half), 2, 0.02));
}

Test(attention, training_takes_the_fused_kernel_and_two_and_a_half_times_its_flops_backward) {
    GpuSpec gpu = odd_gpu();
    AttentionShape shape = prompt(3, 2385);
    double fused_s = attention_fused_seconds(&gpu, &shape);
    cr_expect(eq(dbl, attention_forward_seconds(&gpu, &shape, ATTENTION_AUTO), fused_s));
    double backward_s = attention_backward_seconds(&gpu, &shape, ATTENTION_AUTO);
    cr_expect(epsilon_eq(dbl, backward_s / fused_s, 2.5 / 0.83, 1e-12));
    shape.cached_tokens = 4770;
    double slow_down = attention_backward_seconds(&gpu, &shape, ATTENTION_FLASH_1) /
                       attention_backward_seconds(&gpu, &shape, ATTENTION_FLASH_2);
    cr_expect(epsilon_eq(dbl, slow_down, (1.81 + 2.24) / 2 + (751 + 632) / 2.0 / 7155, 1e-12));
}

Test(attention, a_prefill_moves_what_the_fused_kernel_does_not) {
    GpuSpec gpu = odd_gpu();
    AttentionShape few = prompt(8, 4096), many = few;
    many.kv_heads = 32;
    double key_bytes = 2.0 * 2 * 8 * 4096 * 24 * 96;
    double more_s = attention_prefill_seconds(&gpu, &many) - attention_prefill_seconds(&gpu, &few);
    cr_expect(epsilon_eq(dbl, more_s, 1.7 * key_bytes / (1.7e12 * 0.93), 1e-12));
}

Test(attention, fp8_halves_the_products_and_not_the_softmax) {
    GpuSpec gpu = odd_gpu();
    AttentionShape wide = prompt(8, 32768), narrow = wide;
    narrow.precision = PRECISION_FP8;
    double gain = attention_fused_seconds(&gpu, &wide) / attention_fused_seconds(&gpu, &narrow);
    cr_expect(gt(dbl, gain, 1.1));
    cr_expect(lt(dbl, gain, 2 * 0.59 / 0.71));
}

Test(attention, a_decode_step_over_a_long_cache_runs_at_the_speed_of_memory) {
    GpuSpec gpu = odd_gpu();
    AttentionShape shape = step(64, 100000);
    gpu.kernels.attention.grouped.key_s = 1e-15;
    double cache_bytes = 2.0 * 2 * 64 * 100000 * 8 * 96;
    cr_expect(epsilon_eq(dbl, attention_decode_seconds(&gpu, &shape) / (cache_bytes / (1.7e12 * 0.87)), 1, 0.02));
}

Test(attention, the_group_chooses_the_decode_kernel) {
    GpuSpec gpu = odd_gpu();
    const GpuAttention *attention = &gpu.kernels.attention;
    AttentionShape shape = step(2, 900);
    cr_expect(attention_decode_kernel(&gpu, &shape) == &attention->grouped);
    shape.precision = PRECISION_FP8;
    cr_expect(attention_decode_kernel(&gpu, &shape) == &attention->grouped_fp8);
    shape.kv_heads = 32;
    cr_expect(attention_decode_kernel(&gpu, &shape) == &attention->single);
    shape.kv_heads = 1; /* 32 query heads are more than 24 */
    cr_expect(attention_decode_kernel(&gpu, &shape) == &attention->single);
}

Test(attention, narrow_heads_over_an_fp8_cache_start_later) {
    GpuSpec gpu = odd_gpu();
    AttentionShape narrow = step(2, 900), wide = step(2, 900);
    narrow.precision = wide.precision = PRECISION_FP8;
    wide.head_dim = 128;
    double narrow_s = attention_decode_seconds(&gpu, &narrow), wide_s = attention_decode_seconds(&gpu, &wide);
    gpu.kernels.attention.narrow_start_s = 0;
    cr_expect(epsilon_eq(dbl, narrow_s - attention_decode_seconds(&gpu, &narrow), 2.7e-6, 1e-12));
    cr_expect(eq(dbl, wide_s, attention_decode_seconds(&gpu, &wide)));
}

Test(attention, blocks_beyond_the_multiprocessors_wait) {
    GpuSpec gpu = odd_gpu();
    AttentionShape few = step(12, 1), many = step(97 * 12, 1);
    double few_s = attention_decode_seconds(&gpu, &few), many_s = attention_decode_seconds(&gpu, &many);
    double block_s = 3.1e-6 + 96 * (4 * 530e-12 + 64 * 113e-12);
    cr_expect(epsilon_eq(dbl, few_s, 5.3e-6 + block_s, 1e-7));
    cr_expect(gt(dbl, many_s, 96 * 0.99 * block_s));
}

Test(attention, a_lone_long_sequence_is_shared_by_several_blocks) {
    GpuSpec gpu = odd_gpu();
    AttentionShape shape = step(1, 16384);
    double shared_s = attention_decode_seconds(&gpu, &shape);
    gpu.kernels.attention.grouped.split_s = 1;
    double alone_s = attention_decode_seconds(&gpu, &shape);
    cr_expect(lt(dbl, shared_s, alone_s / 3));
    cr_expect(gt(dbl, alone_s, 96 * 16384 * 113e-12));
}

Test(attention, a_window_cuts_the_cache) {
    GpuSpec gpu = odd_gpu();
    AttentionShape shape = step(64, 100000), like = step(64, 1000);
    shape.window_tokens = 1000;
    cr_expect(eq(dbl, attention_decode_seconds(&gpu, &shape), attention_decode_seconds(&gpu, &like)));
}
