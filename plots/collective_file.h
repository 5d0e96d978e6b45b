/*
 * collective_file: collective.dat, bus bandwidth and time of collective jobs over message size, as nccl-tests define
 * them. Sets: `job_00`.. a thin line a job; `curve_00`.. one a curve of the view, broken where another algorithm is
 * faster; `ticks`.
 */
#ifndef PLOTS_COLLECTIVE_FILE_H
#define PLOTS_COLLECTIVE_FILE_H

#include <stdio.h>

#include "models/results.h"
#include "sim/engine/arena.h"

void collective_file_write(FILE *out, const Results *results);

/* What follows the title of collective.gp. */
void collective_file_head(FILE *out, Arena *arena, const Results *results);

/* The rows of one curve, as in the file. */
struct CollectiveCurve;
void collective_file_rows(FILE *out, const struct CollectiveCurve *curve);

#endif
