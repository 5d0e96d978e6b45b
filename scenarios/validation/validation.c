#include "scenarios/validation/validation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/simulation.h"
#include "scenarios/experiment/parallel.h"

static double compared_bytes(const MemoryResults *memory, MemoryKind kind) {
    switch (kind) {
    case MEMORY_ALLOCATED:
        return memory->allocated_bytes;
    case MEMORY_RESERVED:
        return memory->reserved_bytes;
    case MEMORY_PROCESS:
        break;
    }
    return memory->total_bytes;
}

static void simulate_row(void *context, int index) {
    ValidationRow *row = &((Validation *)context)->rows[index];
    if (row->status == VALIDATION_NOT_RUN)
        return;
    SimulationSpec spec = row->run.spec;
    spec.only_times = true;
    Arena *arena = arena_create();
    const Results *results = simulation_run(&spec, arena);
    for (int i = 0; i < results->memory_count && results->status != RUN_TOO_LONG; i++) {
        const MemoryResults *memory = &results->memory[i];
        if (i > 0 && memory->total_bytes <= row->peak_bytes)
            continue;
        row->peak_bytes = memory->total_bytes;
        row->compared_bytes = compared_bytes(memory, row->run.peak_kind);
        row->capacity_bytes = memory->capacity_bytes;
    }
    switch (results->status) {
    case RUN_OK:
        row->simulated_s = (double)results->step * 1e-9;
        row->error_fraction = row->simulated_s / row->run.step_s - 1;
        row->low_s = results->interval.low_s;
        row->high_s = results->interval.high_s;
        row->down_spread = results->interval.down_spread;
        row->up_spread = results->interval.up_spread;
        break;
    case RUN_OUT_OF_MEMORY:
        row->status = VALIDATION_OUT_OF_MEMORY;
        break;
    case RUN_TOO_LONG:
    case RUN_STOPPED:
        row->status = VALIDATION_NOT_RUN;
        row->run.reason = "the step does not end in the model";
        break;
    }
    if (row->run.peak_bytes > 0)
        row->memory_error_fraction = row->compared_bytes / row->run.peak_bytes - 1;
    arena_destroy(arena);
}

static int compare_numbers(const void *one, const void *other) {
    double first = *(const double *)one, second = *(const double *)other;
    return (first > second) - (first < second);
}

/* Step time of the row at an MFU of 1. */
static double ideal_seconds(const ValidationRow *row) {
    const JobSpec *job = &row->run.spec.jobs[0];
    const TrainingSpec *training = &job->training;
    double flop =
        transformer_model_flop(&training->model, training->sequence_tokens) * (double)training->plan.global_batch_seqs;
    return flop / (row->run.spec.cluster.node.gpu.peak_flop_per_s[training->plan.precision] * (double)job->gpus);
}

/* The median without one of the sorted values. */
static double median_without(const double *sorted, int count, int left_out) {
    int rest = count - 1, middle = rest / 2;
    if (rest < 1)
        return NAN;
    double upper = sorted[middle < left_out ? middle : middle + 1];
    double lower = middle > 0 ? sorted[middle - 1 < left_out ? middle - 1 : middle] : upper;
    return rest % 2 == 1 ? upper : (lower + upper) / 2;
}

static int find_number(const double *sorted, int count, double value) {
    const double *found = bsearch(&value, sorted, (size_t)count, sizeof value, compare_numbers);
    return (int)(found - sorted);
}

static void compare_null_model(Validation *validation, Arena *arena) {
    double *mfu = ARENA_ARRAY(arena, validation->row_count, double);
    int count = 0;
    for (int i = 0; i < validation->row_count; i++)
        if (validation->rows[i].status == VALIDATION_RAN)
            mfu[count++] = ideal_seconds(&validation->rows[i]) / validation->rows[i].run.step_s;
    qsort(mfu, (size_t)count, sizeof *mfu, compare_numbers);
    for (int i = 0; i < validation->row_count; i++) {
        ValidationRow *row = &validation->rows[i];
        if (row->status != VALIDATION_RAN)
            continue;
        double ideal_s = ideal_seconds(row);
        row->null_s = ideal_s / median_without(mfu, count, find_number(mfu, count, ideal_s / row->run.step_s));
        row->null_error_fraction = row->null_s / row->run.step_s - 1;
    }
}

enum { ANY_STAGE = -1 };

