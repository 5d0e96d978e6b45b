/*
 * judged_rows: a comparison with measurements by hand, without any simulation: rows with their texts, measured and
 * simulated step times.
 */
#ifndef TESTS_UNIT_SCENARIOS_JUDGED_ROWS_H
#define TESTS_UNIT_SCENARIOS_JUDGED_ROWS_H

#include "scenarios/validation/row_keys.h"

typedef struct JudgedRow {
    const char *model;
    const char *tensor; /* the cell tp */
    const char *precision;
    int64_t gpus;
    int64_t batch;
    int64_t accumulation;
    double measured_s;
    double simulated_s; /* NAN = it did not run */
} JudgedRow;

RowKeys judged_rows(const JudgedRow *rows, int count, Arena *arena);

#endif
