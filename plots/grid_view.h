/*
 * grid_view: utilisation as means over equal intervals of the step, so that any run fits into a picture.
 */
#ifndef PLOTS_GRID_VIEW_H
#define PLOTS_GRID_VIEW_H

#include "models/results.h"

enum { GRID_CELLS = 300, GRID_METRIC_COUNT = 4 };

/* "gpu", "hbm", "nvlink", "nic". */
const char *grid_view_metric(int index);

/* Index of the class of that name, -1 when there is none. */
int grid_view_class(const Results *results, const char *entity);

/* Time-weighted mean of the series over one interval, 0 .. GRID_CELLS - 1. */
double grid_view_mean(const SeriesSamples *series, const Results *results, int cell);

/* Mean of a metric over the whole step and all GPUs that have it; NaN when none has. */
double grid_view_mean_of_all(const Results *results, const char *metric);

#endif
