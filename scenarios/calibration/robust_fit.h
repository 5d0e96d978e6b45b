/*
 * robust_fit: the constants that bring the times of a model near measured ones. It minimises log(simulated / measured)
 * by nonlinear least squares (GSL's trust region), again and again with the weights of Huber (1964): beyond half of the
 * typical residual a row counts as its distance, not as its square, so that outliers and kernels of another kind move
 * little. It knows neither kernels nor files.
 *
 * Constants are above 0 and stay between two bounds, as exp(log least + (log most - log least) / (1 + exp(-x))); the
 * fit runs in x. Derivatives are differences over a step that is wide enough to see beyond rounded-up tiles. A run is
 * deterministic; it finds the minimum next to its start.
 */
#ifndef SCENARIOS_CALIBRATION_ROBUST_FIT_H
#define SCENARIOS_CALIBRATION_ROBUST_FIT_H

#include <stdbool.h>

enum { ROBUST_MOST_CONSTANTS = 32 };

typedef struct RobustProblem {
    int row_count;       /* at least one per constant */
    int constant_count;  /* 1 .. ROBUST_MOST_CONSTANTS */
    const double *least; /* bounds of the constants, 0 < least < most */
    const double *most;
    /* Fills in log(simulated / measured) of every row. */
    void (*residuals)(const double *constants, double *residuals, void *context);
    void *context;
} RobustProblem;

/* What is known about one constant behind a fit. */
typedef struct RobustConstant {
    double value;
    double error_fraction; /* standard error over the value, from the curvature; INFINITY = the rows do not tell */
    bool is_at_bound;
} RobustConstant;

/* Fits from `constants[].value` on and fills in the constants; returns the median |log(simulated / measured)|. */
double robust_fit(const RobustProblem *problem, RobustConstant *constants);

#endif
