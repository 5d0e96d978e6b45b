/*
 * jobs_text: the jobs of a run as a table, and what each of them says. Beyond JOBS_TEXT_ROWS jobs those that lost or
 * took most are shown.
 */
#ifndef PLOTS_JOBS_TEXT_H
#define PLOTS_JOBS_TEXT_H

#include <stdio.h>

#include "models/results.h"

enum { JOBS_TEXT_ROWS = 20 };

/* A line a job: what it is, when it ran, how much slower than alone and why. Narrow pages have fewer columns. */
void jobs_text_table(FILE *out, const Contention *contention, int columns);

/* The verdict of each job. */
void jobs_text_verdicts(FILE *out, const Contention *contention, int columns);

#endif
