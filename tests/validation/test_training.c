/*
 * Step times of whole training runs against published ones. The tables are read from ../shared/data/training-measured;
 * without them those tests are skipped. No constant of the model was fitted to these rows. Beside our error stands that
 * of the null model: every row at the median MFU of the file's other rows.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/experiment/validation.h"

static const char *const SC21 = "../shared/data/training-measured/megatron_sc21.csv";
static const char *const KORTHIKANTI = "../shared/data/training-measured/korthikanti_table5.csv";
static const char *const EXAMPLE = "scenarios/measured/example.csv";
static const double MOST_ERROR_FRACTION = 0.08;

/* A tree without the file skips the test. */
static const Validation *validate_file(const char *file, Arena *arena) {
    static const char *const ROOTS[] = {"scenarios"};
    if (access(file, R_OK) != 0) {
        arena_destroy(arena);
        cr_skip_test("no file %s", file);
    }
    ErrorList errors;
    error_list_init(&errors, arena);
    const CsvTable *table = csv_read_file(file, arena, &errors);
    cr_assert_not_null(table);
    cr_assert(measured_run_check_columns(table, &errors));
    ValidationOptions options = {.catalogue = {.roots = ROOTS, .root_count = 1}};
    const Validation *validation = validation_run(table, &options, arena);
    fprintf(stderr, "%s: %d rows, mean absolute error %.2f %%, bias %+.2f %%, worst %+.2f %%; null model %.2f %%\n",
            file, validation->ours.rows, 100 * validation->ours.mean_absolute_fraction,
            100 * validation->ours.bias_fraction, 100 * validation->ours.worst_fraction,
            100 * validation->null.mean_absolute_fraction);
    return validation;
}

static void expect_good(const Validation *validation, int rows) {
    cr_assert_eq(validation->ours.rows, rows);
    cr_assert_eq(validation->counts[VALIDATION_OUT_OF_MEMORY], 0);
    cr_assert_leq(validation->ours.mean_absolute_fraction, MOST_ERROR_FRACTION);
    cr_assert_lt(validation->ours.mean_absolute_fraction, validation->null.mean_absolute_fraction);
}

Test(training, megatron_sc21_is_met_within_8_percent_and_better_than_the_null_model) {
    Arena *arena = arena_create();
    const Validation *validation = validate_file(SC21, arena);
    expect_good(validation, 16);
    arena_destroy(arena);
}

Test(training, rows_with_zero_3_are_named_as_not_run) {
    Arena *arena = arena_create();
    const Validation *validation = validate_file(SC21, arena);
    int rows = 0;
    for (int i = 0; i < validation->row_count; i++) {
        const ValidationRow *row = &validation->rows[i];
        if (row->run.reason == NULL || strcmp(row->run.reason, "ZeRO-3 is not modelled yet") != 0)
            continue;
        cr_assert_eq(row->status, VALIDATION_NOT_RUN);
        rows++;
    }
    cr_assert_eq(rows, 6);
    arena_destroy(arena);
}

Test(training, korthikanti_table_5_is_met_within_8_percent_and_better_than_the_null_model) {
    Arena *arena = arena_create();
    const Validation *validation = validate_file(KORTHIKANTI, arena);
    expect_good(validation, 8);
    arena_destroy(arena);
}

Test(training, the_example_table_is_met_within_8_percent_and_better_than_the_null_model) {
    Arena *arena = arena_create();
    cr_assert_eq(access(EXAMPLE, R_OK), 0);
    const Validation *validation = validate_file(EXAMPLE, arena);
    expect_good(validation, 2);
    arena_destroy(arena);
}
