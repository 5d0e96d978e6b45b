#include "scenarios/calibration/kernel_constants.h"

#include <string.h>

#include "sim/engine/check.h"

#define OF(field) offsetof(GpuSpec, kernels) + offsetof(GpuKernels, field)

#define DECODE(word, field, group)                                                                                     \
    {"attention." word ".start", group, DIMENSION_TIME, OF(attention.field.start_s), 1e-7, 1e-4, 6e-6},                \
        {"attention." word ".block", group, DIMENSION_TIME, OF(attention.field.block_s), 1e-8, 1e-5, 2e-6},            \
        {"attention." word ".head", group, DIMENSION_TIME, OF(attention.field.head_s), 1e-13, 1e-8, 1e-10},            \
        {"attention." word ".key", group, DIMENSION_TIME, OF(attention.field.key_s), 1e-13, 1e-8, 1e-10}, {            \
        "attention." word ".split", group, DIMENSION_TIME, OF(attention.field.split_s), 1e-7, 1e-4, 6e-6               \
    }

static const KernelConstant MATRIX[PRECISION_COUNT] = {
    {"matrix.fp32", KERNEL_GROUP_PRODUCT, DIMENSION_FRACTION, OF(matrix_fraction[PRECISION_FP32]), 0.1, 1, 0.8},
    {"matrix.tf32", KERNEL_GROUP_PRODUCT, DIMENSION_FRACTION, OF(matrix_fraction[PRECISION_TF32]), 0.1, 1, 0.8},
    {"matrix.fp16", KERNEL_GROUP_PRODUCT, DIMENSION_FRACTION, OF(matrix_fraction[PRECISION_FP16]), 0.1, 1, 0.8},
    {"matrix.bf16", KERNEL_GROUP_PRODUCT, DIMENSION_FRACTION, OF(matrix_fraction[PRECISION_BF16]), 0.1, 1, 0.8},
    {"matrix.fp8", KERNEL_GROUP_FP8, DIMENSION_FRACTION, OF(matrix_fraction[PRECISION_FP8]), 0.1, 1, 0.8},
};

