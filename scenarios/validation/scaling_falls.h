/*
 * scaling_falls: how throughput per GPU falls with the number of GPUs, measured and simulated. A series is all rows of
 * one plan and model on at least three numbers of GPUs, with the same gradient accumulation (weak scaling) or the same
 * global batch (strong scaling). Its cliff is where tokens per second and GPU have lost 20 % against the smallest
 * number of GPUs, between two of them by a straight line over the logarithm of GPUs. Rows of the same number of GPUs
 * are one point, their mean.
 */
#ifndef SCENARIOS_VALIDATION_SCALING_FALLS_H
#define SCENARIOS_VALIDATION_SCALING_FALLS_H

#include "scenarios/validation/row_keys.h"

typedef struct ScalingFall {
    int line;           /* of the file: its row of fewest GPUs */
    const char *model;  /* the cell of that row */
    bool is_strong;     /* the global batch stays */
    int points;         /* >= 3 numbers of GPUs */
    int64_t least_gpus; /* >= 1 */
    int64_t most_gpus;
    double measured_gpus;  /* of the cliff; NaN = no 20 % are lost up to most_gpus */
    double simulated_gpus; /* the same of the model */
    bool is_within; /* both cliffs within one doubling; one beyond the series counts as at its end; none is none */
    double worst_fraction; /* the point whose loss against the smallest is farthest off: simulated over measured - 1 */
} ScalingFall;

typedef struct ScalingFalls {
    ScalingFall *items;
    int count;
    int cliffs; /* series with a cliff, measured or simulated */
    int within; /* of them */
} ScalingFalls;

/* Of all series of a table; they belong to the arena. */
ScalingFalls scaling_falls_of(const RowKeys *keys, Arena *arena);

#endif
