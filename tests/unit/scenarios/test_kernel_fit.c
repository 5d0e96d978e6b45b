#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "scenarios/calibration/kernel_fit.h"
#include "tests/unit/models/odd_attention.h"
#include "tests/unit/scenarios/reading.h"

enum { ROWS = 1200 };

static GpuSpec odd_gpu(void) {
    GpuSpec gpu = {.name = "odd", .hbm_bytes_per_s = 1.7e12, .sm_count = 97};
    gpu.peak_flop_per_s[PRECISION_FP16] = gpu.peak_flop_per_s[PRECISION_BF16] = 290e12;
    gpu.kernels = (GpuKernels){.sustained_fraction = 0.87,
                               .tile_loss = 29.3,
                               .tile_start_s = 3.1e-6,
                               .quantisation_fraction = 0.9,
                               .shortest_s = 1.7e-6,
                               .hbm_fraction = 0.83,
                               .hbm_ramp_bytes = 3e6,
                               .row_reduction_fraction = 0.61};
    gpu.kernels.matrix_fraction[PRECISION_FP16] = 0.7;
    gpu.kernels.matrix_fraction[PRECISION_BF16] = 0.8;
    gpu.kernels.attention = ODD_ATTENTION;
    return gpu;
}

/* A number from 1 to `most`, evenly in its logarithm, that looks drawn. */
static int64_t drawn(uint64_t *state, double most) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)exp(log(most) * (double)(*state >> 33) / 2147483648.0);
}

static KernelRow row_of(KernelKind kind, uint64_t *state) {
    KernelRow row = {.kind = kind, .bytes = 1000.0 * (double)drawn(state, 1e6)};
    row.product = (GemmShape){
        1, drawn(state, 16384), 64 * drawn(state, 256), 64 * drawn(state, 256), PRECISION_BF16, false, false};
    row.attention = (AttentionShape){.sequences = drawn(state, 64),
                                     .query_tokens = kind == KERNEL_DECODE ? 1 : drawn(state, 8192),
                                     .cached_tokens = kind == KERNEL_DECODE ? drawn(state, 65536) : 0,
                                     .heads = 24,
                                     .kv_heads = drawn(state, 24) > 3 ? 24 : 6,
                                     .head_dim = 64 * drawn(state, 5),
                                     .precision = PRECISION_BF16};
    row.is_held_back = (*state >> 40 & 1) != 0;
    return row;
}

/* What that GPU would measure; a few rows are wild. */
static KernelTable measure(const GpuSpec *gpu, KernelKind kind, int count, Arena *arena) {
    KernelRow *rows = ARENA_ARRAY(arena, count, KernelRow);
    uint64_t state = 2385 + (uint64_t)kind;
    for (int i = 0; i < count; i++) {
        rows[i] = row_of(kind, &state);
        rows[i].seconds = kernel_row_seconds(gpu, &rows[i]) * (i % 17 == 3 ? 1.9 : 1);
        rows[i].line = i + 2;
    }
    return (KernelTable){.file = "a/t.csv", .rows = rows, .row_count = count};
}

static double found_of(const KernelFit *fit, const char *key) {
    for (int i = 0; i < fit->constant_count; i++)
        if (strcmp(fit->constants[i].constant->key, key) == 0)
            return fit->constants[i].found.value;
    return NAN;
}

/* Median error of the half that judges, of a fit from constants that are far off. */
static const KernelFit *fit_one(const GpuSpec *truth, const GpuSpec *start, KernelKind kind, int count, Arena *arena) {
    const KernelTable table = measure(truth, kind, count, arena), *tables[] = {&table};
    return kernel_fit(tables, 1, start, arena);
}

Test(kernel_fit, products_find_the_constants_that_made_them) {
    Arena *arena = arena_create();
    GpuSpec truth = odd_gpu(), start = truth;
    start.kernels.matrix_fraction[PRECISION_BF16] = 0.5;
    start.kernels.tile_loss = 11;
    start.kernels.tile_start_s = 9e-6;
    start.kernels.hbm_fraction = 0.5;
    start.kernels.shortest_s = 5e-6;
    const KernelFit *fit = fit_one(&truth, &start, KERNEL_PRODUCT, ROWS, arena);
    cr_assert_eq(fit->class_count, 1);
    cr_assert_lt(fit->classes[0].median_fraction, 0.01);
    cr_assert_gt(fit->classes[0].given_fraction, 0.2);
    cr_assert_eq(fit->classes[0].fitted_rows + fit->classes[0].judged_rows, ROWS);
    cr_assert_float_eq(found_of(fit, "matrix.bf16"), 0.8, 0.03);
    cr_assert_float_eq(found_of(fit, "hbm"), 0.83, 0.02);
    cr_assert_float_eq(found_of(fit, "shortest") / 1.7e-6, 1, 0.1);
    arena_destroy(arena);
}

Test(kernel_fit, a_precision_without_rows_takes_the_share_of_the_leading_one) {
    Arena *arena = arena_create();
    GpuSpec truth = odd_gpu();
    const KernelFit *fit = fit_one(&truth, &truth, KERNEL_PRODUCT, ROWS, arena);
    cr_assert(fit->is_derived[PRECISION_FP16]);
    cr_assert_not(fit->is_derived[PRECISION_BF16]);
    cr_assert_not(fit->is_derived[PRECISION_TF32], "the GPU has no peak for it");
    cr_assert_eq(fit->gpu.kernels.matrix_fraction[PRECISION_FP16], fit->gpu.kernels.matrix_fraction[PRECISION_BF16]);
    cr_assert_str_eq(fit->files, "t.csv");
    arena_destroy(arena);
}

