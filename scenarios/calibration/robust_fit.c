#include "scenarios/calibration/robust_fit.h"

#include <gsl/gsl_multifit_nlinear.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "sim/engine/check.h"

enum { ROUNDS = 6, FIRST_ITERATIONS = 40, LATER_ITERATIONS = 8 };

static const double DIFFERENCE_STEP = 5e-3; /* of x */
static const double INNERMOST = 1e-3;       /* a start keeps this distance to its bounds */
static const double AT_BOUND = 1e-2;        /* share of the way between the bounds that counts as being at one */
static const double X_TOLERANCE = 1e-5;
static const double GRADIENT_TOLERANCE = 1e-8;
static const double SCALE_OF_MEDIAN = 0.74; /* half of the standard deviation of a normal law with that median */
static const double LEAST_SCALE = 1e-9;
static const double FARTHEST = 50; /* a residual that is none, or beyond anything measured, counts as this */
static const double UNTOLD = 3;    /* standard errors of log(constant) above this say nothing */

static double share_of_x(double x) {
    return 1 / (1 + exp(-x));
}

static double span_of(const RobustProblem *problem, int constant) {
    return log(problem->most[constant]) - log(problem->least[constant]);
}

static double constant_of_x(const RobustProblem *problem, int constant, double x) {
    return exp(log(problem->least[constant]) + span_of(problem, constant) * share_of_x(x));
}

static double x_of_constant(const RobustProblem *problem, int constant, double value) {
    double share =
        (log(fmax(value, problem->least[constant])) - log(problem->least[constant])) / span_of(problem, constant);
    share = fmin(fmax(share, INNERMOST), 1 - INNERMOST);
    return log(share / (1 - share));
}

/* GSL's callback: the residuals at x. */
static int residuals_at(const gsl_vector *x, void *context, gsl_vector *residuals) {
    const RobustProblem *problem = context;
    double constants[ROBUST_MOST_CONSTANTS];
    for (int i = 0; i < problem->constant_count; i++)
        constants[i] = constant_of_x(problem, i, gsl_vector_get(x, (size_t)i));
    problem->residuals(constants, residuals->data, problem->context);
    for (size_t i = 0; i < residuals->size; i++) {
        double residual = gsl_vector_get(residuals, i);
        gsl_vector_set(residuals, i, isnan(residual) ? FARTHEST : fmax(-FARTHEST, fmin(residual, FARTHEST)));
    }
    return GSL_SUCCESS;
}

static bool is_zero(const gsl_matrix *matrix) {
    return gsl_matrix_max(matrix) <= 0 && gsl_matrix_min(matrix) >= 0;
}

/* GSL's callback: their derivatives, as differences to both sides. Where no row feels any constant GSL would stop the
 * program; an error ends the fit instead. */
static int slopes_at(const gsl_vector *x, void *context, gsl_matrix *slopes) {
    const RobustProblem *problem = context;
    gsl_vector *moved = gsl_vector_alloc(x->size), *ahead = gsl_vector_alloc((size_t)problem->row_count);
    gsl_vector *behind = gsl_vector_alloc((size_t)problem->row_count);
    for (size_t i = 0; i < x->size; i++) {
        gsl_vector_memcpy(moved, x);
        gsl_vector_set(moved, i, gsl_vector_get(x, i) + DIFFERENCE_STEP);
        residuals_at(moved, context, ahead);
        gsl_vector_set(moved, i, gsl_vector_get(x, i) - DIFFERENCE_STEP);
        residuals_at(moved, context, behind);
        gsl_vector_sub(ahead, behind);
        gsl_vector_scale(ahead, 1 / (2 * DIFFERENCE_STEP));
        gsl_matrix_set_col(slopes, i, ahead);
    }
    gsl_vector_free(moved);
    gsl_vector_free(ahead);
    gsl_vector_free(behind);
    return is_zero(slopes) ? GSL_EBADFUNC : GSL_SUCCESS;
}

/* The median of the absolute residuals, which are left sorted in `sorted`. */
static double median_distance(const gsl_vector *residuals, gsl_vector *sorted) {
    for (size_t i = 0; i < residuals->size; i++)
        gsl_vector_set(sorted, i, fabs(gsl_vector_get(residuals, i)));
    return gsl_stats_median(sorted->data, 1, sorted->size);
}

