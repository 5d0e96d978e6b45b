/*
 * grid_file: utilisation_grid.dat, utilisation as means over equal intervals, drawn as rectangles, one set a metric.
 */
#ifndef PLOTS_GRID_FILE_H
#define PLOTS_GRID_FILE_H

#include <stdio.h>

#include "models/results.h"

void grid_file_write(FILE *out, const Results *results);

#endif
