/*
 * tidy_row: one row of a long table, run_id,time_s,entity,metric,value,unit.
 */
#ifndef PLOTS_TIDY_ROW_H
#define PLOTS_TIDY_ROW_H

#include <stdio.h>

#include "models/results.h"
#include "sim/engine/arena.h"

typedef struct TidyKey {
    const char *run_id;
    double time_s;      /* NaN: the value is of the whole run */
    const char *entity; /* "run", "stage 3" */
    const char *metric;
} TidyKey;

void tidy_header(FILE *out);
void tidy_row(FILE *out, TidyKey key, double value, const char *unit);

/* Nanoseconds of many GPUs do not fit into a double without rounding. */
void tidy_row_ns(FILE *out, TidyKey key, int64_t ns);

/* "tensor_parallel=8 micro_batches=16": how a sweep's point is named in tables. Owned by the arena. */
const char *tidy_point_name(Arena *arena, const SweepResults *sweep, const SweepPoint *point);

/* The last part of a path: "plan.tensor_parallel" gives "tensor_parallel". */
const char *tidy_short_name(const char *path);

#endif