Test(kernel_fit, prefills_find_the_constants_that_made_them) {
    Arena *arena = arena_create();
    GpuSpec truth = odd_gpu(), start = truth;
    start.kernels.attention.matrix_fraction = 0.4;
    start.kernels.attention.start_s = 3e-6;
    start.kernels.attention.query_passes = 9;
    const KernelFit *fit = fit_one(&truth, &start, KERNEL_PREFILL, ROWS, arena);
    cr_assert_lt(fit->classes[0].median_fraction, 0.005);
    cr_assert_float_eq(found_of(fit, "attention.matrix"), 0.71, 0.02);
    cr_assert_float_eq(found_of(fit, "attention.start") / 11.3e-6, 1, 0.02);
    cr_assert(isnan(found_of(fit, "attention.fp8")), "no row in fp8");
    arena_destroy(arena);
}

Test(kernel_fit, decode_steps_find_the_constants_of_the_kernels_that_ran) {
    Arena *arena = arena_create();
    GpuSpec truth = odd_gpu(), start = truth;
    start.kernels.attention.cache_fraction = 0.5;
    start.kernels.attention.single.start_s = 20e-6;
    start.kernels.attention.grouped.key_s = 900e-12;
    const KernelFit *fit = fit_one(&truth, &start, KERNEL_DECODE, ROWS, arena);
    cr_assert_lt(fit->classes[0].median_fraction, 0.01);
    cr_assert_float_eq(found_of(fit, "attention.single.start") / 6.1e-6, 1, 0.05);
    cr_assert_float_eq(found_of(fit, "attention.grouped.key") / 113e-12, 1, 0.05);
    cr_assert(isnan(found_of(fit, "attention.grouped_fp8.key")));
    arena_destroy(arena);
}

Test(kernel_fit, memory_bound_kernels_choose_the_bandwidth) {
    Arena *arena = arena_create();
    GpuSpec truth = odd_gpu(), start = truth;
    start.kernels.hbm_fraction = 0.5;
    start.kernels.row_reduction_fraction = 0.9;
    const KernelTable stream = measure(&truth, KERNEL_ELEMENT_WISE, 300, arena);
    const KernelTable rows = measure(&truth, KERNEL_ROW_REDUCTION, 300, arena), *tables[] = {&rows, &stream};
    const KernelFit *fit = kernel_fit(tables, 2, &start, arena);
    cr_assert_float_eq(found_of(fit, "hbm"), 0.83, 0.005);
    cr_assert_float_eq(found_of(fit, "hbm_ramp") / 3e6, 1, 0.05);
    cr_assert_float_eq(found_of(fit, "row_reduction"), 0.61, 0.01);
    arena_destroy(arena);
}

/* An entry without constants of its own for norms starts from those of softmax. */
Test(kernel_fit, norms_choose_their_bandwidth_and_their_start) {
    Arena *arena = arena_create();
    GpuSpec truth = odd_gpu(), start = truth;
    truth.kernels.norm_fraction = 0.47;
    truth.kernels.norm_start_s = 23.85e-6;
    const KernelTable rows = measure(&truth, KERNEL_NORM, 300, arena), *tables[] = {&rows};
    const KernelFit *fit = kernel_fit(tables, 1, &start, arena);
    cr_assert_float_eq(found_of(fit, "norm"), 0.47, 0.01);
    cr_assert_float_eq(found_of(fit, "norm_start") / 23.85e-6, 1, 0.05);
    arena_destroy(arena);
}

Test(kernel_fit, too_few_rows_change_nothing) {
    Arena *arena = arena_create();
    GpuSpec truth = odd_gpu(), start = truth;
    start.kernels.tile_loss = 11;
    const KernelFit *fit = fit_one(&truth, &start, KERNEL_PRODUCT, 40, arena);
    cr_assert_eq(fit->constant_count, 0);
    cr_assert_gt(fit->thin_rows, 10);
    cr_assert_eq(fit->gpu.kernels.tile_loss, 11);
    cr_assert_not(fit->is_derived[PRECISION_FP16]);
    arena_destroy(arena);
}

Test(kernel_fit, a_precision_that_the_gpu_lacks_is_a_mistake) {
    Reading *reading = reading_create();
    GpuSpec gpu = odd_gpu();
    KernelRow rows[] = {{.kind = KERNEL_PRODUCT, .line = 2}, {.kind = KERNEL_PRODUCT, .line = 3}};
    rows[0].product.precision = PRECISION_BF16;
    rows[1].product.precision = PRECISION_FP8;
    const KernelTable table = {.file = "t.csv", .rows = rows, .row_count = 2}, *tables[] = {&table};
    cr_assert_not(kernel_fit_check(tables, 1, &gpu, &reading->errors));
    cr_assert_str_eq(reading_errors(reading), "t.csv:3:1: found fp8, expected a precision that odd has a peak for\n");
    reading_destroy(reading);
}
