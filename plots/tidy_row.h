/*
 * tidy_row: one row of a long table, run_id,time_s,entity,metric,value,unit.
 */
#ifndef PLOTS_TIDY_ROW_H
#define PLOTS_TIDY_ROW_H

#include <stdio.h>

#include "models/results.h"

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

#endif
