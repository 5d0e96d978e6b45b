/*
 * memory_table: a table of measured memory of one GPU, by recomputation technique: GiB of parameters with their
 * optimizer's state, and of activations, or these as percent of what they are without recomputation and sequence
 * parallelism. Columns: model, mode, params_optimizer_gib, activations_gib, activation_pct_of_none. The plans of its
 * models are those of Table 3 of Korthikanti et al. 2022 (arXiv 2205.05198): 8-way tensor parallel, sequences of 2,048,
 * vocabulary 51,200, on A100-80; the first stage holds most and is compared.
 *
 * Compared are the layers alone, without embedding and head, because the paper's Figures 1 and 7 show no more: their
 * state is 18 bytes of 12 L h^2 / (t p) parameters to the last digit, their activations are equations 2 to 5.
 */
#ifndef SCENARIOS_VALIDATION_MEMORY_TABLE_H
#define SCENARIOS_VALIDATION_MEMORY_TABLE_H

#include <stdbool.h>

#include "scenarios/reader/csv.h"
#include "scenarios/validation/validation_errors.h"

/* NaN where the row says nothing, or was not run. */
typedef struct MemoryRow {
    int line;
    const char *model;
    const char *mode;
    const char *reason; /* why it cannot be compared; NULL = it can */
    double state_gib;   /* measured: weights, gradients, optimizer */
    double state_error_fraction;
    double activations;    /* measured: GiB, or percent */
    bool is_percent;       /* of the activations of the same model without recomputation and sequence parallelism */
    double ours;           /* the model's, in the same unit */
    double error_fraction; /* of the activations */
} MemoryRow;

typedef struct MemoryTable {
    const char *file;
    MemoryRow *rows;
    int row_count;
    int compared; /* rows with at least one error */
    ValidationErrors state;
    ValidationErrors activations;
} MemoryTable;

/* True for a table with the columns of this kind. */
bool memory_table_is_one(const CsvTable *table);

/* Compares every row; the result belongs to the arena and refers to the table. */
const MemoryTable *memory_table_run(const CsvTable *table, Arena *arena);

#endif
