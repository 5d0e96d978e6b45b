#include "plots/curve_marks.h"

#include <math.h>
#include <stdbool.h>

static const double WIDTH_PIXELS = 810, HEIGHT_PIXELS = 200;

/* Two points nearer than this are one spot; of a line 2.5 wide. */
static const double HIDING_PIXELS = 3;

/* A label's lower corner: 7 pixels above its point, 22 beside it. A steeper segment crosses the label. */
static const double STEEP = 7.0 / 22;

/* Room that a label below its point needs above the axis. */
static const double LABEL_PIXELS = 24;

int curve_marks_covers(const CurvePanel *panel, const double *y, int curves, int curve, int place) {
    int covers = 0;
    for (int other = curve + 1; other < curves; other++) {
        double apart = fabs(y[other * panel->places + place] - y[curve * panel->places + place]);
        covers += apart / panel->y_high * HEIGHT_PIXELS < HIDING_PIXELS;
    }
    return covers;
}

/* Pixels that a curve rises for each pixel from a place to a neighbour; it falls where there is none. */
static double rise_to(const CurvePanel *panel, const double *y, int place, int neighbour) {
    if (neighbour < 0 || neighbour >= panel->places || isnan(y[neighbour]))
        return -1;
    double right = fabs(panel->x[neighbour] - panel->x[place]) / panel->x_range * WIDTH_PIXELS;
    return (y[neighbour] - y[place]) / panel->y_high * HEIGHT_PIXELS / right;
}

CurveLabel curve_marks_label(const CurvePanel *panel, const double *y, int place) {
    double left = rise_to(panel, y, place, place - 1), right = rise_to(panel, y, place, place + 1);
    bool low = y[place] / panel->y_high * HEIGHT_PIXELS < LABEL_PIXELS;
    if (left <= STEEP && right <= STEEP)
        return CURVE_LABEL_ABOVE;
    if (left > STEEP && right <= 0)
        return CURVE_LABEL_RIGHT;
    if (right > STEEP && left <= 0)
        return CURVE_LABEL_LEFT;
    return low ? CURVE_LABEL_ABOVE : CURVE_LABEL_BELOW;
}
