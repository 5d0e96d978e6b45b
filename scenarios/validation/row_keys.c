#include "scenarios/validation/row_keys.h"

#include <string.h>

#include "sim/engine/check.h"

static const char *const NAMES[ROW_COLUMNS] = {"gpu",
                                               "gpus",
                                               "gpus_per_node",
                                               "interconnect",
                                               "precision",
                                               "tp",
                                               "pp",
                                               "vp",
                                               "cp",
                                               "ep",
                                               "sharding",
                                               "micro_batch_seqs",
                                               "grad_accum",
                                               "global_batch_seqs",
                                               "recompute",
                                               "release",
                                               "source",
                                               "model",
                                               "params_b",
                                               "hidden",
                                               "layers",
                                               "heads",
                                               "kv_heads",
                                               "ffn_hidden",
                                               "vocab",
                                               "seq_tokens"};

const char *row_column_name(RowColumn column) {
    CHECK(column >= 0 && column < ROW_COLUMNS);
    return NAMES[column];
}

/* The first row with the same text in the column: equal for equal texts, also for empty ones. */
static int64_t text_key(const CsvTable *table, int column, int row) {
    int first = 0;
    while (column >= 0 && strcmp(table->rows[first].cells[column], table->rows[row].cells[column]) != 0)
        first++;
    return first;
}

static int64_t key_of(const Validation *validation, RowColumn column, int row) {
    const PlanSpec *plan = &validation->rows[row].run.spec.jobs[0].training.plan;
    if (column == ROW_BATCH)
        return plan->global_batch_seqs;
    if (column == ROW_ACCUMULATION)
        return plan->gradient_accumulation;
    return text_key(validation->table, csv_column(validation->table, NAMES[column]), row);
}

RowKeys row_keys_of(const Validation *validation, Arena *arena) {
    int64_t(*keys)[ROW_COLUMNS] = arena_array(arena, (size_t)validation->row_count, sizeof *keys);
    bool *ran = ARENA_ARRAY(arena, validation->row_count, bool);
    for (int row = 0; row < validation->row_count; row++) {
        ran[row] = validation->rows[row].status == VALIDATION_RAN;
        for (int column = 0; ran[row] && column < ROW_COLUMNS; column++)
            keys[row][column] = key_of(validation, (RowColumn)column, row);
    }
    return (RowKeys){.validation = validation, .keys = (const int64_t(*)[ROW_COLUMNS])keys, .ran = ran};
}

RowSet row_keys_difference(const RowKeys *keys, int one, int other) {
    RowSet set = 0;
    for (int column = 0; column < ROW_COLUMNS; column++)
        if (keys->keys[one][column] != keys->keys[other][column])
            set |= ROW_BIT(column);
    return set;
}

bool row_keys_is_first(const RowKeys *keys, int row, RowSet columns) {
    for (int before = 0; before < row; before++)
        if (keys->ran[before] && (row_keys_difference(keys, before, row) & columns) == 0)
            return false;
    return keys->ran[row];
}

double row_keys_throughput(const ValidationRow *row, double step_s) {
    const JobSpec *job = &row->run.spec.jobs[0];
    double tokens = (double)job->training.plan.global_batch_seqs * (double)job->training.sequence_tokens;
    return tokens / (step_s * (double)job->gpus);
}
