/*
 * curve_marks: what keeps curves of one panel apart for the eye: how many others are drawn over a point, so that it is
 * drawn larger than they are, and where a point's label stands clear of its own curve. Reckoned for the upper panel of
 * sweep.gp, 810 x 200 pixels.
 */
#ifndef PLOTS_CURVE_MARKS_H
#define PLOTS_CURVE_MARKS_H

/* As sweep.gp numbers them. */
typedef enum CurveLabel { CURVE_LABEL_ABOVE, CURVE_LABEL_RIGHT, CURVE_LABEL_LEFT, CURVE_LABEL_BELOW } CurveLabel;

/* A panel whose curves have their points at the same places. */
typedef struct CurvePanel {
    const double *x; /* of each place, ascending */
    int places;
    double x_range; /* > 0: what the panel is wide */
    double y_high;  /* > 0: its top; 0 is its bottom */
} CurvePanel;

/* Curves behind `curve` in the order of drawing whose point at the place hides its own. `y[curve * places + place]` is
 * NaN where there is none. */
int curve_marks_covers(const CurvePanel *panel, const double *y, int curves, int curve, int place);

/* Where the label of a point of a curve goes; `y` has the curve's points alone. */
CurveLabel curve_marks_label(const CurvePanel *panel, const double *y, int place);

#endif