static bool is_of_stage(const ValidationRow *row, int stage) {
    return stage == ANY_STAGE ||
           (row->status == VALIDATION_RAN && plan_zero_stage(&row->run.spec.jobs[0].training.plan) == stage);
}

/* Errors of the rows of a ZeRO stage. */
static void summarise_stage(Validation *validation, int stage, Arena *arena, ValidationErrors *ours,
                            ValidationErrors *null) {
    double *values = ARENA_ARRAY(arena, 2 * validation->row_count, double);
    int count = 0;
    for (int i = 0; i < validation->row_count; i++) {
        if (!is_of_stage(&validation->rows[i], stage))
            continue;
        values[count] = validation->rows[i].error_fraction;
        values[validation->row_count + count++] = validation->rows[i].null_error_fraction;
    }
    *ours = validation_errors_of(values, count);
    *null = validation_errors_of(values + validation->row_count, count);
}

static void summarise_rows(Validation *validation, Arena *arena) {
    double *memory = ARENA_ARRAY(arena, validation->row_count, double);
    for (int i = 0; i < validation->row_count; i++) {
        validation->counts[validation->rows[i].status]++;
        memory[i] = validation->rows[i].memory_error_fraction;
    }
    validation->memory = validation_errors_of(memory, validation->row_count);
    summarise_stage(validation, ANY_STAGE, arena, &validation->ours, &validation->null);
    for (int stage = 0; stage < ZERO_STAGES; stage++)
        summarise_stage(validation, stage, arena, &validation->ours_of_stage[stage], &validation->null_of_stage[stage]);
}

typedef struct AssumptionList {
    ValidationAssumption *items;
    int count;
} AssumptionList;

static void count_assumption(AssumptionList *list, const char *sentence) {
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->items[i].sentence, sentence) == 0) {
            list->items[i].rows++;
            return;
        }
    list->items[list->count++] = (ValidationAssumption){.sentence = sentence, .rows = 1};
}

static void collect_assumptions(Validation *validation, Arena *arena) {
    int most = 0;
    for (int i = 0; i < validation->row_count; i++)
        most += validation->rows[i].run.assumption_count;
    AssumptionList list = {.items = ARENA_ARRAY(arena, most, ValidationAssumption)};
    for (int i = 0; i < validation->row_count; i++) {
        const ValidationRow *row = &validation->rows[i];
        for (int j = 0; row->status != VALIDATION_NOT_RUN && j < row->run.assumption_count; j++)
            count_assumption(&list, row->run.assumptions[j]);
    }
    validation->assumptions = list.items;
    validation->assumption_count = list.count;
}

static void collect_unread_columns(Validation *validation, const CsvTable *table, Arena *arena) {
    const char **columns = ARENA_ARRAY(arena, table->column_count, const char *);
    for (int i = 0; i < table->column_count; i++)
        if (!measured_run_knows_column(table->columns[i]))
            columns[validation->unread_column_count++] = table->columns[i];
    validation->unread_columns = columns;
}

const Validation *validation_run(const CsvTable *table, const ValidationOptions *options, Arena *arena) {
    Validation *validation = ARENA_NEW(arena, Validation);
    validation->file = table->file;
    validation->table = table;
    validation->row_count = table->row_count;
    validation->rows = ARENA_ARRAY(arena, table->row_count, ValidationRow);
    for (int i = 0; i < table->row_count; i++) {
        ValidationRow *row = &validation->rows[i];
        *row = (ValidationRow){.simulated_s = NAN,
                               .error_fraction = NAN,
                               .null_s = NAN,
                               .null_error_fraction = NAN,
                               .peak_bytes = NAN,
                               .compared_bytes = NAN,
                               .capacity_bytes = NAN,
                               .memory_error_fraction = NAN};
        row->run = measured_run_read(table, i, &options->catalogue, arena);
        row->status = row->run.reason == NULL ? VALIDATION_RAN : VALIDATION_NOT_RUN;
    }
    ParallelWork work = {.count = table->row_count,
                         .work = simulate_row,
                         .progress = options->progress,
                         .context = validation,
                         .progress_context = options->context};
    parallel_run(&work, options->threads);
    compare_null_model(validation, arena);
    summarise_rows(validation, arena);
    collect_assumptions(validation, arena);
    collect_unread_columns(validation, table, arena);
    return validation;
}
