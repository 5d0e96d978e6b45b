/*
 * json_run: one Results as a json object, without its timeline and time series.
 */
#ifndef PLOTS_JSON_RUN_H
#define PLOTS_JSON_RUN_H

#include <stdio.h>

#include "models/results.h"

/* Writes the object at an indent (columns) without a line break behind it. */
void json_run_write(FILE *out, const Results *results, int indent);

#endif
