#include "scenarios/validation/interval_coverage.h"

#include <gsl/gsl_math.h>
#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "models/account/step_interval.h"
#include "scenarios/calibration/residual_spread.h"

/* A tenth of rows should be above the upper bound. */
static const double BELOW_FRACTION = 0.9;

static bool has_interval(const ValidationRow *row) {
    return row->status == VALIDATION_RAN && row->high_s > 0;
}

static SoftwareKnown software_of(const ValidationRow *row) {
    return row->run.spec.job_count > 0 ? row->run.spec.jobs[0].software : SOFTWARE_MEASURED;
}

static double residual_of(const ValidationRow *row) {
    return log(row->run.step_s / row->simulated_s);
}

/* With those spreads beside the constants'. */
static bool is_held(const ValidationRow *row, double down_spread, double up_spread) {
    double low = row->simulated_s * step_interval_factor(-hypot(row->down_spread, down_spread));
    double high = row->simulated_s * step_interval_factor(hypot(row->up_spread, up_spread));
    return row->run.step_s >= low && row->run.step_s <= high;
}

/* The spread that is left when the constants' mean variance is taken away; at least 0. */
static double rest_of(double residual_spread, double squares, int rows) {
    return sqrt(fmax(0, residual_spread * residual_spread - squares / rows));
}

/* Of the upper side: the interval's half of the normal distribution that a tenth of these residuals exceeds. */
static double upper_spread(double *residuals, int count) {
    gsl_sort(residuals, 1, (size_t)count);
    double most = gsl_stats_quantile_from_sorted_data(residuals, 1, (size_t)count, BELOW_FRACTION);
    return fmax(0, most) / log(step_interval_factor(1));
}

static SoftwareCoverage software_coverage(const Validation *validation, SoftwareKnown known, double *residuals) {
    SoftwareCoverage coverage = {.rest_spread = NAN, .others_spread = NAN};
    bool is_measured = known == SOFTWARE_MEASURED;
    double squares = 0;
    for (int i = 0; i < validation->row_count; i++) {
        const ValidationRow *row = &validation->rows[i];
        if (!has_interval(row) || software_of(row) != known)
            continue;
        double residual = residual_of(row), up = row->up_spread, down = row->down_spread;
        residuals[coverage.rows++] = is_measured ? fabs(residual) : residual;
        squares += is_measured ? (down * down + up * up) / 2 : up * up + STEP_FORM_SPREAD * STEP_FORM_SPREAD;
        coverage.held += row->run.step_s >= row->low_s && row->run.step_s <= row->high_s;
    }
    if (coverage.rows > 0)
        coverage.rest_spread =
            rest_of((is_measured ? residual_spread : upper_spread)(residuals, coverage.rows), squares, coverage.rows);
    return coverage;
}

IntervalCoverage interval_coverage_of(const Validation *validation, Arena *arena) {
    IntervalCoverage coverage = {.constant_spread = NAN, .residual_spread = NAN, .form_spread = NAN};
    double *residuals = ARENA_ARRAY(arena, validation->row_count, double), squares = 0;
    for (int known = 0; known < SOFTWARE_COUNT; known++) {
        coverage.software[known] = software_coverage(validation, (SoftwareKnown)known, residuals);
        coverage.held += coverage.software[known].held;
    }
    for (int i = 0; i < validation->row_count; i++) {
        const ValidationRow *row = &validation->rows[i];
        if (!has_interval(row))
            continue;
        residuals[coverage.rows++] = fabs(residual_of(row));
        squares += (row->down_spread * row->down_spread + row->up_spread * row->up_spread) / 2;
        coverage.held_by_constants += is_held(row, 0, 0);
    }
    if (coverage.rows == 0)
        return coverage;
    coverage.constant_spread = sqrt(squares / coverage.rows);
    coverage.residual_spread = residual_spread(residuals, coverage.rows);
    coverage.form_spread = rest_of(coverage.residual_spread, squares, coverage.rows);
    return coverage;
}

/* Root mean square of the rest, without file `left_out`; -1 = of all. */
static double rest_without(IntervalCoverage *const *files, int count, int left_out, SoftwareKnown known) {
    double squares = 0;
    int used = 0;
    for (int i = 0; i < count; i++) {
        if (i == left_out || files[i] == NULL || files[i]->software[known].rows == 0)
            continue;
        squares += gsl_pow_2(files[i]->software[known].rest_spread);
        used++;
    }
    return used > 0 ? sqrt(squares / used) : NAN;
}

static bool is_held_by_others(const ValidationRow *row, double others_spread) {
    if (isnan(others_spread))
        return row->run.step_s >= row->low_s && row->run.step_s <= row->high_s;
    if (software_of(row) == SOFTWARE_MEASURED)
        return is_held(row, others_spread, others_spread);
    return is_held(row, STEP_FORM_SPREAD, hypot(STEP_FORM_SPREAD, others_spread));
}

static void judge_by_others(IntervalCoverage *file, const Validation *validation) {
    for (int i = 0; i < validation->row_count; i++) {
        const ValidationRow *row = &validation->rows[i];
        if (!has_interval(row))
            continue;
        SoftwareCoverage *software = &file->software[software_of(row)];
        bool is_held_there = is_held_by_others(row, software->others_spread);
        software->held_left_out += is_held_there;
        file->held_left_out += is_held_there;
        file->has_left_out = file->has_left_out || !isnan(software->others_spread);
    }
}

void interval_coverage_leave_out(IntervalCoverage **files, const Validation *const *validations, int count) {
    for (int i = 0; i < count; i++) {
        if (files[i] == NULL)
            continue;
        for (int known = 0; known < SOFTWARE_COUNT; known++)
            files[i]->software[known].others_spread = rest_without(files, count, i, (SoftwareKnown)known);
        judge_by_others(files[i], validations[i]);
    }
}

static void add_file(IntervalCoverage *all, const IntervalCoverage *file) {
    all->rows += file->rows;
    all->held += file->held;
    all->held_by_constants += file->held_by_constants;
    all->held_left_out += file->held_left_out;
    all->has_left_out = all->has_left_out || file->has_left_out;
    for (int known = 0; known < SOFTWARE_COUNT; known++) {
        all->software[known].rows += file->software[known].rows;
        all->software[known].held += file->software[known].held;
        all->software[known].held_left_out += file->software[known].held_left_out;
    }
}

IntervalCoverage interval_coverage_all(IntervalCoverage *const *files, int count) {
    IntervalCoverage all = {.constant_spread = NAN, .residual_spread = NAN, .form_spread = NAN};
    for (int i = 0; i < count; i++)
        if (files[i] != NULL)
            add_file(&all, files[i]);
    for (int known = 0; known < SOFTWARE_COUNT; known++) {
        all.software[known].rest_spread = rest_without(files, count, -1, (SoftwareKnown)known);
        all.software[known].others_spread = NAN;
    }
    all.form_spread = all.software[SOFTWARE_MEASURED].rest_spread;
    return all;
}
