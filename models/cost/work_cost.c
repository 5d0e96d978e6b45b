#include "models/cost/work_cost.h"

#include <math.h>

#include "models/cost/host_calls.h"
#include "models/plan/element_bytes.h"

/*
 * Training casts the input of a product once, for it and for the gradient of its weights, and the gradient of its
 * output once: reads 16 bit, writes fp8 and its transpose, since Hopper multiplies fp8 along rows only (NVIDIA
 * Transformer Engine's documentation, Handling transposes). Weights are cast once a step. What a tensor group gathers
 * is cast before and transposed behind it (its modules' base.py, grad_output_preprocess; layernorm_linear.py).
 */
static const double FP8_CAST_BYTES = 2 + 1 + 1;
static const double FP8_CAST_ALONE_BYTES = 2 + 1;
static const double FP8_TRANSPOSE_BYTES = 1 + 1;

static const double OPERATION_S =
    HOST_CALLS_OPERATION_S + HOST_CALLS_PYTHON_S + HOST_CALLS_AUTOGRAD_S + HOST_CALLS_LAUNCH_S;
static const double COMPILED_KERNEL_S = 9.1e-6; /* see the header */
static const double COMPILED_GRAPH_S = 35e-6;

void kernel_list_init(KernelList *list, const GpuSpec *gpu, Precision precision) {
    *list = (KernelList){.gpu = gpu, .precision = precision};
}

static int64_t at_least_one(int64_t value) {
    return value > 0 ? value : 1;
}

void kernel_list_add_gemm(KernelList *list, GemmShape shape) {
    WorkCost *cost = &list->cost;
    shape.batch = at_least_one(shape.batch);
    shape.m = at_least_one(shape.m);
    shape.n = at_least_one(shape.n);
    shape.k = at_least_one(shape.k);
    double m = (double)shape.m, n = (double)shape.n, k = (double)shape.k;
    cost->gemm_s += gpu_gemm_seconds(list->gpu, &shape);
    cost->flop += gpu_gemm_flop(&shape);
    if (shape.batch == 1 && !shape.on_chip) {
        cost->most_m = fmax(cost->most_m, m);
        cost->most_n = fmax(cost->most_n, n);
        cost->most_k = fmax(cost->most_k, k);
    }
    if (!shape.on_chip)
        cost->hbm_bytes += (double)shape.batch * (m * k + k * n + m * n) * activation_bytes(list->precision);
    list->launches++;
}

void kernel_list_add_fused(KernelList *list, double seconds, double flop) {
    list->cost.gemm_s += seconds;
    list->cost.flop += flop;
    list->launches++;
}

static void add_plain(KernelList *list, int64_t m, int64_t n, int64_t k) {
    kernel_list_add_gemm(list, (GemmShape){1, m, n, k, list->precision, false, false});
}

static void add_fp8_kernel(KernelList *list, double bytes, int64_t rows, int64_t columns) {
    if (list->precision == PRECISION_FP8)
        kernel_list_add_memory(list, bytes * (double)at_least_one(rows) * (double)at_least_one(columns));
}

void kernel_list_add_cast(KernelList *list, int64_t rows, int64_t columns) {
    add_fp8_kernel(list, FP8_CAST_BYTES, rows, columns);
}

void kernel_list_add_transpose(KernelList *list, int64_t rows, int64_t columns) {
    add_fp8_kernel(list, FP8_TRANSPOSE_BYTES, rows, columns);
}

void kernel_list_add_product(KernelList *list, int64_t m, int64_t n, int64_t k) {
    kernel_list_add_cast(list, m, k);
    add_plain(list, m, n, k);
}

void kernel_list_add_normed_product(KernelList *list, int64_t m, int64_t n, int64_t k) {
    kernel_list_add_transpose(list, m, k);
    add_plain(list, m, n, k);
}

/* A product of gradients. */
static void add_gradient(KernelList *list, int64_t m, int64_t n, int64_t k) {
    kernel_list_add_gemm(list, (GemmShape){1, m, n, k, list->precision, false, true});
}

