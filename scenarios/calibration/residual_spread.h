/*
 * residual_spread: how far single measurements are from a fitted model, as one number: the standard deviation of the
 * normal distribution of ln(measured / simulated) whose middle 80 % are as wide as the middle 80 % of these residuals.
 * A nominal 80 % interval of a single kernel or collective then holds 80 % of them, whatever their tails.
 */
#ifndef SCENARIOS_CALIBRATION_RESIDUAL_SPREAD_H
#define SCENARIOS_CALIBRATION_RESIDUAL_SPREAD_H

/* Of |ln(measured / simulated)|, which are sorted; NaN when there are none. */
double residual_spread(double *absolute_logarithms, int count);

#endif
