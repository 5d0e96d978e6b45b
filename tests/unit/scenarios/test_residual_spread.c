#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "scenarios/calibration/residual_spread.h"

enum { COUNT = 1999 };

Test(residual_spread, of_normal_residuals_it_is_their_standard_deviation) {
    double sizes[COUNT];
    for (int i = 0; i < COUNT; i++)
        sizes[(i * 7) % COUNT] = fabs(0.137 * gsl_cdf_ugaussian_Pinv((i + 0.5) / COUNT));
    cr_assert_float_eq(residual_spread(sizes, COUNT), 0.137, 1e-3);
}

Test(residual_spread, far_tails_do_not_count) {
    double sizes[COUNT];
    for (int i = 0; i < COUNT; i++)
        sizes[i] = i < 0.9 * COUNT ? 0.05 : 23;
    cr_assert_float_eq(residual_spread(sizes, COUNT), 0.05 / 1.2815515655446004, 1e-9);
    cr_assert(isnan(residual_spread(sizes, 0)));
}