void kernel_list_add_input_gradient(KernelList *list, int64_t m, int64_t n, int64_t k) {
    kernel_list_add_cast(list, m, n);
    add_gradient(list, m, k, n);
}

void kernel_list_add_gathered_gradient(KernelList *list, GatheredRows rows, int64_t n, int64_t k) {
    if (rows.parts < 2) {
        kernel_list_add_input_gradient(list, rows.m, n, k);
        return;
    }
    add_fp8_kernel(list, FP8_CAST_ALONE_BYTES, rows.m / rows.parts, n);
    kernel_list_add_transpose(list, rows.m, n);
    add_gradient(list, rows.m, k, n);
}

void kernel_list_add_weight_gradient(KernelList *list, int64_t m, int64_t n, int64_t k) {
    add_gradient(list, n, k, m);
    double bytes = list->accumulated_bytes * (double)at_least_one(n) * (double)at_least_one(k);
    list->cost.gemm_s += gpu_accumulation_seconds(list->gpu, bytes);
    list->cost.hbm_bytes += bytes;
}

void kernel_list_add_product_backward(KernelList *list, int64_t m, int64_t n, int64_t k) {
    kernel_list_add_input_gradient(list, m, n, k);
    kernel_list_add_weight_gradient(list, m, n, k);
}

void kernel_list_add_memory(KernelList *list, double bytes) {
    list->cost.memory_s += gpu_memory_bound_seconds(list->gpu, bytes);
    list->cost.hbm_bytes += bytes;
    list->launches++;
}

void kernel_list_add_row_reduction(KernelList *list, double bytes) {
    list->cost.memory_s += gpu_row_reduction_seconds(list->gpu, bytes);
    list->cost.hbm_bytes += bytes;
    list->launches++;
}

WorkCost kernel_list_finish(KernelList *list, double model_flop, int host_kernels) {
    WorkCost *cost = &list->cost;
    double ideal_s = model_flop / list->gpu->peak_flop_per_s[list->precision];
    cost->ideal_s = ideal_s < cost->gemm_s ? ideal_s : cost->gemm_s;
    cost->launch_s = gpu_launch_seconds(list->gpu, list->launches);
    cost->host_s = gpu_host_floor_seconds(list->gpu, host_kernels) +
                   list->operations * fmin(list->gpu->kernels.host_s, OPERATION_S);
    return *cost;
}

WorkCost kernel_list_finish_compiled(KernelList *list, double model_flop) {
    double eager_s = list->gpu->kernels.host_s;
    double kernel_s = eager_s < COMPILED_KERNEL_S ? eager_s : COMPILED_KERNEL_S;
    double graph_s = kernel_s * COMPILED_GRAPH_S / COMPILED_KERNEL_S;
    kernel_list_finish(list, model_flop, 0);
    list->cost.host_s = kernel_s * list->launches + graph_s;
    return list->cost;
}

WorkCost work_cost_part(const WorkCost *whole, double gemm_s) {
    double device_s = whole->gemm_s + whole->memory_s + whole->launch_s;
    if (gemm_s <= 0)
        return (WorkCost){0};
    double share = gemm_s / whole->gemm_s;
    return (WorkCost){.ideal_s = whole->ideal_s * share,
                      .gemm_s = gemm_s,
                      .host_s = whole->host_s * gemm_s / device_s,
                      .flop = whole->flop * share};
}

double work_cost_seconds(const WorkCost *cost) {
    double device_s = cost->gemm_s + cost->memory_s + cost->launch_s;
    return device_s > cost->host_s ? device_s : cost->host_s;
}

void work_cost_add(WorkCost *total, const WorkCost *cost, double times) {
    total->ideal_s += times * cost->ideal_s;
    total->gemm_s += times * cost->gemm_s;
    total->memory_s += times * cost->memory_s;
    total->launch_s += times * cost->launch_s;
    total->host_s += times * cost->host_s;
    total->flop += times * cost->flop;
    total->hbm_bytes += times * cost->hbm_bytes;
}
