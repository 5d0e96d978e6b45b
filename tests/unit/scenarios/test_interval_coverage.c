#include <criterion/criterion.h>
#include <math.h>

#include "models/account/step_interval.h"
#include "scenarios/validation/interval_coverage.h"

enum { ROWS = 5 };

/* Rows of the same spread, measured at so many standard deviations of it from what is simulated. */
static Validation rows_at(const double *deviations, double spread, ValidationRow *rows) {
    for (int i = 0; i < ROWS; i++) {
        rows[i] = (ValidationRow){.status = VALIDATION_RAN, .simulated_s = 2.385};
        rows[i].run.step_s = 2.385 * exp(deviations[i] * spread);
        rows[i].down_spread = rows[i].up_spread = spread;
        rows[i].low_s = 2.385 * exp(-1.5 * spread);
        rows[i].high_s = 2.385 * exp(1.5 * spread);
    }
    return (Validation){.rows = rows, .row_count = ROWS};
}

Test(interval_coverage, rows_within_are_counted_with_and_without_what_is_not_modelled) {
    static const double DEVIATIONS[ROWS] = {0.2, -1.2, 1.4, -1.6, 3.1};
    ValidationRow rows[ROWS];
    Arena *arena = arena_create();
    Validation validation = rows_at(DEVIATIONS, 0.1, rows);
    IntervalCoverage coverage = interval_coverage_of(&validation, arena);
    cr_assert_eq(coverage.rows, 5);
    cr_assert_eq(coverage.held, 3, "within 1.5 deviations");
    cr_assert_eq(coverage.held_by_constants, 2, "within 1.28");
    cr_assert_float_eq(coverage.constant_spread, 0.1, 1e-12);
    /* Four fifths of the way from the first to the last of 0.2 1.2 1.4 1.6 3.1 lies at 1.6 + 0.2 * 1.5. */
    cr_assert_float_eq(coverage.residual_spread, 0.19 / 1.2815515655446004, 1e-9);
    cr_assert_float_eq(coverage.form_spread, sqrt(pow(coverage.residual_spread, 2) - 0.01), 1e-9);
    arena_destroy(arena);
}

Test(interval_coverage, a_file_left_out_gets_the_rest_of_the_others) {
    static const double NARROW[ROWS] = {0.2, -0.3, 0.4, -0.1, 0.5}, WIDE[ROWS] = {2, -2, 2, -2, 2};
    ValidationRow rows[3][ROWS];
    Validation files[] = {rows_at(NARROW, 0.1, rows[0]), rows_at(WIDE, 0.1, rows[1]), rows_at(WIDE, 0.1, rows[2])};
    const Validation *validations[] = {&files[0], &files[1], NULL, &files[2]};
    Arena *arena = arena_create();
    IntervalCoverage coverage[] = {interval_coverage_of(&files[0], arena), interval_coverage_of(&files[1], arena),
                                   interval_coverage_of(&files[2], arena)};
    IntervalCoverage *list[] = {&coverage[0], &coverage[1], NULL, &coverage[2]};
    double wide = sqrt(pow(0.2 / 1.2815515655446004, 2) - 0.01);
    interval_coverage_leave_out(list, validations, 4);
    const IntervalCoverage all = interval_coverage_all(list, 4);
    cr_assert_float_eq(all.form_spread, wide * sqrt(2 / 3.0), 1e-9);
    cr_assert_eq(all.rows, 15);
    cr_assert_float_eq(coverage[0].software[SOFTWARE_MEASURED].others_spread, wide, 1e-9);
    cr_assert_float_eq(coverage[1].software[SOFTWARE_MEASURED].others_spread, wide / sqrt(2), 1e-9);
    cr_assert_eq(coverage[0].held_left_out, 5);
    cr_assert_eq(coverage[1].held_left_out, 0);
    arena_destroy(arena);
}

/* A longest tenth of four rows, 0.2 0.3 1.0 1.4 by 0.1, ends seven tenths of the way from the third to the fourth. */
Test(interval_coverage, software_that_was_not_measured_is_judged_by_its_longer_steps) {
    static const double LONGER[ROWS] = {2, 3, 10, 14, 0.5}, SHORTER[ROWS] = {-2, -3, -1, -4, -2};
    ValidationRow rows[2][ROWS];
    Validation files[] = {rows_at(LONGER, 0.1, rows[0]), rows_at(SHORTER, 0.1, rows[1])};
    const Validation *validations[] = {&files[0], &files[1]};
    JobSpec unknown = {.software = SOFTWARE_UNKNOWN};
    for (int i = 0; i < 4; i++)
        rows[0][i].run.spec = (SimulationSpec){.jobs = &unknown, .job_count = 1};
    rows[1][2].run.spec = (SimulationSpec){.jobs = &unknown, .job_count = 1};
    Arena *arena = arena_create();
    IntervalCoverage coverage[] = {interval_coverage_of(&files[0], arena), interval_coverage_of(&files[1], arena)};
    IntervalCoverage *list[] = {&coverage[0], &coverage[1]};
    interval_coverage_leave_out(list, validations, 2);
    const SoftwareCoverage *software = &coverage[0].software[SOFTWARE_UNKNOWN];
    double constants = 0.01 + STEP_FORM_SPREAD * STEP_FORM_SPREAD;
    cr_assert_eq(coverage[0].software[SOFTWARE_MEASURED].rows, 1);
    cr_assert_eq(software->rows, 4);
    cr_assert_float_eq(software->rest_spread, sqrt(pow(1.28 / 1.2815515655446004, 2) - constants), 1e-9);
    cr_assert_eq(coverage[1].software[SOFTWARE_UNKNOWN].rest_spread, 0, "shorter steps are not of the software");
    cr_assert_float_eq(coverage[1].software[SOFTWARE_UNKNOWN].others_spread, software->rest_spread, 1e-12);
    cr_assert_eq(software->held_left_out, 0, "the other file's rest is 0");
    cr_assert_eq(coverage[1].software[SOFTWARE_UNKNOWN].held_left_out, 1);
    cr_assert_eq(coverage[0].held + coverage[1].held, 2);
    arena_destroy(arena);
}

Test(interval_coverage, rows_without_an_interval_are_left_out) {
    ValidationRow rows[2] = {{.status = VALIDATION_RAN, .simulated_s = 1.3}, {.status = VALIDATION_NOT_RUN}};
    Validation validation = {.rows = rows, .row_count = 2};
    Arena *arena = arena_create();
    IntervalCoverage coverage = interval_coverage_of(&validation, arena);
    cr_assert_eq(coverage.rows, 0);
    cr_assert(isnan(coverage.form_spread));
    arena_destroy(arena);
}
