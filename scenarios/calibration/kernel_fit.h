/*
 * kernel_fit: the constants of a GPU's kernel model that come nearest to measured kernels, by robust_fit, stage by
 * stage: element-wise kernels choose the bandwidth (products do when there are none), products of the leading precision
 * (the one with the most rows, fp8 last) the tiles and waves, products of other precisions their share of peak, then
 * row reductions, norms, prefill, decode. One half of the shapes, by a hash, chooses; the other half judges.
 *
 * A fit looks at no more than 6,000 rows, evenly spread, and starts from the given constants and from typical ones. A
 * stage with fewer than 4 rows per constant is left out and its constants stay as given, as do those that no row tells
 * about.
 */
#ifndef SCENARIOS_CALIBRATION_KERNEL_FIT_H
#define SCENARIOS_CALIBRATION_KERNEL_FIT_H

#include "scenarios/calibration/kernel_constants.h"
#include "scenarios/calibration/kernel_judge.h"
#include "scenarios/calibration/kernel_table.h"
#include "scenarios/calibration/robust_fit.h"

enum { KERNEL_MOST_CONSTANTS = 64 };

typedef struct FittedConstant {
    const KernelConstant *constant;
    double given;
    RobustConstant found; /* in four digits */
    KernelKind kind;      /* of the rows that chose it */
    int rows;             /* how many */
} FittedConstant;

typedef struct KernelFit {
    const char *files; /* names of the tables, parted by commas */
    GpuSpec gpu;       /* with the constants that were found */
    Precision leading; /* of the products */
    FittedConstant constants[KERNEL_MOST_CONSTANTS];
    int constant_count;
    KernelClass classes[KERNEL_MOST_CLASSES];
    int class_count;
    bool is_derived[PRECISION_COUNT]; /* share of peak: that of the leading precision */
    int left_out;                     /* rows of types that are not modelled */
    int thin_rows;                    /* rows of stages that had too few of them */
} KernelFit;

/* Adds an error for the first row of every table that the GPU cannot run. False when there is one. */
bool kernel_fit_check(const KernelTable *const *tables, int count, const GpuSpec *gpu, ErrorList *errors);

/* Fits the tables, which must have passed the check. The result belongs to the arena. */
const KernelFit *kernel_fit(const KernelTable *const *tables, int count, const GpuSpec *gpu, Arena *arena);

#endif
