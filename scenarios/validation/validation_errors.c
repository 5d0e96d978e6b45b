#include "scenarios/validation/validation_errors.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

static const double TENTH = 0.9;

ValidationErrors validation_errors_of(double *values, int count) {
    ValidationErrors errors = {0, NAN, NAN, NAN, NAN, NAN};
    double sum = 0, absolute_sum = 0, worst = 0;
    for (int i = 0; i < count; i++) {
        if (isnan(values[i]))
            continue;
        sum += values[i];
        absolute_sum += fabs(values[i]);
        worst = fabs(values[i]) > fabs(worst) ? values[i] : worst;
        values[errors.rows++] = fabs(values[i]);
    }
    if (errors.rows == 0)
        return errors;
    size_t rows = (size_t)errors.rows;
    gsl_sort(values, 1, rows);
    errors.median_absolute_fraction = gsl_stats_median_from_sorted_data(values, 1, rows);
    errors.tenth_fraction = gsl_stats_quantile_from_sorted_data(values, 1, rows, TENTH);
    errors.mean_absolute_fraction = absolute_sum / errors.rows;
    errors.bias_fraction = sum / errors.rows;
    errors.worst_fraction = worst;
    return errors;
}
