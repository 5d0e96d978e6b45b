#include "scenarios/calibration/kernel_row.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "sim/engine/check.h"

const char *kernel_kind_name(KernelKind kind) {
    static const char *const NAMES[KERNEL_KIND_COUNT] = {"product", "element-wise", "row reduction", "norm", "prefill",
                                                         "decode",  "moe"};
    CHECK(kind >= 0 && kind < KERNEL_KIND_COUNT);
    return NAMES[kind];
}

Precision kernel_row_precision(const KernelRow *row) {
    switch (row->kind) {
    case KERNEL_PRODUCT:
        return row->product.precision;
    case KERNEL_PREFILL:
    case KERNEL_DECODE:
        return row->attention.precision;
    case KERNEL_MOE:
        return row->moe.precision;
    case KERNEL_ELEMENT_WISE:
    case KERNEL_ROW_REDUCTION:
    case KERNEL_NORM:
    case KERNEL_KIND_COUNT:
        break;
    }
    return PRECISION_FP32;
}

/* An fp8 product was measured with the cast of its A. */
static double product_seconds(const GpuSpec *gpu, const GemmShape *shape) {
    double elements = (double)shape->batch * (double)shape->m * (double)shape->k;
    double cast_s = shape->precision == PRECISION_FP8 ? gpu_cast_seconds(gpu, elements) : 0;
    return gpu_gemm_seconds(gpu, shape) + cast_s;
}

double kernel_row_seconds(const GpuSpec *gpu, const KernelRow *row) {
    switch (row->kind) {
    case KERNEL_PRODUCT:
        return product_seconds(gpu, &row->product);
    case KERNEL_ELEMENT_WISE:
        return gpu_memory_bound_seconds(gpu, row->bytes);
    case KERNEL_ROW_REDUCTION:
        return gpu_row_reduction_seconds(gpu, row->bytes);
    case KERNEL_NORM:
        return gpu->kernels.norm_start_s + gpu_norm_seconds(gpu, row->bytes);
    case KERNEL_PREFILL:
        return attention_prefill_seconds(gpu, &row->attention);
    case KERNEL_DECODE:
        return attention_decode_seconds(gpu, &row->attention);
    case KERNEL_MOE:
        return moe_seconds(gpu, &row->moe);
    case KERNEL_KIND_COUNT:
        break;
    }
    CHECK(false);
    return 0;
}

static double product_bytes(const GemmShape *shape) {
    double m = (double)shape->m, n = (double)shape->n, k = (double)shape->k;
    return precision_bytes(shape->precision) * (m * k + k * n) + 2 * m * n;
}

/* Queries, output, keys and values once. */
static double attention_bytes(const AttentionShape *shape) {
    double tokens = (double)(shape->query_tokens + shape->cached_tokens);
    double query = 2.0 * (double)shape->query_tokens * (double)(shape->heads * shape->head_dim);
    double key = precision_bytes(shape->precision) * tokens * (double)(shape->kv_heads * shape->head_dim);
    return (double)shape->sequences * 2 * (query + key);
}

static double row_flop(const KernelRow *row) {
    if (row->kind == KERNEL_PRODUCT)
        return gpu_gemm_flop(&row->product);
    if (row->kind == KERNEL_MOE)
        return moe_flop(&row->moe);
    return row->kind == KERNEL_PREFILL || row->kind == KERNEL_DECODE ? attention_flop(&row->attention) : 0;
}

static double row_bytes(const KernelRow *row) {
    if (row->kind == KERNEL_PRODUCT)
        return product_bytes(&row->product);
    if (row->kind == KERNEL_MOE)
        return moe_bytes(&row->moe);
    return row->kind == KERNEL_PREFILL || row->kind == KERNEL_DECODE ? attention_bytes(&row->attention) : row->bytes;
}

double kernel_row_null_seconds(const GpuSpec *gpu, const KernelRow *row) {
    double flop = row_flop(row);
    double compute_s = flop > 0 ? flop / gpu->peak_flop_per_s[kernel_row_precision(row)] : 0;
    return fmax(compute_s, row_bytes(row) / gpu->hbm_bytes_per_s);
}

/* Sizes of a row in the order of their names. */
static void sizes_of(const KernelRow *row, int64_t sizes[KERNEL_MOST_SIZES]) {
    const AttentionShape *a = &row->attention;
    const MoeShape *e = &row->moe;
    int64_t tokens = row->kind == KERNEL_DECODE ? a->cached_tokens : a->query_tokens;
    const int64_t products[KERNEL_MOST_SIZES] = {row->product.m, row->product.n, row->product.k};
    const int64_t attentions[KERNEL_MOST_SIZES] = {a->sequences, tokens, a->heads, a->kv_heads, a->head_dim};
    const int64_t experts[KERNEL_MOST_SIZES] = {e->tokens,  e->hidden,          e->intermediate,   e->experts_per_token,
                                                e->experts, e->tensor_parallel, e->expert_parallel};
    bool is_product = row->kind == KERNEL_PRODUCT, is_moe = row->kind == KERNEL_MOE;
    memcpy(sizes, is_product ? products : is_moe ? experts : attentions, sizeof products);
}

bool kernel_row_size(const KernelRow *row, int index, const char **name, double *size) {
    static const char *const PRODUCT[KERNEL_MOST_SIZES] = {"m", "n", "k"};
    static const char *const MEMORY[KERNEL_MOST_SIZES] = {"bytes"};
    static const char *const ATTENTION[KERNEL_MOST_SIZES] = {"sequences", "tokens", "heads", "kv_heads", "head_dim"};
    static const char *const EXPERTS[KERNEL_MOST_SIZES] = {
        "tokens", "hidden", "intermediate", "experts_per_token", "experts", "tensor_parallel", "expert_parallel"};
    static const char *const *const NAMES[KERNEL_KIND_COUNT] = {PRODUCT,   MEMORY,    MEMORY, MEMORY,
                                                                ATTENTION, ATTENTION, EXPERTS};
    int64_t sizes[KERNEL_MOST_SIZES];
    CHECK(index >= 0 && index < KERNEL_MOST_SIZES);
    sizes_of(row, sizes);
    *name = NAMES[row->kind][index];
    *size = row->bytes > 0 ? row->bytes : (double)sizes[index];
    return *name != NULL;
}

bool kernel_row_is_supported(const GpuSpec *gpu, const KernelRow *row) {
    return row->bytes > 0 || gpu->peak_flop_per_s[kernel_row_precision(row)] > 0;
}
