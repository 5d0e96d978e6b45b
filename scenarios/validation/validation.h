/*
 * validation: every row of a measured-run table simulated and compared with what was measured. Error = (simulated -
 * measured) / measured step time. Beside ours stands the error of a null model: the row gets the median MFU that was
 * measured on the file's other rows that ran (model FLOPs by transformer_model_flop, peak of the plan's precision).
 * A simulator that is no better than that has learned nothing of the file.
 *
 * A row that ran in reality but does not fit into memory in the model has no error: it is counted by itself. The order
 * of rows is that of the file and the numbers do not depend on the number of threads.
 */
#ifndef SCENARIOS_VALIDATION_VALIDATION_H
#define SCENARIOS_VALIDATION_VALIDATION_H

#include "scenarios/tables/measured_run.h"
#include "scenarios/validation/validation_errors.h"

typedef enum ValidationStatus {
    VALIDATION_RAN,
    VALIDATION_OUT_OF_MEMORY, /* in the model */
    VALIDATION_NOT_RUN        /* the row does not state enough, or something that is not modelled */
} ValidationStatus;

typedef struct ValidationRow {
    MeasuredRun run; /* with the reason when it was not run */
    ValidationStatus status;
    double simulated_s;    /* NaN when it did not run */
    double error_fraction; /* NaN when it did not run */
    double low_s;          /* of the interval; 0 when it did not run, as the three below */
    double high_s;
    double down_spread; /* by the constants alone, StepInterval */
    double up_spread;
    double null_s;                /* NaN when it did not run, or no other row did */
    double null_error_fraction;   /* as null_s */
    double peak_bytes;            /* of the fullest GPU in the model; NaN when not run */
    double compared_bytes;        /* of it, what the measured peak is of; NaN when not run */
    double capacity_bytes;        /* of that GPU's memory; NaN when not run */
    double memory_error_fraction; /* of the peak, where the row prints it and it was run; else NaN */
} ValidationRow;

enum { ZERO_STAGES = 4 };

/* An assumption and how many of the rows that were simulated rest on it. */
typedef struct ValidationAssumption {
    const char *sentence;
    int rows;
} ValidationAssumption;

typedef struct Validation {
    const char *file;
    const CsvTable *table;
    ValidationRow *rows;
    int row_count;
    int counts[VALIDATION_NOT_RUN + 1]; /* rows by status */
    ValidationErrors ours;
    ValidationErrors null;
    ValidationErrors memory;                     /* of the peak memory, of rows that print it */
    ValidationErrors ours_of_stage[ZERO_STAGES]; /* by the plan's ZeRO stage, 0..3 */
    ValidationErrors null_of_stage[ZERO_STAGES];
    const ValidationAssumption *assumptions; /* in order of first appearance */
    int assumption_count;
    const char *const *unread_columns; /* of the table, that no row was read from */
    int unread_column_count;
} Validation;

typedef struct ValidationOptions {
    Catalogue catalogue;
    int threads; /* 0 = as many as cores are online */

    /* As in ParallelWork; may be NULL. */
    void (*progress)(void *context, int done, int total);
    void *context;
} ValidationOptions;

/* Runs all rows; the result belongs to the arena and refers to the table. */
const Validation *validation_run(const CsvTable *table, const ValidationOptions *options, Arena *arena);

#endif
