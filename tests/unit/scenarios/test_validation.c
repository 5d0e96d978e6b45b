#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "scenarios/validation/validation.h"
#include "tests/unit/scenarios/reading.h"

static const char HEAD[] = "release,model,params_b,hidden,layers,heads,vocab,seq_tokens,gpu,gpus,gpus_per_node,"
                           "precision,tp,pp,dp,micro_batch_seqs,global_batch_seqs,recompute,step_time_s\n";

/* A model of 1.2 B on 8 GPUs, measured at so many seconds, in micro-batches of so many sequences. */
static const char *small_row(Reading *reading, int micro_batch, const char *step_s) {
    return arena_format(reading->arena,
                        "2021-04,small,1.2,2048,24,16,51200,1024,A100-SXM4-80GB,8,8,fp16,1,1,8,%d,%d,full,%s\n",
                        micro_batch, 8 * micro_batch, step_s);
}

/* A model of 175 B on 8 GPUs, which cannot fit. */
static const char TOO_LARGE[] =
    "2021-04,huge,175,12288,96,96,51200,2048,A100-SXM4-80GB,8,8,fp16,8,1,1,1,8,full,33.17\n";

static const Validation *validate_text(Reading *reading, const char *rows, int threads) {
    static const char *const ROOTS[] = {"scenarios"};
    const char *text = arena_format(reading->arena, "%s%s", HEAD, rows);
    const CsvTable *table = csv_read_text(text, strlen(text), "t.csv", reading->arena, &reading->errors);
    cr_assert_not_null(table);
    ValidationOptions options = {.catalogue = {.roots = ROOTS, .root_count = 1}, .threads = threads};
    return validation_run(table, &options, reading->arena);
}

static const char *mixed_rows(Reading *reading) {
    return arena_format(reading->arena, "%s%s%s%s%s", small_row(reading, 4, "0.913"), TOO_LARGE,
                        small_row(reading, 8, "1.787"), small_row(reading, 16, ""), small_row(reading, 2, "0.517"));
}

Test(validation, rows_keep_their_order_and_are_counted_by_what_came_of_them) {
    Reading *reading = reading_create();
    const Validation *validation = validate_text(reading, mixed_rows(reading), 0);
    static const ValidationStatus EXPECTED[] = {VALIDATION_RAN, VALIDATION_OUT_OF_MEMORY, VALIDATION_RAN,
                                                VALIDATION_NOT_RUN, VALIDATION_RAN};
    cr_assert_eq(validation->row_count, 5);
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(validation->rows[i].status, EXPECTED[i], "row %d", i);
        cr_assert_eq(validation->rows[i].run.line, i + 2);
        cr_assert_eq(isnan(validation->rows[i].error_fraction) != 0, EXPECTED[i] != VALIDATION_RAN);
    }
    cr_assert_eq(validation->counts[VALIDATION_RAN], 3);
    cr_assert_eq(validation->counts[VALIDATION_OUT_OF_MEMORY], 1);
    cr_assert_eq(validation->counts[VALIDATION_NOT_RUN], 1);
    cr_assert_eq(validation->ours.rows, 3);
    cr_assert_gt(validation->rows[1].peak_bytes, validation->rows[1].capacity_bytes);
    reading_destroy(reading);
}

Test(validation, errors_are_relative_to_the_measurement) {
    Reading *reading = reading_create();
    const Validation *validation = validate_text(reading, mixed_rows(reading), 1);
    double sum = 0, absolute_sum = 0;
    for (int i = 0; i < validation->row_count; i++) {
        const ValidationRow *row = &validation->rows[i];
        if (row->status != VALIDATION_RAN)
            continue;
        double error = (row->simulated_s - row->run.step_s) / row->run.step_s;
        cr_assert_float_eq(row->error_fraction, error, 1e-12);
        sum += error;
        absolute_sum += fabs(error);
    }
    cr_assert_float_eq(validation->ours.bias_fraction, sum / 3, 1e-12);
    cr_assert_float_eq(validation->ours.mean_absolute_fraction, absolute_sum / 3, 1e-12);
    reading_destroy(reading);
}

/* Rows of one model on the same GPUs: the MFU is batch over time, up to a factor. */
Test(validation, the_null_model_is_the_median_mfu_of_the_other_rows) {
    Reading *reading = reading_create();
    const char *rows =
        arena_format(reading->arena, "%s%s%s%s", small_row(reading, 4, "1.0"), small_row(reading, 8, "1.6"),
                     small_row(reading, 2, "0.8"), small_row(reading, 4, "1.25"));
    const Validation *validation = validate_text(reading, rows, 2);
    /* batch / time: 4, 5, 2.5, 3.2; the medians of the others: 3.2, 3.2, 4, 4. */
    static const double EXPECTED_S[] = {4 / 3.2, 8 / 3.2, 2 / 4.0, 4 / 4.0};
    for (int i = 0; i < 4; i++)
        cr_assert_float_eq(validation->rows[i].null_s, EXPECTED_S[i], 1e-9, "row %d: %g", i,
                           validation->rows[i].null_s);
    cr_assert_float_eq(validation->rows[2].null_error_fraction, 0.5 / 0.8 - 1, 1e-9);
    cr_assert_float_eq(validation->null.mean_absolute_fraction, (0.25 + 0.5625 + 0.375 + 0.2) / 4, 1e-9);
    cr_assert_float_eq(validation->null.median_absolute_fraction, (0.25 + 0.375) / 2, 1e-9);
    cr_assert_float_eq(validation->null.bias_fraction, (0.25 + 0.5625 - 0.375 - 0.2) / 4, 1e-9);
    cr_assert_float_eq(validation->null.worst_fraction, 0.5625, 1e-9);
    reading_destroy(reading);
}

