#include "models/cost/work_cost.h"

#include <criterion/criterion.h>

#include "models/plan/element_bytes.h"
#include "tests/unit/models/small_cluster.h"

static GpuSpec some_gpu(void) {
    Arena *arena = arena_create();
    GpuSpec gpu = small_cluster(arena, 1, 2).cluster.node.gpu;
    arena_destroy(arena);
    return gpu;
}

Test(work_cost, a_product_costs_its_flops_and_its_operands) {
    GpuSpec gpu = some_gpu();
    KernelList list;
    kernel_list_init(&list, &gpu, PRECISION_FP16);
    kernel_list_add_product(&list, 384, 1000, 72);
    WorkCost cost = kernel_list_finish(&list, 0, 0);
    cr_assert_eq(cost.flop, 2.0 * 384 * 1000 * 72);
    cr_assert_eq(cost.hbm_bytes, 2.0 * (384 * 72 + 72 * 1000 + 384 * 1000));
    cr_assert_eq(cost.gemm_s, gpu_gemm_seconds(&gpu, &(GemmShape){1, 384, 1000, 72, PRECISION_FP16, false, false}));
    cr_assert_eq(cost.memory_s, 0);
    cr_assert_eq(cost.launch_s, gpu_launch_seconds(&gpu, 1));
}

/* Found, computed, noted for its gradient, launched: 2 + 1.8 + 3.8 us, or as little as a replayed graph asks for. */
Test(work_cost, a_plain_operation_takes_the_host_less_than_a_layer_s_kernel) {
    GpuSpec gpu = some_gpu();
    KernelList list;
    gpu.kernels.host_s = 31e-6;
    kernel_list_init(&list, &gpu, PRECISION_FP16);
    list.operations = 13;
    cr_assert_float_eq(kernel_list_finish(&list, 0, 7).host_s, 7 * 31e-6 + 13 * 7.6e-6, 1e-12);
    gpu.kernels.host_s = 2.385e-6;
    cr_assert_float_eq(kernel_list_finish(&list, 0, 7).host_s, 20 * 2.385e-6, 1e-12);
}

Test(work_cost, the_backward_of_a_product_is_two_products_of_its_sizes) {
    GpuSpec gpu = some_gpu();
    KernelList list;
    kernel_list_init(&list, &gpu, PRECISION_FP16);
    kernel_list_add_product_backward(&list, 384, 1000, 72);
    WorkCost cost = kernel_list_finish(&list, 0, 0);
    GemmShape inputs = {1, 384, 72, 1000, PRECISION_FP16, false, false},
              weights = {1, 1000, 72, 384, PRECISION_FP16, false, false};
    cr_assert_eq(cost.flop, 2 * 2.0 * 384 * 1000 * 72);
    cr_assert_eq(cost.gemm_s, gpu_gemm_seconds(&gpu, &inputs) + gpu_gemm_seconds(&gpu, &weights));
    cr_assert_eq(cost.launch_s, gpu_launch_seconds(&gpu, 2));
}

Test(work_cost, fp8_casts_the_input_once_and_the_gradient_of_the_output_once) {
    GpuSpec gpu = some_gpu();
    gpu.peak_flop_per_s[PRECISION_FP8] = 2 * gpu.peak_flop_per_s[PRECISION_FP16];
    gpu.kernels.matrix_fraction[PRECISION_FP8] = 0.78;
    KernelList list;
    kernel_list_init(&list, &gpu, PRECISION_FP8);
    kernel_list_add_product(&list, 384, 1000, 72);
    kernel_list_add_product_backward(&list, 384, 1000, 72);
    WorkCost cost = kernel_list_finish(&list, 0, 0);
    cr_assert_eq(cost.memory_s,
                 gpu_memory_bound_seconds(&gpu, 4 * 384 * 72) + gpu_memory_bound_seconds(&gpu, 4 * 384 * 1000));
    cr_assert_eq(cost.launch_s, gpu_launch_seconds(&gpu, 5));
}

