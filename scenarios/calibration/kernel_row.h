/*
 * kernel_row: one measured time of a kernel on a GPU, whatever its kind.
 */
#ifndef SCENARIOS_CALIBRATION_KERNEL_ROW_H
#define SCENARIOS_CALIBRATION_KERNEL_ROW_H

#include "models/hardware/attention.h"
#include "models/hardware/moe.h"

typedef enum KernelKind {
    KERNEL_PRODUCT,       /* matrix product */
    KERNEL_ELEMENT_WISE,  /* one element after the other */
    KERNEL_ROW_REDUCTION, /* softmax */
    KERNEL_NORM,          /* layer norm */
    KERNEL_PREFILL,       /* attention of whole prompts */
    KERNEL_DECODE,        /* attention of one token per sequence */
    KERNEL_MOE,           /* mixture-of-experts layer */
    KERNEL_KIND_COUNT
} KernelKind;

enum { KERNEL_MOST_SIZES = 7 };

typedef struct KernelRow {
    KernelKind kind;
    GemmShape product;        /* of a product */
    AttentionShape attention; /* of prefill and decode */
    MoeShape moe;             /* of a mixture-of-experts layer */
    double bytes;             /* > 0, read and written, of element-wise kernels, row reductions and norms */
    double seconds;           /* > 0 */
    int line;                 /* in the file, 1.. */
    bool is_held_back;        /* judges the fit and takes no part in it: half of the shapes, by a hash of the shape */
} KernelRow;

/* Returns "product", "element-wise", "row reduction", "norm", "prefill", "decode", "moe". */
const char *kernel_kind_name(KernelKind kind);

/* Precision of the row: of the product, of attention, of experts; fp32 for the others. */
Precision kernel_row_precision(const KernelRow *row);

/* The simulated time on that GPU, and the null model's: the longer of FLOPs at peak and bytes at bandwidth. */
double kernel_row_seconds(const GpuSpec *gpu, const KernelRow *row);
double kernel_row_null_seconds(const GpuSpec *gpu, const KernelRow *row);

/* What a fit knows the range of: m, n and k, bytes, or tokens, heads and the like; *name is its word. False past the
 * last. */
bool kernel_row_size(const KernelRow *row, int index, const char **name, double *size);

/* False when the GPU has no peak or no constants for the row's precision. */
bool kernel_row_is_supported(const GpuSpec *gpu, const KernelRow *row);

#endif
