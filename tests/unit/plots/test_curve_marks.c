#include "plots/curve_marks.h"

#include <criterion/criterion.h>
#include <math.h>

/* 81 pixels from place to place, a pixel a unit of height. */
static const double X[] = {0, 1, 2, 3};
static const CurvePanel PANEL = {.x = X, .places = 4, .x_range = 10, .y_high = 200};

Test(curve_marks, a_point_is_covered_by_later_curves_within_three_pixels) {
    const double y[] = {100, 100, 100,   100,         /* the first */
                        102, 104, 97.5,  (double)NAN, /* the second */
                        101, 96,  100.1, 102.9 /* the third */};
    cr_expect_eq(curve_marks_covers(&PANEL, y, 3, 0, 0), 2);
    cr_expect_eq(curve_marks_covers(&PANEL, y, 3, 0, 1), 0);
    cr_expect_eq(curve_marks_covers(&PANEL, y, 3, 0, 2), 2);
    cr_expect_eq(curve_marks_covers(&PANEL, y, 3, 0, 3), 1);
    cr_expect_eq(curve_marks_covers(&PANEL, y, 3, 1, 0), 1);
    cr_expect_eq(curve_marks_covers(&PANEL, y, 3, 1, 3), 0);
    cr_expect_eq(curve_marks_covers(&PANEL, y, 3, 2, 0), 0);
}

static CurveLabel label_of(double left, double own, double right) {
    const double y[] = {left, own, right, 0};
    return curve_marks_label(&PANEL, y, 1);
}

/* 7 of 22 pixels are 25.8 of 81. */
Test(curve_marks, a_label_stands_above_a_flat_curve_and_a_peak) {
    cr_expect_eq(label_of(125, 100, 125), CURVE_LABEL_ABOVE);
    cr_expect_eq(label_of(20, 100, 30), CURVE_LABEL_ABOVE);
}

Test(curve_marks, a_label_stands_beside_a_steep_curve_on_its_lower_side) {
    cr_expect_eq(label_of(126.5, 100, 90), CURVE_LABEL_RIGHT);
    cr_expect_eq(label_of(90, 100, 126.5), CURVE_LABEL_LEFT);
    cr_expect_eq(label_of((double)NAN, 100, 126.5), CURVE_LABEL_LEFT);
}

Test(curve_marks, a_label_stands_below_a_valley_unless_the_axis_is_there) {
    cr_expect_eq(label_of(150, 100, 101), CURVE_LABEL_BELOW);
    cr_expect_eq(label_of(150, 25, 150), CURVE_LABEL_BELOW);
    cr_expect_eq(label_of(150, 23, 150), CURVE_LABEL_ABOVE);
}

Test(curve_marks, ends_of_a_curve_have_no_neighbour) {
    const double y[] = {100, 150, 10, 90};
    cr_expect_eq(curve_marks_label(&PANEL, y, 0), CURVE_LABEL_LEFT);
    cr_expect_eq(curve_marks_label(&PANEL, y, 3), CURVE_LABEL_ABOVE);
}
