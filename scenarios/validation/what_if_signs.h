/*
 * what_if_signs: does a change go the way it was measured to go? Pairs of rows of a table that differ in one column of
 * hardware or plan (what follows from it, data parallelism and gradient accumulation, differs with it) are what-ifs
 * with a measured answer: the change of tokens per second and GPU. A pair of more GPUs has either the same global batch
 * or the same gradient accumulation. Pairs whose measured change is below 2 % are noise: they are counted only.
 */
#ifndef SCENARIOS_VALIDATION_WHAT_IF_SIGNS_H
#define SCENARIOS_VALIDATION_WHAT_IF_SIGNS_H

#include "scenarios/validation/row_keys.h"

/* Of the pairs that differ in one column. */
typedef struct SignCount {
    int pairs; /* with a measured change of at least 2 % */
    int right; /* of them: the simulated change has the same sign */
    int quiet; /* left out */
} SignCount;

typedef struct WhatIfSigns {
    SignCount columns[ROW_KNOBS];
    SignCount all;
} WhatIfSigns;

/* Of all pairs of rows of a table. */
WhatIfSigns what_if_signs_of(const RowKeys *keys);

/* Adds up the counts of another table. */
void what_if_signs_add(WhatIfSigns *sum, const WhatIfSigns *signs);

#endif