static GpuSpec fp8_gpu(void) {
    GpuSpec gpu = some_gpu();
    gpu.peak_flop_per_s[PRECISION_FP8] = 2 * gpu.peak_flop_per_s[PRECISION_FP16];
    gpu.kernels.matrix_fraction[PRECISION_FP8] = 0.78;
    return gpu;
}

Test(work_cost, products_of_fp8_gradients_promote_their_sums) {
    GpuSpec gpu = fp8_gpu();
    GpuSpec promoting = gpu;
    promoting.kernels.matrix_fraction[PRECISION_FP8] = 0.78 / 1.185;
    gpu.kernels.promotion_loss = 0.185;
    for (int i = 0; i < 2; i++) {
        Precision precision = i == 0 ? PRECISION_FP8 : PRECISION_FP16;
        GemmShape product = {1, 384, 1000, 72, precision, false, false},
                  inputs = {1, 384, 72, 1000, precision, false, false},
                  weights = {1, 1000, 72, 384, precision, false, false};
        KernelList list;
        kernel_list_init(&list, &gpu, precision);
        kernel_list_add_product(&list, 384, 1000, 72);
        kernel_list_add_product_backward(&list, 384, 1000, 72);
        cr_expect_eq(list.cost.gemm_s, gpu_gemm_seconds(&gpu, &product) + gpu_gemm_seconds(&promoting, &inputs) +
                                           gpu_gemm_seconds(&promoting, &weights));
        cr_expect_eq(list.gpu, &gpu);
    }
}

Test(work_cost, what_comes_in_fp8_is_only_transposed) {
    GpuSpec gpu = fp8_gpu();
    KernelList list;
    kernel_list_init(&list, &gpu, PRECISION_FP8);
    kernel_list_add_normed_product(&list, 384, 1000, 72);
    cr_assert_eq(list.cost.memory_s, gpu_memory_bound_seconds(&gpu, 2 * 384 * 72));
    cr_assert_eq(list.cost.gemm_s, gpu_gemm_seconds(&gpu, &(GemmShape){1, 384, 1000, 72, PRECISION_FP8, false, false}));
    kernel_list_init(&list, &gpu, PRECISION_FP16);
    kernel_list_add_normed_product(&list, 384, 1000, 72);
    cr_assert_eq(list.cost.memory_s, 0);
}

Test(work_cost, a_gathered_gradient_is_cast_in_parts_and_transposed_whole) {
    GpuSpec gpu = fp8_gpu();
    KernelList list, whole;
    kernel_list_init(&list, &gpu, PRECISION_FP8);
    kernel_list_add_gathered_gradient(&list, (GatheredRows){384, 3}, 1000, 72);
    cr_assert_eq(list.cost.memory_s,
                 gpu_memory_bound_seconds(&gpu, 3 * 128 * 1000) + gpu_memory_bound_seconds(&gpu, 2 * 384 * 1000));
    cr_assert_eq(list.cost.gemm_s, gpu_gemm_seconds(&gpu, &(GemmShape){1, 384, 72, 1000, PRECISION_FP8, false, false}));
    kernel_list_init(&list, &gpu, PRECISION_FP8);
    kernel_list_init(&whole, &gpu, PRECISION_FP8);
    kernel_list_add_gathered_gradient(&list, (GatheredRows){384, 1}, 1000, 72);
    kernel_list_add_input_gradient(&whole, 384, 1000, 72);
    cr_assert_eq(list.cost.memory_s, whole.cost.memory_s);
}

Test(work_cost, a_size_of_nothing_counts_as_one) {
    GpuSpec gpu = some_gpu();
    KernelList list;
    kernel_list_init(&list, &gpu, PRECISION_FP16);
    kernel_list_add_gemm(&list, (GemmShape){0, 384, 0, 72, PRECISION_FP16, false, false});
    cr_assert_eq(kernel_list_finish(&list, 0, 0).flop, 2.0 * 384 * 72);
}

