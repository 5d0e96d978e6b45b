/*
 * jobs_file: jobs.dat, the steps of several jobs over time as boxes, and what its script must be told. Of many jobs
 * those that lost or took most have a row.
 */
#ifndef PLOTS_JOBS_FILE_H
#define PLOTS_JOBS_FILE_H

#include <stdio.h>

#include "models/results.h"
#include "sim/engine/arena.h"

void jobs_file_write(FILE *out, const Results *results);

/* The lines of the script that follow the title. */
void jobs_file_head(FILE *out, Arena *arena, const Results *results);

#endif
