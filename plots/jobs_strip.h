/*
 * jobs_strip: the jobs over time as characters, a line a job.
 */
#ifndef PLOTS_JOBS_STRIP_H
#define PLOTS_JOBS_STRIP_H

#include <stdio.h>

#include "models/results.h"

/* Nothing when the jobs did not run. */
void jobs_strip_draw(FILE *out, const Contention *contention, int columns);

#endif