Test(work_cost, memory_kernels_add_up_one_by_one) {
    GpuSpec gpu = some_gpu();
    KernelList list;
    kernel_list_init(&list, &gpu, PRECISION_FP16);
    kernel_list_add_memory(&list, 23.85e6);
    kernel_list_add_row_reduction(&list, 7.1e6);
    WorkCost cost = kernel_list_finish(&list, 0, 0);
    cr_assert_eq(cost.hbm_bytes, 23.85e6 + 7.1e6);
    cr_assert_eq(cost.memory_s, gpu_memory_bound_seconds(&gpu, 23.85e6) + gpu_row_reduction_seconds(&gpu, 7.1e6));
    cr_assert_eq(cost.launch_s, gpu_launch_seconds(&gpu, 2));
    cr_assert_eq(cost.gemm_s, 0);
    cr_assert_eq(cost.flop, 0);
}

Test(work_cost, ideal_time_is_flops_at_peak_and_never_more_than_the_products_take) {
    GpuSpec gpu = some_gpu();
    KernelList list;
    kernel_list_init(&list, &gpu, PRECISION_FP16);
    kernel_list_add_product(&list, 4096, 4096, 1024);
    cr_assert_eq(kernel_list_finish(&list, 3.12e9, 0).ideal_s, 3.12e9 / 312e12);
    WorkCost cost = kernel_list_finish(&list, 3.12e15, 0);
    cr_assert_eq(cost.ideal_s, cost.gemm_s);
}

Test(work_cost, work_takes_the_longer_of_device_and_host) {
    GpuSpec gpu = some_gpu();
    gpu.kernels.host_s = 31e-6;
    KernelList list;
    kernel_list_init(&list, &gpu, PRECISION_FP16);
    kernel_list_add_memory(&list, 1e6);
    WorkCost cost = kernel_list_finish(&list, 0, 3);
    cr_assert_float_eq(work_cost_seconds(&cost), 93e-6, 1e-15);
    cost = kernel_list_finish(&list, 0, 0);
    cr_assert_float_eq(work_cost_seconds(&cost), gpu_memory_bound_seconds(&gpu, 1e6) + 0.9e-6, 1e-15);
}

Test(work_cost, a_list_keeps_the_largest_sizes_of_its_single_products) {
    GpuSpec gpu = some_gpu();
    KernelList list;
    kernel_list_init(&list, &gpu, PRECISION_FP16);
    kernel_list_add_product(&list, 96, 640, 24);
    kernel_list_add_product(&list, 72, 48, 1040);
    kernel_list_add_gemm(&list, (GemmShape){16, 4096, 4096, 4096, PRECISION_FP16, false, false});
    kernel_list_add_gemm(&list, (GemmShape){1, 8192, 8192, 8192, PRECISION_FP16, true, false});
    cr_assert_eq(list.cost.most_m, 96);
    cr_assert_eq(list.cost.most_n, 640);
    cr_assert_eq(list.cost.most_k, 1040, "neither batches nor fused kernels count");
}

Test(work_cost, adding_multiplies_every_part) {
    WorkCost total = {1, 2, 3, 4, 5, 6, 7, 0, 0, 0}, cost = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0, 0, 0};
    work_cost_add(&total, &cost, 3);
    cr_assert_float_eq(total.ideal_s, 1.3, 1e-12);
    cr_assert_float_eq(total.gemm_s, 2.6, 1e-12);
    cr_assert_float_eq(total.memory_s, 3.9, 1e-12);
    cr_assert_float_eq(total.launch_s, 5.2, 1e-12);
    cr_assert_float_eq(total.host_s, 6.5, 1e-12);
    cr_assert_float_eq(total.flop, 7.8, 1e-12);
    cr_assert_float_eq(total.hbm_bytes, 9.1, 1e-12);
}

Test(work_cost, activations_are_16_bit_unless_products_are_in_fp32) {
    const double bytes[PRECISION_COUNT] = {
        [PRECISION_FP32] = 4, [PRECISION_TF32] = 4, [PRECISION_FP16] = 2, [PRECISION_BF16] = 2, [PRECISION_FP8] = 2};
    for (int precision = 0; precision < PRECISION_COUNT; precision++)
        cr_assert_eq(activation_bytes((Precision)precision), bytes[precision]);
}
