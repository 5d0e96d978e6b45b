#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/hardware/moe.h"

/* An invented GPU with odd constants: the laws below hold for every set. */
static GpuSpec odd_gpu(void) {
    GpuSpec gpu = {.name = "odd", .hbm_bytes_per_s = 1.7e12, .sm_count = 97};
    gpu.peak_flop_per_s[PRECISION_BF16] = 290e12;
    gpu.peak_flop_per_s[PRECISION_FP8] = 580e12;
    gpu.kernels = (GpuKernels){.sustained_fraction = 0.87,
                               .tile_loss = 29.3,
                               .tile_start_s = 3.1e-6,
                               .quantisation_fraction = 0.3,
                               .shortest_s = 0.7e-6,
                               .hbm_fraction = 0.93,
                               .hbm_ramp_bytes = 11e6,
                               .cast_bytes = 6.7,
                               .cast_start_s = 8.3e-6,
                               .moe = {.start_s = 21e-6,
                                       .matrix_fraction = 0.91,
                                       .fp8_fraction = 0.83,
                                       .hidden_passes = 5.1,
                                       .inner_passes = 7.3}};
    return gpu;
}

static MoeShape layer(int64_t tokens) {
    return (MoeShape){.tokens = tokens,
                      .hidden = 3072,
                      .intermediate = 1408,
                      .experts_per_token = 6,
                      .experts = 64,
                      .tensor_parallel = 2,
                      .expert_parallel = 4,
                      .gated = true,
                      .precision = PRECISION_BF16};
}

Test(moe, flops_are_those_of_the_pairs_of_this_gpu) {
    MoeShape shape = layer(1000);
    cr_expect(eq(dbl, moe_flop(&shape), 2.0 * 3 * (1000 * 6 / 4.0) * 3072 * 704));
    shape.gated = false;
    cr_expect(eq(dbl, moe_flop(&shape), 2.0 * 2 * (1000 * 6 / 4.0) * 3072 * 704));
}

Test(moe, only_the_experts_in_use_are_read) {
    MoeShape few = layer(4), many = layer(4000); /* 6 pairs for 16 experts */
    double expert_bytes = 2.0 * 3 * 3072 * 704;
    cr_expect(eq(dbl, moe_bytes(&few), 6 * expert_bytes + 2 * 2 * 6 * 3072));
    cr_expect(eq(dbl, moe_bytes(&many), 16 * expert_bytes + 2.0 * 2 * 6000 * 3072));
}

Test(moe, a_few_tokens_run_at_the_speed_of_reading_their_experts) {
    GpuSpec gpu = odd_gpu();
    MoeShape shape = layer(40);
    shape.intermediate = 65536;
    double reading_s = moe_bytes(&shape) / (1.7e12 * 0.93);
    cr_expect(gt(dbl, moe_seconds(&gpu, &shape), reading_s));
    cr_expect(lt(dbl, moe_seconds(&gpu, &shape), 1.2 * reading_s));
}

Test(moe, many_tokens_approach_the_share_of_peak_and_pay_for_being_moved) {
    GpuSpec gpu = odd_gpu();
    MoeShape shape = layer(4000000);
    double pairs = 4e6 * 6 / 4;
    double moving_s = 2 * pairs * (5.1 * 3072 + 7.3 * 704) / (1.7e12 * 0.93);
    double compute_s = moe_flop(&shape) / (290e12 * 0.91);
    cr_expect(epsilon_eq(dbl, moe_seconds(&gpu, &shape) / (moving_s + compute_s), 1, 0.06));
}

Test(moe, more_tokens_or_fewer_gpus_never_make_a_layer_faster) {
    GpuSpec gpu = odd_gpu();
    for (int64_t tokens = 1; tokens <= 65536; tokens *= 4) {
        MoeShape shape = layer(tokens), more = layer(4 * tokens), fewer = shape;
        fewer.expert_parallel = 2;
        cr_expect(le(dbl, moe_seconds(&gpu, &shape), moe_seconds(&gpu, &more)));
        cr_expect(le(dbl, moe_seconds(&gpu, &shape), moe_seconds(&gpu, &fewer)));
    }
}

Test(moe, fp8_is_faster_and_pays_for_no_cast) {
    GpuSpec gpu = odd_gpu();
    MoeShape shape = layer(30000);
    double wide_s = moe_seconds(&gpu, &shape);
    shape.precision = PRECISION_FP8;
    double narrow_s = moe_seconds(&gpu, &shape);
    gpu.kernels.cast_bytes = 100;
    gpu.kernels.cast_start_s = 1;
    cr_expect(lt(dbl, narrow_s, wide_s));
    cr_expect(eq(dbl, moe_seconds(&gpu, &shape), narrow_s));
}

Test(moe, grouped_products_of_long_runs_are_at_the_sustained_clock) {
    const GpuSpec gpu = odd_gpu(), hot = gpu_sustained(&gpu);
    cr_expect(eq(dbl, hot.kernels.moe.matrix_fraction, 0.91 * 0.87));
    cr_expect(eq(dbl, hot.kernels.moe.fp8_fraction, 0.83 * 0.87));
    cr_expect(eq(dbl, hot.kernels.moe.inner_passes, gpu.kernels.moe.inner_passes));
}
