#include "scenarios/experiment/interval_coverage.h"

#include <math.h>

#include "models/account/step_interval.h"
#include "scenarios/experiment/residual_spread.h"

static bool has_interval(const ValidationRow *row) {
    return row->status == VALIDATION_RAN && row->high_s > 0;
}

static bool is_held(const ValidationRow *row, double form_spread) {
    double low = row->simulated_s * step_interval_factor(-hypot(row->down_spread, form_spread));
    double high = row->simulated_s * step_interval_factor(hypot(row->up_spread, form_spread));
    return row->run.step_s >= low && row->run.step_s <= high;
}

IntervalCoverage interval_coverage_of(const Validation *validation, Arena *arena) {
    IntervalCoverage coverage = {
        .constant_spread = NAN, .residual_spread = NAN, .form_spread = NAN, .others_spread = NAN};
    double *residuals = ARENA_ARRAY(arena, validation->row_count, double), squares = 0;
    for (int i = 0; i < validation->row_count; i++) {
        const ValidationRow *row = &validation->rows[i];
        if (!has_interval(row))
            continue;
        residuals[coverage.rows++] = fabs(log(row->run.step_s / row->simulated_s));
        squares += (row->down_spread * row->down_spread + row->up_spread * row->up_spread) / 2;
        coverage.held += row->run.step_s >= row->low_s && row->run.step_s <= row->high_s;
        coverage.held_by_constants += is_held(row, 0);
    }
    if (coverage.rows == 0)
        return coverage;
    coverage.constant_spread = sqrt(squares / coverage.rows);
    coverage.residual_spread = residual_spread(residuals, coverage.rows);
    coverage.form_spread = sqrt(fmax(0, coverage.residual_spread * coverage.residual_spread - squares / coverage.rows));
    return coverage;
}

/* Root mean square of the rest, without file `left_out`; -1 = of all. */
static double rest_without(IntervalCoverage *const *files, int count, int left_out) {
    double squares = 0;
    int used = 0;
    for (int i = 0; i < count; i++) {
        if (i == left_out || files[i] == NULL || files[i]->rows == 0)
            continue;
        squares += files[i]->form_spread * files[i]->form_spread;
        used++;
    }
    return used > 0 ? sqrt(squares / used) : NAN;
}

double interval_coverage_form_spread(IntervalCoverage *const *files, int count) {
    return rest_without(files, count, -1);
}

void interval_coverage_leave_out(IntervalCoverage **files, const Validation *const *validations, int count) {
    for (int i = 0; i < count; i++) {
        if (files[i] == NULL)
            continue;
        files[i]->others_spread = rest_without(files, count, i);
        for (int row = 0; row < validations[i]->row_count && !isnan(files[i]->others_spread); row++)
            files[i]->held_left_out += has_interval(&validations[i]->rows[row]) &&
                                       is_held(&validations[i]->rows[row], files[i]->others_spread);
    }
}
