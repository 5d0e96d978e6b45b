#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/hardware/gpu.h"

/* An invented GPU with odd constants: the laws below hold for every set. */
static GpuSpec odd_gpu(void) {
    GpuSpec gpu = {.name = "odd",
                   .hbm_bytes = 37e9,
                   .hbm_bytes_per_s = 1.7e12,
                   .sm_count = 97,
                   .tdp_watts = 383,
                   .kernels = {.sustained_fraction = 0.87,
                               .tile_loss = 29.3,
                               .tile_start_s = 3.1e-6,
                               .quantisation_fraction = 1,
                               .shortest_s = 0.7e-6,
                               .hbm_fraction = 0.93,
                               .hbm_ramp_bytes = 11e6,
                               .row_reduction_fraction = 0.61,
                               .cast_bytes = 6.7,
                               .cast_start_s = 8.3e-6,
                               .launch_s = 0.9e-6,
                               .host_s = 23e-6,
                               .graph_launch_s = 0.4e-6,
                               .graph_host_s = 0.17e-6}};
    gpu.peak_flop_per_s[PRECISION_FP32] = 17e12;
    gpu.peak_flop_per_s[PRECISION_BF16] = 290e12;
    gpu.peak_flop_per_s[PRECISION_FP8] = 580e12;
    gpu.kernels.matrix_fraction[PRECISION_FP32] = 0.9;
    gpu.kernels.matrix_fraction[PRECISION_BF16] = 0.88;
    gpu.kernels.matrix_fraction[PRECISION_FP8] = 0.83;
    return gpu;
}

static double seconds(const GpuSpec *gpu, int64_t m, int64_t n, int64_t k) {
    GemmShape shape = {.batch = 1, .m = m, .n = n, .k = k, .precision = PRECISION_BF16};
    return gpu_gemm_seconds(gpu, &shape);
}

Test(gpu, every_precision_is_found_by_its_own_name) {
    for (int i = 0; i < PRECISION_COUNT; i++) {
        Precision found = PRECISION_COUNT;
        cr_assert(precision_find(precision_name((Precision)i), &found));
        cr_expect(eq(int, (int)found, i));
    }
}

Test(gpu, an_unknown_precision_is_not_found_and_leaves_the_answer_alone) {
    Precision found = PRECISION_FP16;
    cr_expect(not(precision_find("bf15", &found)));
    cr_expect(eq(int, (int)found, PRECISION_FP16));
}

Test(gpu, tf32_is_stored_in_four_bytes_and_fp8_in_one) {
    cr_expect(eq(dbl, precision_bytes(PRECISION_TF32), 4));
    cr_expect(eq(dbl, precision_bytes(PRECISION_FP8), 1));
}

Test(gpu, a_product_counts_a_multiplication_and_an_addition_per_element) {
    GemmShape shape = {.batch = 5, .m = 7, .n = 11, .k = 13, .precision = PRECISION_FP16};
    cr_expect(eq(dbl, gpu_gemm_flop(&shape), 2 * 5 * 7 * 11 * 13));
}

Test(gpu, doubling_any_side_never_makes_a_product_faster) {
    GpuSpec gpu = odd_gpu();
    for (int64_t m = 1; m <= 16384; m *= 4) {
        for (int64_t n = 64; n <= 16384; n *= 4) {
            for (int64_t k = 64; k <= 16384; k *= 4) {
                double single_s = seconds(&gpu, m, n, k);
                cr_expect(le(dbl, single_s, seconds(&gpu, 2 * m, n, k)));
                cr_expect(le(dbl, single_s, seconds(&gpu, m, 2 * n, k)));
                cr_expect(le(dbl, single_s, seconds(&gpu, m, n, 2 * k)));
            }
        }
    }
}

