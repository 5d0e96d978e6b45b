/*
 * interval_coverage: do the nominal 80 % intervals hold 80 % of measured rows? And what is not modelled at all, as a
 * spread of its own: of each file, what its residuals (residual_spread.h) are wider than the constants explain, by
 * variances, at least 0; over files the root mean square, so that a file of many rows counts no more than another.
 * Leaving one out: the intervals of a file with the spread that the other files give.
 *
 * By what is known of the software (SoftwareKnown): of measured software that spread is of both sides; of other
 * software, which is slower, of the upper side alone: what a tenth of the file's rows of it is longer by, beyond
 * constants and form (step_interval.h).
 */
#ifndef SCENARIOS_VALIDATION_INTERVAL_COVERAGE_H
#define SCENARIOS_VALIDATION_INTERVAL_COVERAGE_H

#include "scenarios/validation/validation.h"

/* Rows of software that is equally well known. */
typedef struct SoftwareCoverage {
    int rows;
    int held;
    int held_left_out;
    double rest_spread;   /* NaN without rows */
    double others_spread; /* the root mean square of the other files' rest_spread; NaN without others */
} SoftwareCoverage;

/* Rows that ran and have an interval, and how many of them were measured within it. */
typedef struct IntervalCoverage {
    int rows;
    int held;               /* by the interval as it is printed */
    int held_by_constants;  /* without what is not modelled */
    int held_left_out;      /* with the spread of what is not modelled that the other files give */
    bool has_left_out;      /* there are other files for some of its rows */
    double constant_spread; /* of the rows' constants, root mean square of both sides; NaN without rows */
    double residual_spread; /* NaN without rows */
    double form_spread;     /* what the file's residuals are wider by; NaN without rows */
    SoftwareCoverage software[SOFTWARE_COUNT];
} IntervalCoverage;

/* Of a file; what leaving it out needs is filled in by interval_coverage_leave_out. */
IntervalCoverage interval_coverage_of(const Validation *validation, Arena *arena);

/* Files whose coverage is to be judged by the others; NULL in between is passed over. */
void interval_coverage_leave_out(IntervalCoverage **files, const Validation *const *validations, int count);

/* Sums of rows over all files; rest_spread is the root mean square over files, form_spread that of measured software;
 * other spreads are NaN. */
IntervalCoverage interval_coverage_all(IntervalCoverage *const *files, int count);

#endif
