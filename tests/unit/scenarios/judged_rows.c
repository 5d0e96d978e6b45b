#include "tests/unit/scenarios/judged_rows.h"

#include <inttypes.h>
#include <math.h>

enum { COLUMNS = 4 };

static void fill(ValidationRow *row, const JudgedRow *given, int line, Arena *arena) {
    JobSpec *job = ARENA_NEW(arena, JobSpec);
    job->gpus = given->gpus;
    job->training.sequence_tokens = 1024;
    job->training.plan.global_batch_seqs = given->batch;
    job->training.plan.gradient_accumulation = given->accumulation;
    row->run = (MeasuredRun){.line = line, .model = given->model, .step_s = given->measured_s, .spec.jobs = job};
    row->simulated_s = given->simulated_s;
    row->status = isnan(given->simulated_s) ? VALIDATION_OUT_OF_MEMORY : VALIDATION_RAN;
}

RowKeys judged_rows(const JudgedRow *rows, int count, Arena *arena) {
    static const char *const NAMES[COLUMNS] = {"model", "tp", "precision", "gpus"};
    CsvRow *lines = ARENA_ARRAY(arena, count, CsvRow);
    Validation *validation = ARENA_NEW(arena, Validation);
    validation->rows = ARENA_ARRAY(arena, count, ValidationRow);
    validation->row_count = count;
    for (int i = 0; i < count; i++) {
        const char **cells = ARENA_ARRAY(arena, COLUMNS, const char *);
        cells[0] = rows[i].model;
        cells[1] = rows[i].tensor;
        cells[2] = rows[i].precision;
        cells[3] = arena_format(arena, "%" PRId64, rows[i].gpus);
        lines[i] = (CsvRow){.line = i + 2, .cells = cells};
        fill(&validation->rows[i], &rows[i], i + 2, arena);
    }
    CsvTable *table = ARENA_NEW(arena, CsvTable);
    *table = (CsvTable){.file = "t.csv", .columns = NAMES, .column_count = COLUMNS, .rows = lines, .row_count = count};
    validation->table = table;
    return row_keys_of(validation, arena);
}
