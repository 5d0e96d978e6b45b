#include "scenarios/calibration/residual_spread.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

static const double HELD_FRACTION = 0.8;

double residual_spread(double *absolute_logarithms, int count) {
    if (count == 0)
        return NAN;
    gsl_sort(absolute_logarithms, 1, (size_t)count);
    double half = gsl_stats_quantile_from_sorted_data(absolute_logarithms, 1, (size_t)count, HELD_FRACTION);
    return half / gsl_cdf_ugaussian_Pinv((1 + HELD_FRACTION) / 2);
}
