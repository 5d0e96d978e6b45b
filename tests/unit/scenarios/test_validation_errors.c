#include <criterion/criterion.h>
#include <math.h>

#include "scenarios/validation/validation_errors.h"

Test(validation_errors, sizes_are_averaged_without_and_bias_with_signs) {
    double values[] = {0.125, NAN, -0.275, 0.0625};
    ValidationErrors errors = validation_errors_of(values, 4);
    cr_assert_eq(errors.rows, 3);
    cr_assert_float_eq(errors.mean_absolute_fraction, 0.4625 / 3, 1e-12);
    cr_assert_float_eq(errors.bias_fraction, -0.0875 / 3, 1e-12);
    cr_assert_float_eq(errors.median_absolute_fraction, 0.125, 1e-12);
    cr_assert_float_eq(errors.worst_fraction, -0.275, 1e-12);
}

/* Of eleven values the tenth, between ten and twelve by proportion. */
Test(validation_errors, a_tenth_of_the_rows_are_off_by_more_than_the_tenth) {
    double values[11];
    for (int i = 0; i < 11; i++)
        values[i] = (i % 2 == 0 ? -0.037 : 0.037) * ((i * 4) % 11);
    cr_assert_float_eq(validation_errors_of(values, 11).tenth_fraction, 0.037 * 9, 1e-12);
}

Test(validation_errors, of_nothing_there_is_no_error) {
    double values[] = {NAN};
    ValidationErrors errors = validation_errors_of(values, 1);
    cr_assert_eq(errors.rows, 0);
    cr_assert(isnan(errors.mean_absolute_fraction) && isnan(errors.tenth_fraction) && isnan(errors.worst_fraction));
}