/* Of an even number of other rows it is the mean of the middle two, also when measurements are equal. */
Test(validation, the_null_model_of_an_even_number_of_rows_takes_the_mean_of_two) {
    Reading *reading = reading_create();
    const char *rows = arena_format(reading->arena, "%s%s%s", small_row(reading, 4, "1.0"),
                                    small_row(reading, 8, "2.0"), small_row(reading, 2, "1.0"));
    const Validation *validation = validate_text(reading, rows, 1);
    cr_assert_float_eq(validation->rows[0].null_s, 4 / 3.0, 1e-9);
    cr_assert_float_eq(validation->rows[1].null_s, 8 / 3.0, 1e-9);
    cr_assert_float_eq(validation->rows[2].null_s, 2 / 4.0, 1e-9);
    reading_destroy(reading);
}

Test(validation, rows_of_each_zero_stage_are_also_summed_up_by_themselves) {
    static const char *const ROWS[] = {"4,32,full,0.913,", "8,64,full,1.787,", "4,32,full,0.517,ZeRO-3"};
    static const int STAGES[] = {0, 0, 3};
    Reading *reading = reading_create();
    const char *text =
        "release,model,params_b,hidden,layers,heads,vocab,seq_tokens,gpu,gpus,gpus_per_node,precision,tp,"
        "pp,dp,micro_batch_seqs,global_batch_seqs,recompute,step_time_s,sharding\n";
    for (int i = 0; i < 3; i++)
        text =
            arena_format(reading->arena, "%s2021-04,small,1.2,2048,24,16,51200,1024,A100-SXM4-80GB,8,8,fp16,1,1,8,%s\n",
                         text, ROWS[i]);
    const CsvTable *table = csv_read_text(text, strlen(text), "t.csv", reading->arena, &reading->errors);
    static const char *const ROOTS[] = {"scenarios"};
    ValidationOptions options = {.catalogue = {.roots = ROOTS, .root_count = 1}};
    const Validation *validation = validation_run(table, &options, reading->arena);
    double sums[ZERO_STAGES] = {0};
    for (int i = 0; i < 3; i++)
        sums[STAGES[i]] += validation->rows[i].error_fraction;
    cr_assert_eq(validation->ours.rows, 3);
    cr_assert_eq(validation->ours_of_stage[0].rows, 2);
    cr_assert_float_eq(validation->ours_of_stage[0].bias_fraction, sums[0] / 2, 1e-12);
    cr_assert_eq(validation->ours_of_stage[1].rows + validation->ours_of_stage[2].rows, 0);
    cr_assert_float_eq(validation->ours_of_stage[3].bias_fraction, sums[3], 1e-12);
    cr_assert_float_eq(validation->null_of_stage[3].bias_fraction, validation->rows[2].null_error_fraction, 1e-12);
    reading_destroy(reading);
}

Test(validation, a_row_alone_has_no_null_model) {
    Reading *reading = reading_create();
    const Validation *validation = validate_text(reading, small_row(reading, 4, "0.913"), 3);
    cr_assert_not(isnan(validation->rows[0].error_fraction));
    cr_assert(isnan(validation->rows[0].null_s));
    cr_assert_eq(validation->null.rows, 0);
    cr_assert(isnan(validation->null.mean_absolute_fraction));
    cr_assert_eq(validation->ours.worst_fraction, validation->rows[0].error_fraction);
    reading_destroy(reading);
}

Test(validation, a_table_without_rows_has_no_errors_to_speak_of) {
    Reading *reading = reading_create();
    const Validation *validation = validate_text(reading, "", 0);
    cr_assert_eq(validation->row_count, 0);
    cr_assert_eq(validation->ours.rows, 0);
    cr_assert(isnan(validation->ours.median_absolute_fraction));
    reading_destroy(reading);
}

Test(validation, numbers_do_not_depend_on_the_number_of_threads) {
    Reading *reading = reading_create();
    const Validation *alone = validate_text(reading, mixed_rows(reading), 1);
    const Validation *crowd = validate_text(reading, mixed_rows(reading), 5);
    for (int i = 0; i < alone->row_count; i++) {
        cr_assert_eq(memcmp(&alone->rows[i].simulated_s, &crowd->rows[i].simulated_s, sizeof(double)), 0);
        cr_assert_eq(memcmp(&alone->rows[i].null_s, &crowd->rows[i].null_s, sizeof(double)), 0);
    }
    reading_destroy(reading);
}

Test(validation, an_assumption_is_listed_once_with_its_rows) {
    Reading *reading = reading_create();
    const Validation *validation = validate_text(reading, mixed_rows(reading), 0);
    int found = 0;
    for (int i = 0; i < validation->assumption_count; i++)
        if (strcmp(validation->assumptions[i].sentence, "vp is not stated: 1.") == 0)
            found += validation->assumptions[i].rows;
    cr_assert_eq(found, 4, "of five rows one was not run, found %d", found);
    reading_destroy(reading);
}

Test(validation, columns_that_nobody_reads_are_named) {
    Reading *reading = reading_create();
    static const char TEXT[] = "hidden,layers,heads,seq_tokens,gpu,gpus,micro_batch_seqs,step_time_s,shoe size\n";
    const CsvTable *table = csv_read_text(TEXT, strlen(TEXT), "t.csv", reading->arena, &reading->errors);
    const Validation *validation = validation_run(table, &(ValidationOptions){.threads = 1}, reading->arena);
    cr_assert_eq(validation->unread_column_count, 1);
    cr_assert_str_eq(validation->unread_columns[0], "shoe size");
    reading_destroy(reading);
}
