/*
 * kernel_table: measured times of kernels out of a CSV file. The columns say which kind it is; others are not read:
 *   gemm_dtype, m, n, k, latency                                      products C[m,n] = A[m,k] B[k,n]
 *   kv_cache_dtype, batch_size, isl, num_heads, num_key_value_heads,  prefill of isl prompt tokens each;
 *     head_dim, window_size, latency                                    window_size may be missing
 *   the same with step instead of isl                                 decode step with step cached tokens
 *   moe_dtype, num_tokens, hidden_size, inter_size, topk,             mixture-of-experts layer; "nongated" in
 *     num_experts, moe_tp_size, moe_ep_size, latency                    kernel_source: two matrices per expert
 *   OPName, Device, B, H, Latency                                     element-wise kernels and row reductions, fp32
 *
 * Operations on a tensor of B x H: add, div, mul, pow (two in, one out), the same with a u behind, relu, gelu, tanh,
 * ln, softmax (one in, one out). Times in ms, sizes whole numbers, types bfloat16 (bf16), float16 (fp16), float32
 * (fp32), tf32, fp8. Rows of other types, and of experts whose distribution is not balanced, are counted and left out.
 * With an fp8 cache the products of a prefill count as fp8 too, as measured ones run so. Where rows are of several
 * devices, `device` chooses. It knows no models.
 */
#ifndef SCENARIOS_CALIBRATION_KERNEL_TABLE_H
#define SCENARIOS_CALIBRATION_KERNEL_TABLE_H

#include "scenarios/calibration/kernel_row.h"
#include "sim/engine/arena.h"
#include "sim/engine/error.h"

typedef struct KernelTable {
    const char *file;
    const KernelRow *rows; /* in the order of the file */
    int row_count;         /* >= 1 */
    int left_out;          /* rows of types and distributions that are not modelled */
    bool names_devices;    /* whether it has the column Device */
} KernelTable;

/* Reads a file; NULL and at least one error when there is a mistake. `device` may be NULL. */
const KernelTable *kernel_table_read(const char *path, const char *device, Arena *arena, ErrorList *errors);

#endif