Test(gpu, no_product_beats_the_datasheet) {
    GpuSpec gpu = odd_gpu();
    for (int64_t side = 1; side <= 65536; side *= 2) {
        GemmShape shape = {.batch = 3, .m = side, .n = 3 * side, .k = side, .precision = PRECISION_BF16};
        double time_s = gpu_gemm_seconds(&gpu, &shape);
        double bytes = 3 * 2.0 * (double)(side * side) * (1 + 3 + 3);
        cr_expect(lt(dbl, gpu_gemm_flop(&shape) / time_s, gpu.peak_flop_per_s[PRECISION_BF16]));
        cr_expect(lt(dbl, bytes / time_s, gpu.hbm_bytes_per_s));
    }
}

Test(gpu, one_row_above_a_wave_boundary_costs_a_whole_wave_where_tiles_are_rounded_up) {
    GpuSpec gpu = odd_gpu();
    gpu.sm_count = 64;
    double full_s = seconds(&gpu, 2048, 1024, 8192); /* 64 tiles of 256x128 */
    double above_s = seconds(&gpu, 2049, 1024, 8192);
    cr_expect(gt(dbl, above_s, 1.15 * full_s), "one more row: %g s after %g s", above_s, full_s);
    gpu.kernels.quantisation_fraction = 0;
    cr_expect(lt(dbl, seconds(&gpu, 2049, 1024, 8192), 1.01 * seconds(&gpu, 2048, 1024, 8192)));
}

Test(gpu, a_large_product_approaches_the_sustained_share_of_peak) {
    GpuSpec gpu = odd_gpu();
    GemmShape shape = {.batch = 1, .m = 256 * 97 * 2, .n = 16384, .k = 32768, .precision = PRECISION_BF16};
    double share = gpu_gemm_flop(&shape) / gpu_gemm_seconds(&gpu, &shape) / 290e12;
    cr_expect(epsilon_eq(dbl, share, 0.88 * 0.87, 0.004));
}

Test(gpu, a_product_with_one_row_runs_at_the_speed_of_memory) {
    GpuSpec gpu = odd_gpu();
    double weight_bytes = 2.0 * 16384 * 16384;
    double time_s = seconds(&gpu, 1, 16384, 16384);
    cr_expect(ge(dbl, time_s, gpu_memory_bound_seconds(&gpu, weight_bytes)));
    cr_expect(lt(dbl, time_s, 1.1 * gpu_memory_bound_seconds(&gpu, weight_bytes)));
}

Test(gpu, a_batch_of_products_costs_less_than_the_products_one_by_one) {
    GpuSpec gpu = odd_gpu();
    GemmShape heads = {.batch = 96, .m = 2048, .n = 2048, .k = 128, .precision = PRECISION_BF16};
    GemmShape head = heads;
    head.batch = 1;
    double batched_s = gpu_gemm_seconds(&gpu, &heads);
    cr_expect(lt(dbl, batched_s, 96 * gpu_gemm_seconds(&gpu, &head)));
    cr_expect(gt(dbl, batched_s, 48 * gpu_gemm_seconds(&gpu, &head)));
}

Test(gpu, fp8_gains_less_than_its_peak_promises) {
    GpuSpec gpu = odd_gpu();
    GemmShape wide = {.batch = 1, .m = 4096, .n = 4096, .k = 4096, .precision = PRECISION_BF16};
    GemmShape narrow = wide;
    narrow.precision = PRECISION_FP8;
    double gain = gpu_gemm_seconds(&gpu, &wide) / gpu_gemm_seconds(&gpu, &narrow);
    cr_expect(gt(dbl, gain, 1));
    cr_expect(lt(dbl, gain, 2));
}

Test(gpu, a_cast_pays_its_start_and_its_bytes) {
    GpuSpec gpu = odd_gpu();
    gpu.kernels.cast_start_s = 2.385e-6;
    gpu.kernels.cast_bytes = 7.13;
    double elements = 4096.0 * 1313;
    cr_expect(epsilon_eq(dbl, gpu_cast_seconds(&gpu, elements),
                         2.385e-6 + 7.13 * elements / (gpu.hbm_bytes_per_s * gpu.kernels.hbm_fraction), 1e-12));
}

