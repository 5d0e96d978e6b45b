/*
 * row_keys: which measured rows of a table are alike: every column that says what was run, as a number that is equal
 * where the texts are, so that rows can be grouped and paired. Data parallelism follows from the other columns and is
 * none of them; batch and gradient accumulation are those of the resolved plan, since rows may state either.
 */
#ifndef SCENARIOS_VALIDATION_ROW_KEYS_H
#define SCENARIOS_VALIDATION_ROW_KEYS_H

#include "scenarios/validation/validation.h"

typedef enum RowColumn {
    ROW_GPU, /* hardware and plan come first: ROW_KNOBS of them */
    ROW_GPUS,
    ROW_GPUS_PER_NODE,
    ROW_INTERCONNECT,
    ROW_PRECISION,
    ROW_TENSOR,
    ROW_PIPELINE,
    ROW_CHUNKS,
    ROW_CONTEXT,
    ROW_EXPERT,
    ROW_SHARDING,
    ROW_MICRO_BATCH,
    ROW_ACCUMULATION,
    ROW_BATCH,
    ROW_RECOMPUTE,
    ROW_KNOBS,
    ROW_RELEASE = ROW_KNOBS,
    ROW_SOURCE,
    ROW_MODEL,
    ROW_PARAMETERS,
    ROW_HIDDEN,
    ROW_LAYERS,
    ROW_HEADS,
    ROW_KV_HEADS,
    ROW_FFN,
    ROW_VOCAB,
    ROW_SEQUENCE,
    ROW_COLUMNS
} RowColumn;

/* A set of columns. */
typedef uint32_t RowSet;
#define ROW_BIT(column) ((RowSet)1 << (column))
#define ROW_ALL         (ROW_BIT(ROW_COLUMNS) - 1)

typedef struct RowKeys {
    const Validation *validation;
    const int64_t (*keys)[ROW_COLUMNS]; /* [row] */
    const bool *ran;                    /* [row]: only such rows have keys and are alike to anything */
} RowKeys;

/* Of all rows; the result belongs to the arena. */
RowKeys row_keys_of(const Validation *validation, Arena *arena);

/* The columns in which two rows differ. */
RowSet row_keys_difference(const RowKeys *keys, int one, int other);

/* True when no row before this one ran and is equal in `columns`. */
bool row_keys_is_first(const RowKeys *keys, int row, RowSet columns);

/* The column's name in the table. */
const char *row_column_name(RowColumn column);

/* Tokens per second and GPU of a row that takes so long. */
double row_keys_throughput(const ValidationRow *row, double step_s);

#endif
