/*
 * work_cost: the time of a list of kernels on one otherwise idle device, added up by what limits them. It prices matrix
 * products and memory traffic with the GPU's kernel model and knows nothing of layers.
 */
#ifndef MODELS_COST_WORK_COST_H
#define MODELS_COST_WORK_COST_H

#include "models/hardware/gpu.h"

/* Each >= 0, for one device. */
typedef struct WorkCost {
    double ideal_s;   /* model FLOPs at the GPU's peak; 0 for recomputation, part of gemm_s */
    double gemm_s;    /* matrix products */
    double memory_s;  /* memory-bound kernels */
    double launch_s;  /* gaps between kernels on the device */
    double host_s;    /* time the host needs to issue all of it; runs beside the device */
    double flop;      /* FLOPs executed in matrix products */
    double hbm_bytes; /* bytes read and written by memory-bound kernels and by the operands of the products */
    double most_m;    /* largest sizes of single products; of a list, not of a sum of costs */
    double most_n;
    double most_k;
} WorkCost;

/* A list of kernels being priced. */
typedef struct KernelList {
    const GpuSpec *gpu;
    Precision precision;      /* of the products */
    double accumulated_bytes; /* >= 0; per element of a weight gradient, to add it to the kept one; 0 unless set */
    WorkCost cost;
    int launches;
    int operations; /* >= 0; plain tensor operations that an eager framework issues beside its host_kernels, each a
                       call from Python that autograd notes and a launch (host_calls.h); 0 unless set */
} KernelList;

/* m rows, in so many equal parts on as many GPUs. */
typedef struct GatheredRows {
    int64_t m;
    int64_t parts;
} GatheredRows;

void kernel_list_init(KernelList *list, const GpuSpec *gpu, Precision precision);

/* `batch` equal products C[m,n] = A[m,k] B[k,n]; a size of 0 counts as 1. */
void kernel_list_add_gemm(KernelList *list, GemmShape shape);

/* A fused kernel of products that takes `seconds` and leaves nothing in memory to count. */
void kernel_list_add_fused(KernelList *list, double seconds, double flop);

/* One product C[m,n] = A[m,k] B[k,n] in the list's precision, B the weights, with the cast of A that fp8 needs. */
void kernel_list_add_product(KernelList *list, int64_t m, int64_t n, int64_t k);

/* Of such a product: the gradient of A, with the cast of C's gradient; the gradient of B; and both. */
void kernel_list_add_input_gradient(KernelList *list, int64_t m, int64_t n, int64_t k);
void kernel_list_add_weight_gradient(KernelList *list, int64_t m, int64_t n, int64_t k);
void kernel_list_add_product_backward(KernelList *list, int64_t m, int64_t n, int64_t k);

/* In fp8, the cast of an operand that comes in 16 bit; otherwise nothing. */
void kernel_list_add_cast(KernelList *list, int64_t rows, int64_t columns);

/* In fp8, the transpose of an operand that comes in 1 byte; otherwise nothing. */
void kernel_list_add_transpose(KernelList *list, int64_t rows, int64_t columns);

/* The product whose A comes in the products' precision: a norm wrote it. */
void kernel_list_add_normed_product(KernelList *list, int64_t m, int64_t n, int64_t k);

/* The gradient of A where `parts` GPUs each have a part of the rows of C's gradient and gather them. */
void kernel_list_add_gathered_gradient(KernelList *list, GatheredRows rows, int64_t n, int64_t k);

/* One kernel that reads and writes `bytes` in sum. */
void kernel_list_add_memory(KernelList *list, double bytes);

/* The same for a kernel that reduces over rows: norms and softmax. */
void kernel_list_add_row_reduction(KernelList *list, double bytes);

/* The cost of the list, of which `model_flop` count as ideal, when the host issues `host_kernels` kernels and the
 * list's operations for it. */
WorkCost kernel_list_finish(KernelList *list, double model_flop, int host_kernels);

/* The same when a compiler made one graph of the list: the host issues its kernels from generated code. Each takes
 * 9.1 us and a graph 35 us (meta-pytorch/tritonbench, pull request 1017: 6.8 to 9.1 us and 42.4 us in all for a graph
 * of one kernel), or what an eager framework takes if that is less; CUDA graphs as without a compiler. */
WorkCost kernel_list_finish_compiled(KernelList *list, double model_flop);

/* The part of `whole` that is `gemm_s` of its products: their share of what counts as ideal, of the FLOPs and of the
 * host's time, and no memory-bound kernels. */
WorkCost work_cost_part(const WorkCost *whole, double gemm_s);

/* Device time, or the host's when that is longer. */
double work_cost_seconds(const WorkCost *cost);

/* Adds `times` times `cost` to `total`. */
void work_cost_add(WorkCost *total, const WorkCost *cost, double times);

#endif