static const KernelConstant CONSTANTS[] = {
    {"sustained", KERNEL_GROUP_PRODUCT, DIMENSION_FRACTION, OF(sustained_fraction), 0.3, 1, 0.9},
    {"tile_loss", KERNEL_GROUP_PRODUCT, DIMENSION_COUNT, OF(tile_loss), 0.1, 1000, 25},
    {"tile_start", KERNEL_GROUP_PRODUCT, DIMENSION_TIME, OF(tile_start_s), 1e-8, 1e-4, 2e-6},
    {"quantisation", KERNEL_GROUP_PRODUCT, DIMENSION_FRACTION, OF(quantisation_fraction), 1e-3, 1, 0.5},
    {"shortest", KERNEL_GROUP_PRODUCT, DIMENSION_TIME, OF(shortest_s), 1e-8, 1e-4, 1e-6},
    {"hbm", KERNEL_GROUP_STREAM, DIMENSION_FRACTION, OF(hbm_fraction), 0.3, 1, 0.92},
    {"hbm_ramp", KERNEL_GROUP_STREAM, DIMENSION_BYTES, OF(hbm_ramp_bytes), 1e3, 1e9, 5e6},
    {"row_reduction", KERNEL_GROUP_REDUCTION, DIMENSION_FRACTION, OF(row_reduction_fraction), 0.1, 1, 0.7},
    {"norm", KERNEL_GROUP_NORM, DIMENSION_FRACTION, OF(norm_fraction), 0.1, 1, 0.7},
    {"norm_start", KERNEL_GROUP_NORM, DIMENSION_TIME, OF(norm_start_s), 1e-8, 1e-3, 2e-5},
    {"cast", KERNEL_GROUP_FP8, DIMENSION_BYTES, OF(cast_bytes), 0.1, 100, 5},
    {"cast_start", KERNEL_GROUP_FP8, DIMENSION_TIME, OF(cast_start_s), 1e-8, 1e-4, 5e-6},
    {"attention.matrix", KERNEL_GROUP_PREFILL, DIMENSION_FRACTION, OF(attention.matrix_fraction), 0.1, 1, 0.7},
    {"attention.fp8", KERNEL_GROUP_PREFILL_FP8, DIMENSION_FRACTION, OF(attention.fp8_fraction), 0.1, 1, 0.6},
    {"attention.softmax", KERNEL_GROUP_PREFILL, DIMENSION_TIME, OF(attention.softmax_s), 1e-12, 1e-8, 5e-11},
    {"attention.tile_start", KERNEL_GROUP_PREFILL, DIMENSION_TIME, OF(attention.tile_start_s), 1e-9, 1e-4, 2e-6},
    {"attention.tail", KERNEL_GROUP_PREFILL, DIMENSION_FRACTION, OF(attention.tail_fraction), 1e-3, 1, 0.6},
    {"attention.start", KERNEL_GROUP_PREFILL, DIMENSION_TIME, OF(attention.start_s), 1e-7, 1e-4, 12e-6},
    {"attention.query_passes", KERNEL_GROUP_PREFILL, DIMENSION_COUNT, OF(attention.query_passes), 0.1, 50, 2},
    {"attention.key_passes", KERNEL_GROUP_PREFILL, DIMENSION_COUNT, OF(attention.key_passes), 0.1, 50, 2},
    {"attention.cache", KERNEL_GROUP_CACHE, DIMENSION_FRACTION, OF(attention.cache_fraction), 0.3, 1, 0.9},
    {"attention.cache_ramp", KERNEL_GROUP_CACHE, DIMENSION_BYTES, OF(attention.cache_ramp_bytes), 1e3, 1e9, 1e7},
    DECODE("single", single, KERNEL_GROUP_SINGLE),
    DECODE("grouped", grouped, KERNEL_GROUP_GROUPED),
    DECODE("grouped_fp8", grouped_fp8, KERNEL_GROUP_GROUPED_FP8),
    {"attention.narrow_start", KERNEL_GROUP_GROUPED_FP8, DIMENSION_TIME, OF(attention.narrow_start_s), 1e-8, 1e-4,
     2e-6},
    {"moe.start", KERNEL_GROUP_MOE, DIMENSION_TIME, OF(moe.start_s), 1e-7, 1e-3, 2e-5},
    {"moe.matrix", KERNEL_GROUP_MOE_16, DIMENSION_FRACTION, OF(moe.matrix_fraction), 0.1, 1, 0.8},
    {"moe.fp8", KERNEL_GROUP_MOE_FP8, DIMENSION_FRACTION, OF(moe.fp8_fraction), 0.1, 1, 0.8},
    {"moe.hidden_passes", KERNEL_GROUP_MOE, DIMENSION_COUNT, OF(moe.hidden_passes), 0.1, 50, 4},
    {"moe.inner_passes", KERNEL_GROUP_MOE, DIMENSION_COUNT, OF(moe.inner_passes), 0.1, 50, 4},
};

const KernelConstant *kernel_constant(int index) {
    int count = sizeof CONSTANTS / sizeof *CONSTANTS;
    if (index < PRECISION_COUNT)
        return &MATRIX[index];
    return index < PRECISION_COUNT + count ? &CONSTANTS[index - PRECISION_COUNT] : NULL;
}

const KernelConstant *kernel_constant_matrix(Precision precision) {
    CHECK(precision >= 0 && precision < PRECISION_COUNT);
    return &MATRIX[precision];
}

double kernel_constant_value(const KernelConstant *constant, const GpuSpec *gpu) {
    double value;
    memcpy(&value, (const char *)gpu + constant->offset, sizeof value);
    return value;
}

void kernel_constant_set(const KernelConstant *constant, GpuSpec *gpu, double value) {
    memcpy((char *)gpu + constant->offset, &value, sizeof value);
}
