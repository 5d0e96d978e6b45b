/*
 * validation_errors: what many errors come to: mean, median, nine in ten, bias and worst. Pure statistics of fractions;
 * it knows no rows.
 */
#ifndef SCENARIOS_VALIDATION_VALIDATION_ERRORS_H
#define SCENARIOS_VALIDATION_VALIDATION_ERRORS_H

/* Fractions over the values that are not NaN; NaN when there are none. */
typedef struct ValidationErrors {
    int rows;
    double mean_absolute_fraction;
    double median_absolute_fraction;
    double tenth_fraction; /* a tenth of the rows are off by more (the 90th percentile, between rows by proportion) */
    double bias_fraction;  /* mean with sign */
    double worst_fraction; /* the one farthest from 0, with its sign */
} ValidationErrors;

/* Sorts the values by size and drops their signs. */
ValidationErrors validation_errors_of(double *values, int count);

#endif