Test(gpu, long_runs_are_slower_than_short_ones_by_no_more_than_the_power_limit) {
    GpuSpec gpu = odd_gpu();
    GpuSpec hot = gpu_sustained(&gpu);
    for (int64_t k = 64; k <= 16384; k *= 2) {
        double short_s = seconds(&gpu, 2048, 4096, k);
        double hot_s = seconds(&hot, 2048, 4096, k);
        cr_expect(gt(dbl, hot_s, short_s));
        cr_expect(le(dbl, hot_s, short_s / 0.87));
    }
}

Test(gpu, an_entry_may_say_the_clock_of_long_runs_apart) {
    GpuSpec gpu = odd_gpu();
    GpuSpec hot = gpu_sustained(&gpu);
    gpu.kernels.long_run_fraction = 0.87 * 0.91;
    GpuSpec hotter = gpu_sustained(&gpu);
    for (int i = 0; i < PRECISION_COUNT; i++)
        cr_expect(epsilon_eq(dbl, hotter.kernels.matrix_fraction[i], 0.91 * hot.kernels.matrix_fraction[i], 1e-12));
    GpuSpec alone = odd_gpu();
    cr_expect(eq(dbl, seconds(&gpu, 2048, 4096, 512), seconds(&alone, 2048, 4096, 512)));
}

/* Expected largest of n standard normal values: Harter 1961, Tables of order statistics. */
Test(gpu, the_slowest_of_many_is_as_far_below_the_mean_as_the_lowest_of_normal_values) {
    GpuSpec gpu = odd_gpu();
    gpu.kernels.attention = (GpuAttention){.matrix_fraction = 0.71, .fp8_fraction = 0.53, .softmax_s = 41e-12};
    gpu.kernels.moe = (GpuMoe){.matrix_fraction = 0.83, .fp8_fraction = 0.79};
    gpu.kernels.variation_fraction = 0.0212;
    const double counts[] = {1, 2, 8, 100, 400}, lowest[] = {0, 0.564, 1.424, 2.508, 2.968};
    for (int i = 0; i < 5; i++) {
        GpuSpec slowest = gpu_slowest(&gpu, counts[i]);
        double clock = 1 - 0.0212 * lowest[i];
        cr_expect(epsilon_eq(dbl, slowest.kernels.matrix_fraction[PRECISION_BF16], 0.88 * clock, 6e-4));
        cr_expect(epsilon_eq(dbl, slowest.kernels.moe.matrix_fraction, 0.83 * clock, 6e-4));
        cr_expect(epsilon_eq(dbl, slowest.kernels.moe.fp8_fraction, 0.79 * clock, 6e-4));
        cr_expect(epsilon_eq(dbl, slowest.kernels.attention.matrix_fraction, 0.71 * clock, 6e-4));
        cr_expect(epsilon_eq(dbl, slowest.kernels.attention.fp8_fraction, 0.53 * clock, 6e-4));
        cr_expect(epsilon_eq(dbl, slowest.kernels.attention.softmax_s, 41e-12 / clock, 5e-14));
    }
    GpuSpec alone = gpu_slowest(&gpu, 1);
    cr_expect(eq(dbl, seconds(&alone, 2048, 4096, 512), seconds(&gpu, 2048, 4096, 512)));
    GpuSpec slowest = gpu_slowest(&gpu, 100);
    cr_expect(eq(dbl, gpu_memory_bound_seconds(&slowest, 3.7e8), gpu_memory_bound_seconds(&gpu, 3.7e8)));
}

Test(gpu, small_streams_reach_less_bandwidth_than_large_ones) {
    GpuSpec gpu = odd_gpu();
    double reached = 0;
    for (double bytes = 1e3; bytes < 1e11; bytes *= 7) {
        double rate = bytes / gpu_memory_bound_seconds(&gpu, bytes);
        cr_expect(gt(dbl, rate, reached));
        reached = rate;
    }
    cr_expect(lt(dbl, reached, 0.93 * gpu.hbm_bytes_per_s));
    cr_expect(gt(dbl, reached, 0.90 * gpu.hbm_bytes_per_s));
}

