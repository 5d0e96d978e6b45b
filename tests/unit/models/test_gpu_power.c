#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

#include "models/hardware/gpu_power.h"
#include "models/plan/plan.h"

static GpuSpec odd_gpu(double limit_watts) {
    GpuSpec gpu = {.name = "odd",
                   .tdp_watts = 683,
                   .power_limit_watts = limit_watts,
                   .hbm_bytes_per_s = 1.7e12,
                   .sm_count = 97,
                   .kernels = {.sustained_fraction = 0.87,
                               .long_run_fraction = 0.81,
                               .hbm_fraction = 0.93,
                               .row_reduction_fraction = 0.61,
                               .spread = {.products = 0.12, .attention = 0.05, .memory = 0.13, .host = 0.31}}};
    gpu.peak_flop_per_s[PRECISION_BF16] = 290e12;
    gpu.kernels.matrix_fraction[PRECISION_BF16] = 0.88;
    gpu.kernels.moe = (GpuMoe){.matrix_fraction = 0.83, .fp8_fraction = 0.79};
    gpu.kernels.attention = (GpuAttention){.matrix_fraction = 0.71, .softmax_s = 41e-12, .tile_start_s = 2.3e-6};
    return gpu;
}

Test(gpu_power, a_limit_at_the_default_or_above_changes_nothing) {
    const double limits[] = {0, 683, 700.5};
    for (int i = 0; i < 3; i++) {
        GpuSpec gpu = odd_gpu(limits[i]), limited = gpu_power_limited(&gpu);
        cr_expect_not(gpu_power_is_limited(&gpu));
        cr_expect_eq(memcmp(&gpu, &limited, sizeof gpu), 0);
    }
    cr_expect(eq(dbl, gpu_power_clock_fraction(1), 1));
    cr_expect(eq(dbl, gpu_power_clock_fraction(1.37), 1));
    cr_expect(gt(dbl, gpu_power_clock_fraction(0.99999), 0.9999));
}

/* The relation of the header, forwards. */
static double power_fraction(double clock) {
    double voltage = 1 + 0.71 * fmax(0, clock / 0.84 - 1), most = 1 + 0.71 * (1 / 0.84 - 1);
    return 0.15 + 0.85 * clock * pow(voltage / most, 2);
}

Test(gpu_power, the_clock_is_the_one_that_draws_the_limit) {
    for (double limit = 0.2513; limit < 1; limit += 0.0371)
        cr_expect(epsilon_eq(dbl, power_fraction(gpu_power_clock_fraction(limit)), limit, 1e-9), "%g", limit);
}

/* Each of measurements that the constants were not fitted to; the header names their sources. */
Test(gpu_power, boards_that_were_held_back_are_met) {
    double pcie = 499.5 / 114, sxm = 821.2 / 132;
    cr_expect(epsilon_eq(dbl, gpu_power_clock_fraction(350.0 / 114 / (700.0 / 132)), pcie / sxm, 0.06));
    double gb300 = gpu_power_clock_fraction(500.0 / 1400);
    cr_expect(gt(dbl, gb300, 617.0 / 2174));
    cr_expect(lt(dbl, gb300, 617.0 / 1600));
    cr_expect(epsilon_eq(dbl, gpu_power_clock_fraction(280.0 / 350), 0.95, 0.06));
}

Test(gpu_power, products_and_attention_slow_down_and_memory_does_not) {
    GpuSpec gpu = odd_gpu(487.5), limited = gpu_power_limited(&gpu);
    double clock = gpu_power_clock_fraction(487.5 / 683);
    cr_expect(epsilon_eq(dbl, clock, 0.846, 1e-3));
    cr_expect(eq(dbl, limited.kernels.matrix_fraction[PRECISION_BF16], 0.88 * clock));
    cr_expect(eq(dbl, limited.kernels.moe.matrix_fraction, 0.83 * clock));
    cr_expect(eq(dbl, limited.kernels.moe.fp8_fraction, 0.79 * clock));
    cr_expect(eq(dbl, limited.kernels.attention.matrix_fraction, 0.71 * clock));
    cr_expect(eq(dbl, limited.kernels.attention.softmax_s, 41e-12 / clock));
    cr_expect(eq(dbl, limited.kernels.attention.tile_start_s, 2.3e-6 / clock));
    cr_expect(eq(dbl, gpu_memory_bound_seconds(&limited, 3.7e8), gpu_memory_bound_seconds(&gpu, 3.7e8)));
    cr_expect(eq(dbl, gpu_row_reduction_seconds(&limited, 3.7e8), gpu_row_reduction_seconds(&gpu, 3.7e8)));
}

Test(gpu_power, a_limit_makes_what_it_slows_down_less_sure) {
    GpuSpec gpu = odd_gpu(487.5), limited = gpu_power_limited(&gpu);
    cr_expect(epsilon_eq(dbl, limited.kernels.spread.products, 0.13, 1e-12));
    cr_expect(epsilon_eq(dbl, limited.kernels.spread.attention, 0.05 * sqrt(2), 1e-12));
    cr_expect(eq(dbl, limited.kernels.spread.memory, 0.13));
    cr_expect(eq(dbl, limited.kernels.spread.host, 0.31));
}

Test(gpu_power, a_job_runs_under_the_limit_on_top_of_long_runs_and_slow_boards) {
    GpuSpec gpu = odd_gpu(487.5), free = odd_gpu(0);
    gpu.kernels.variation_fraction = free.kernels.variation_fraction = 0.0212;
    const PlanSpec plan = {.tensor_parallel = 2, .pipeline_parallel = 3, .context_parallel = 5, .data_parallel = 7};
    double clock = gpu_power_clock_fraction(487.5 / 683);
    cr_expect(epsilon_eq(dbl, plan_gpu(&plan, &gpu).kernels.matrix_fraction[PRECISION_BF16],
                         plan_gpu(&plan, &free).kernels.matrix_fraction[PRECISION_BF16] * clock, 1e-12));
    cr_expect(lt(dbl, plan_gpu(&plan, &free).kernels.matrix_fraction[PRECISION_BF16], 0.88 * 0.81));
}
