#include "scenarios/calibration/kernel_judge.h"

#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "scenarios/calibration/residual_spread.h"

static const double TENTH = 0.9;

/* Shorter ones are only right to 20 % (gpu.h), and short in a step that counts. */
static const double LONG_S = 10e-6;

/* Relative errors of the rows that judge a class. */
typedef struct Errors {
    double *found;
    double *signed_found;
    double *given;
    double *null;
    int count;
    double *found_log; /* of long kernels: |ln(simulated / measured)| */
    int long_count;
} Errors;

static double quantile(double *values, int count, double fraction) {
    if (count == 0)
        return NAN;
    gsl_sort(values, 1, (size_t)count);
    return gsl_stats_quantile_from_sorted_data(values, 1, (size_t)count, fraction);
}

static void add_error(Errors *errors, const KernelRow *row, const GpuSpec *given, const GpuSpec *found) {
    int at = errors->count++;
    errors->signed_found[at] = kernel_row_seconds(found, row) / row->seconds - 1;
    errors->found[at] = fabs(errors->signed_found[at]);
    errors->given[at] = fabs(kernel_row_seconds(given, row) / row->seconds - 1);
    errors->null[at] = fabs(kernel_row_null_seconds(given, row) / row->seconds - 1);
    if (row->seconds >= LONG_S)
        errors->found_log[errors->long_count++] = fabs(log1p(errors->signed_found[at]));
}

static void widen_ranges(KernelClass *judged, const KernelRow *row, bool is_first) {
    double size;
    const char *name;
    for (int i = 0; i < KERNEL_MOST_SIZES && kernel_row_size(row, i, &name, &size); i++) {
        KernelRange *range = &judged->ranges[i];
        *range = (KernelRange){.name = name,
                               .least = is_first ? size : fmin(range->least, size),
                               .most = is_first ? size : fmax(range->most, size)};
    }
}

/* False when the class has no rows. */
static bool judge_class(const KernelRows *rows, const GpuSpec *given, const GpuSpec *found, KernelClass *judged,
                        Errors *errors) {
    errors->count = errors->long_count = 0;
    for (int i = 0; i < rows->count; i++) {
        const KernelRow *row = rows->items[i];
        if (row->kind != judged->kind || kernel_row_precision(row) != judged->precision)
            continue;
        widen_ranges(judged, row, judged->fitted_rows + errors->count == 0);
        if (row->is_held_back)
            add_error(errors, row, given, found);
        else
            judged->fitted_rows++;
    }
    judged->judged_rows = errors->count;
    judged->median_fraction = quantile(errors->found, errors->count, 0.5);
    judged->worst_tenth_fraction = quantile(errors->found, errors->count, TENTH);
    judged->bias_fraction = quantile(errors->signed_found, errors->count, 0.5);
    judged->given_fraction = quantile(errors->given, errors->count, 0.5);
    judged->null_fraction = quantile(errors->null, errors->count, 0.5);
    judged->spread = residual_spread(errors->found_log, errors->long_count);
    return judged->fitted_rows + judged->judged_rows > 0;
}

int kernel_judge(const KernelRows *rows, const GpuSpec *given, const GpuSpec *found, KernelClass *classes,
                 Arena *arena) {
    int count = 0;
    Errors errors = {.found = ARENA_ARRAY(arena, rows->count, double),
                     .signed_found = ARENA_ARRAY(arena, rows->count, double),
                     .given = ARENA_ARRAY(arena, rows->count, double),
                     .null = ARENA_ARRAY(arena, rows->count, double),
                     .found_log = ARENA_ARRAY(arena, rows->count, double)};
    for (int kind = 0; kind < KERNEL_KIND_COUNT; kind++)
        for (int precision = 0; precision < PRECISION_COUNT; precision++) {
            classes[count] = (KernelClass){.kind = (KernelKind)kind, .precision = (Precision)precision};
            count += judge_class(rows, given, found, &classes[count], &errors);
        }
    return count;
}
