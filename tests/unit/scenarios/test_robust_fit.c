#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "scenarios/calibration/robust_fit.h"

enum { ROWS = 60 };

static const double LEAST[] = {1e-7, 1e3}, MOST[] = {1e-3, 1e13};

/* Times of sizes: a start and a rate. */
typedef struct Line {
    double size[ROWS];
    double seconds[ROWS];
} Line;

static double line_seconds(const double *constants, double size) {
    return constants[0] + size / constants[1];
}

static void line_residuals(const double *constants, double *residuals, void *context) {
    const Line *line = context;
    for (int i = 0; i < ROWS; i++)
        residuals[i] = log(line_seconds(constants, line->size[i]) / line->seconds[i]);
}

static Line measure(double start_s, double rate) {
    const double truth[] = {start_s, rate};
    Line line;
    for (int i = 0; i < ROWS; i++) {
        line.size[i] = pow(1.3, i);
        line.seconds[i] = line_seconds(truth, line.size[i]);
    }
    return line;
}

static RobustProblem problem_of(Line *line) {
    return (RobustProblem){ROWS, 2, LEAST, MOST, line_residuals, line};
}

Test(robust_fit, constants_that_made_the_times_are_found_again) {
    Line line = measure(2.385e-6, 7.1e9);
    RobustProblem problem = problem_of(&line);
    RobustConstant constants[] = {{.value = 30e-6}, {.value = 1e6}};
    double median = robust_fit(&problem, constants);
    cr_expect(lt(dbl, median, 1e-6));
    cr_expect(epsilon_eq(dbl, constants[0].value / 2.385e-6, 1, 1e-4));
    cr_expect(epsilon_eq(dbl, constants[1].value / 7.1e9, 1, 1e-4));
    cr_expect(not(constants[0].is_at_bound));
    cr_expect(lt(dbl, constants[0].error_fraction, 1e-3));
}

Test(robust_fit, a_fifth_of_wild_rows_moves_the_constants_by_little) {
    Line line = measure(2.385e-6, 7.1e9);
    for (int i = 2; i < ROWS; i += 5)
        line.seconds[i] *= 19;
    RobustProblem problem = problem_of(&line);
    RobustConstant constants[] = {{.value = 30e-6}, {.value = 1e6}};
    robust_fit(&problem, constants);
    cr_expect(epsilon_eq(dbl, constants[0].value / 2.385e-6, 1, 0.05));
    cr_expect(epsilon_eq(dbl, constants[1].value / 7.1e9, 1, 0.05));
}

Test(robust_fit, a_constant_beyond_its_bound_ends_there) {
    Line line = measure(1e-9, 7.1e9);
    RobustProblem problem = problem_of(&line);
    RobustConstant constants[] = {{.value = 30e-6}, {.value = 1e6}};
    robust_fit(&problem, constants);
    cr_expect(constants[0].is_at_bound);
    cr_expect(lt(dbl, constants[0].value, 1.2e-7));
    cr_expect(gt(dbl, constants[0].value, 0.999e-7));
}

static void deaf_residuals(const double *constants, double *residuals, void *context) {
    (void)constants;
    (void)context;
    for (int i = 0; i < ROWS; i++)
        residuals[i] = i % 3 ? INFINITY : NAN;
}

Test(robust_fit, rows_that_feel_no_constant_or_are_no_numbers_end_the_fit_and_not_the_program) {
    RobustProblem problem = {ROWS, 2, LEAST, MOST, deaf_residuals, NULL};
    RobustConstant constants[] = {{.value = 30e-6}, {.value = 1e6}};
    robust_fit(&problem, constants);
    cr_expect(epsilon_eq(dbl, constants[0].value / 30e-6, 1, 0.01));
    cr_expect(gt(dbl, constants[0].error_fraction, 1e9));
}

Test(robust_fit, a_constant_that_no_row_feels_is_told) {
    Line line = measure(5e-4, 1e12);
    for (int i = 0; i < ROWS; i++)
        line.size[i] = 1;
    RobustProblem problem = problem_of(&line);
    RobustConstant constants[] = {{.value = 5e-4}, {.value = 1e12}};
    robust_fit(&problem, constants);
    cr_expect(gt(dbl, constants[1].error_fraction, 1));
}
