/*
 * kernel_judge: how far a GPU's kernel model is from measured kernels that took no part in its fit, by kind and
 * precision, beside the model as it was before and the null model. It fits nothing.
 */
#ifndef SCENARIOS_CALIBRATION_KERNEL_JUDGE_H
#define SCENARIOS_CALIBRATION_KERNEL_JUDGE_H

#include "scenarios/calibration/kernel_row.h"
#include "sim/engine/arena.h"

enum { KERNEL_MOST_CLASSES = KERNEL_KIND_COUNT * PRECISION_COUNT };

/* From the least to the most of one size, over all rows of a class. */
typedef struct KernelRange {
    const char *name; /* "m"; NULL = no more */
    double least;
    double most;
} KernelRange;

/* Rows of one kind and precision. */
typedef struct KernelClass {
    KernelKind kind;
    Precision precision;
    int fitted_rows;
    int judged_rows;             /* held back; the errors below are theirs, NaN without */
    double median_fraction;      /* of the absolute error of the time */
    double worst_tenth_fraction; /* a tenth of the rows are off by more */
    double bias_fraction;        /* median of the signed error */
    double given_fraction;       /* median with the constants as given */
    double null_fraction;        /* the null model's */
    double spread;               /* residual_spread.h, of those that take 10 us or longer; NaN without */
    KernelRange ranges[KERNEL_MOST_SIZES + 1];
} KernelClass;

typedef struct KernelRows {
    const KernelRow **items;
    int count;
} KernelRows;

/* Fills in the classes that have rows, KERNEL_MOST_CLASSES at most, and returns how many. */
int kernel_judge(const KernelRows *rows, const GpuSpec *given, const GpuSpec *found, KernelClass *classes,
                 Arena *arena);

#endif