static void weigh(const gsl_vector *residuals, double median, gsl_vector *weights) {
    double scale = fmax(SCALE_OF_MEDIAN * median, LEAST_SCALE);
    for (size_t i = 0; i < residuals->size; i++) {
        double distance = fabs(gsl_vector_get(residuals, i));
        gsl_vector_set(weights, i, distance <= scale ? 1 : scale / distance);
    }
}

/* Rounds of least squares, each with the weights that the one before asks for; x is left at the minimum. */
static double descend(const RobustProblem *problem, gsl_multifit_nlinear_workspace *workspace, gsl_vector *x) {
    size_t rows = (size_t)problem->row_count;
    gsl_multifit_nlinear_fdf model = {
        .f = residuals_at, .df = slopes_at, .n = rows, .p = x->size, .params = (void *)problem};
    gsl_vector *weights = gsl_vector_alloc(rows), *residuals = gsl_vector_alloc(rows), *sorted = gsl_vector_alloc(rows);
    gsl_vector_set_all(weights, 1);
    double median = 0;
    int status = GSL_SUCCESS;
    for (int round = 0; round < ROUNDS && status != GSL_EBADFUNC; round++) {
        int reason;
        status = gsl_multifit_nlinear_winit(x, weights, &model, workspace);
        /* What stops it, a tolerance or no way down, is all the same: the next round looks again. */
        if (status == GSL_SUCCESS)
            status = gsl_multifit_nlinear_driver(round ? LATER_ITERATIONS : FIRST_ITERATIONS, X_TOLERANCE,
                                                 GRADIENT_TOLERANCE, 0, NULL, NULL, &reason, workspace);
        gsl_vector_memcpy(x, gsl_multifit_nlinear_position(workspace));
        residuals_at(x, (void *)problem, residuals);
        median = median_distance(residuals, sorted);
        weigh(residuals, median, weights);
    }
    gsl_vector_free(weights);
    gsl_vector_free(residuals);
    gsl_vector_free(sorted);
    return median;
}

/* Constants and their standard errors from the inverse of the weighted slopes' square. */
static void read_constants(const RobustProblem *problem, gsl_multifit_nlinear_workspace *workspace,
                           RobustConstant *constants) {
    size_t count = (size_t)problem->constant_count;
    gsl_matrix *covariance = gsl_matrix_calloc(count, count);
    const gsl_matrix *slopes = gsl_multifit_nlinear_jac(workspace);
    if (!is_zero(slopes))
        gsl_multifit_nlinear_covar(slopes, 0, covariance);
    const gsl_vector *residuals = gsl_multifit_nlinear_residual(workspace),
                     *x = gsl_multifit_nlinear_position(workspace);
    double squares = 0;
    for (size_t i = 0; i < residuals->size; i++)
        squares += gsl_vector_get(residuals, i) * gsl_vector_get(residuals, i);
    double variance = squares / fmax(1, (double)(problem->row_count - problem->constant_count));
    for (size_t i = 0; i < count; i++) {
        double share = share_of_x(gsl_vector_get(x, i));
        double error =
            sqrt(variance * gsl_matrix_get(covariance, i, i)) * span_of(problem, (int)i) * share * (1 - share);
        constants[i].value = constant_of_x(problem, (int)i, gsl_vector_get(x, i));
        constants[i].is_at_bound = share < AT_BOUND || share > 1 - AT_BOUND;
        constants[i].error_fraction = error > 0 && error < UNTOLD ? error : INFINITY;
    }
    gsl_matrix_free(covariance);
}

double robust_fit(const RobustProblem *problem, RobustConstant *constants) {
    CHECK(problem->constant_count >= 1 && problem->constant_count <= ROBUST_MOST_CONSTANTS);
    CHECK(problem->row_count >= problem->constant_count);
    size_t rows = (size_t)problem->row_count, count = (size_t)problem->constant_count;
    gsl_multifit_nlinear_parameters parameters = gsl_multifit_nlinear_default_parameters();
    gsl_multifit_nlinear_workspace *workspace =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &parameters, rows, count);
    gsl_vector *x = gsl_vector_alloc(count);
    for (int i = 0; i < problem->constant_count; i++)
        gsl_vector_set(x, (size_t)i, x_of_constant(problem, i, constants[i].value));
    double median = descend(problem, workspace, x);
    read_constants(problem, workspace, constants);
    gsl_vector_free(x);
    gsl_multifit_nlinear_free(workspace);
    return median;
}
