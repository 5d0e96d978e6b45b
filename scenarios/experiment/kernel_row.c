#include "scenarios/experiment/kernel_row.h"

#include <math.h>
#include <stddef.h>

#include "sim/engine/check.h"

const char *kernel_kind_name(KernelKind kind) {
    static const char *const NAMES[KERNEL_KIND_COUNT] = {"product", "element-wise", "row reduction", "prefill",
                                                         "decode"};
    CHECK(kind >= 0 && kind < KERNEL_KIND_COUNT);
    return NAMES[kind];
}

Precision kernel_row_precision(const KernelRow *row) {
    if (row->kind == KERNEL_PRODUCT)
        return row->product.precision;
    return row->kind == KERNEL_PREFILL || row->kind == KERNEL_DECODE ? row->attention.precision : PRECISION_FP32;
}

double kernel_row_seconds(const GpuSpec *gpu, const KernelRow *row) {
    switch (row->kind) {
    case KERNEL_PRODUCT:
        return gpu_gemm_seconds(gpu, &row->product);
    case KERNEL_ELEMENT_WISE:
        return gpu_memory_bound_seconds(gpu, row->bytes);
    case KERNEL_ROW_REDUCTION:
        return gpu_row_reduction_seconds(gpu, row->bytes);
    case KERNEL_PREFILL:
        return attention_prefill_seconds(gpu, &row->attention);
    case KERNEL_DECODE:
        return attention_decode_seconds(gpu, &row->attention);
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

double kernel_row_null_seconds(const GpuSpec *gpu, const KernelRow *row) {
    bool is_product = row->kind == KERNEL_PRODUCT;
    bool is_attention = row->kind == KERNEL_PREFILL || row->kind == KERNEL_DECODE;
    double flop = is_product ? gpu_gemm_flop(&row->product) : is_attention ? attention_flop(&row->attention) : 0;
    double bytes = is_product     ? product_bytes(&row->product)
                   : is_attention ? attention_bytes(&row->attention)
                                  : row->bytes;
    double compute_s = flop > 0 ? flop / gpu->peak_flop_per_s[kernel_row_precision(row)] : 0;
    return fmax(compute_s, bytes / gpu->hbm_bytes_per_s);
}

bool kernel_row_size(const KernelRow *row, int index, const char **name, double *size) {
    static const char *const PRODUCT[KERNEL_MOST_SIZES] = {"m", "n", "k"};
    static const char *const MEMORY[KERNEL_MOST_SIZES] = {"bytes"};
    static const char *const ATTENTION[KERNEL_MOST_SIZES] = {"sequences", "tokens", "heads", "kv_heads", "head_dim"};
    bool is_product = row->kind == KERNEL_PRODUCT;
    bool is_attention = row->kind == KERNEL_PREFILL || row->kind == KERNEL_DECODE;
    const AttentionShape *a = &row->attention;
    int64_t tokens = row->kind == KERNEL_DECODE ? a->cached_tokens : a->query_tokens;
    const int64_t products[] = {row->product.m, row->product.n, row->product.k, 0, 0, 0};
    const int64_t attentions[] = {a->sequences, tokens, a->heads, a->kv_heads, a->head_dim, 0};
    CHECK(index >= 0 && index < KERNEL_MOST_SIZES);
    *name = is_product ? PRODUCT[index] : is_attention ? ATTENTION[index] : MEMORY[index];
    *size = is_product ? (double)products[index] : is_attention ? (double)attentions[index] : row->bytes;
    return *name != NULL;
}

bool kernel_row_is_supported(const GpuSpec *gpu, const KernelRow *row) {
    bool is_memory = row->kind == KERNEL_ELEMENT_WISE || row->kind == KERNEL_ROW_REDUCTION;
    return is_memory || gpu->peak_flop_per_s[kernel_row_precision(row)] > 0;
}
