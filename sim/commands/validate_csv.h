/*
 * validate_csv: a comparison with measurements as CSV tables: one line a measured run, and one line a file. Missing
 * numbers are NaN.
 */
#ifndef SIM_COMMANDS_VALIDATE_CSV_H
#define SIM_COMMANDS_VALIDATE_CSV_H

#include <stdio.h>

#include "scenarios/validation/validation_set.h"

/* All rows of all files: what was run, measured and simulated. */
void validate_csv_rows(FILE *out, const ValidationSet *set);

/* The errors of each file, and of all of them in a line named "all". */
void validate_csv_files(FILE *out, const ValidationSet *set);

#endif
