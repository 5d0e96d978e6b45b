/*
 * kernel_constants: the constants of a GPU's kernel model that measured kernels can choose: their key below
 * `gpu.kernels` of a catalogue entry, their place in GpuSpec, the bounds of a fit, and which rows choose them.
 */
#ifndef SCENARIOS_CALIBRATION_KERNEL_CONSTANTS_H
#define SCENARIOS_CALIBRATION_KERNEL_CONSTANTS_H

#include <stddef.h>

#include "scenarios/calibration/kernel_row.h"
#include "scenarios/reader/quantity.h"

/* Which rows choose a constant. */
typedef enum KernelGroup {
    KERNEL_GROUP_STREAM,      /* element-wise kernels, or the products of the leading precision when there are none */
    KERNEL_GROUP_PRODUCT,     /* products of the leading precision */
    KERNEL_GROUP_FP8,         /* products in fp8, behind a leading precision */
    KERNEL_GROUP_REDUCTION,   /* row reductions */
    KERNEL_GROUP_NORM,        /* layer norms */
    KERNEL_GROUP_PREFILL,     /* prefill */
    KERNEL_GROUP_PREFILL_FP8, /* prefill, when there are such rows in fp8 */
    KERNEL_GROUP_MOE,         /* mixture-of-experts layers */
    KERNEL_GROUP_MOE_16,      /* such layers, when some are in 16 bit */
    KERNEL_GROUP_MOE_FP8,     /* such layers, when some are in fp8 */
    KERNEL_GROUP_CACHE,       /* decode steps */
    KERNEL_GROUP_SINGLE,      /* decode steps, when some have a block per query head */
    KERNEL_GROUP_GROUPED,     /* decode steps, when some have a block per key head and a 16-bit cache */
    KERNEL_GROUP_GROUPED_FP8  /* decode steps, when some have a block per key head and an fp8 cache */
} KernelGroup;

typedef struct KernelConstant {
    const char *key; /* "tile_loss", "attention.single.key" */
    KernelGroup group;
    Dimension dimension;
    size_t offset; /* bytes from the start of GpuSpec */
    double least;  /* bounds of a fit, SI */
    double most;
    double typical; /* a start that suits any GPU */
} KernelConstant;

/* The constants by index; NULL past the end. */
const KernelConstant *kernel_constant(int index);

/* The share of peak of a precision: a constant of KERNEL_GROUP_PRODUCT, or of KERNEL_GROUP_FP8. */
const KernelConstant *kernel_constant_matrix(Precision precision);

double kernel_constant_value(const KernelConstant *constant, const GpuSpec *gpu);
void kernel_constant_set(const KernelConstant *constant, GpuSpec *gpu, double value);

#endif