Test(gpu, a_stream_as_long_as_the_ramp_reaches_half_the_bandwidth) {
    GpuSpec gpu = odd_gpu();
    double time_s = gpu_memory_bound_seconds(&gpu, 11e6) - 0.7e-6;
    cr_expect(epsilon_eq(dbl, 11e6 / time_s, 0.93 * 1.7e12 / 2, 1e3));
}

Test(gpu, row_reductions_are_slower_than_element_wise_kernels) {
    GpuSpec gpu = odd_gpu();
    double row_s = gpu_row_reduction_seconds(&gpu, 3.7e8) - 0.7e-6;
    double element_s = gpu_memory_bound_seconds(&gpu, 3.7e8) - 0.7e-6;
    cr_expect(epsilon_eq(dbl, element_s / row_s, 0.61, 1e-9));
}

/* The wait for the host is no time of the device. */
Test(gpu, norms_have_a_bandwidth_of_their_own_or_that_of_softmax) {
    GpuSpec gpu = odd_gpu();
    gpu.kernels.norm_start_s = 23.85e-6;
    cr_expect(eq(dbl, gpu_norm_seconds(&gpu, 3.7e8), gpu_row_reduction_seconds(&gpu, 3.7e8)));
    gpu.kernels.norm_fraction = 0.47;
    double ratio = (gpu_norm_seconds(&gpu, 3.7e8) - 0.7e-6) / (gpu_row_reduction_seconds(&gpu, 3.7e8) - 0.7e-6);
    cr_expect(epsilon_eq(dbl, ratio, 0.61 / 0.47, 1e-9));
}

/* Rows of 8 elements of 16 bit are aligned, of 12 half, of 9 least; the height of A is no row. */
Test(gpu, rows_of_odd_length_slow_a_product_down) {
    GpuSpec gpu = odd_gpu();
    double aligned_s = seconds(&gpu, 4096, 8192, 8192);
    double half_s = seconds(&gpu, 4096, 8188, 8192), odd_s = seconds(&gpu, 4096, 8191, 8192);
    double odd_depth_s = seconds(&gpu, 4096, 8192, 8191), odd_height_s = seconds(&gpu, 4095, 8192, 8192);
    cr_expect(epsilon_eq(dbl, half_s / aligned_s, 1.77, 0.1));
    cr_expect(epsilon_eq(dbl, odd_s / aligned_s, 3.3, 0.2));
    cr_expect(epsilon_eq(dbl, odd_depth_s, odd_s, 0.02 * odd_s));
    cr_expect(epsilon_eq(dbl, odd_height_s, aligned_s, 0.01 * aligned_s));
    GemmShape on_chip = {1, 4096, 8191, 8192, PRECISION_BF16, true, false};
    cr_expect(lt(dbl, gpu_gemm_seconds(&gpu, &on_chip), 1.1 * aligned_s));
}

Test(gpu, launches_add_up_on_the_device_and_on_the_host) {
    GpuSpec gpu = odd_gpu();
    cr_expect(epsilon_eq(dbl, gpu_launch_seconds(&gpu, 37), 33.3e-6, 1e-12));
    cr_expect(epsilon_eq(dbl, gpu_host_floor_seconds(&gpu, 37), 851e-6, 1e-12));
    cr_expect(eq(dbl, gpu_launch_seconds(&gpu, 0), 0));
}

Test(gpu, graphs_take_the_host_and_half_of_the_gaps_away_and_nothing_else) {
    GpuSpec gpu = odd_gpu(), replaying = gpu_in_graphs(&gpu);
    cr_expect(epsilon_eq(dbl, gpu_launch_seconds(&replaying, 17), 17 * 0.4e-6, 1e-12));
    cr_expect(epsilon_eq(dbl, gpu_host_floor_seconds(&replaying, 17), 17 * 0.17e-6, 1e-12));
    cr_expect(eq(dbl, seconds(&replaying, 300, 500, 700), seconds(&gpu, 300, 500, 700)));
}
