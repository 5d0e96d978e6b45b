/*
 * contention_table: several jobs on one fabric as tidy rows, the job as the entity: when it ran, how much slower than
 * alone, and how much of its exposed communication is due to whom, in GPU-seconds and as a share of its GPU time; then
 * each of its steps, at the time it ended.
 */
#ifndef PLOTS_CONTENTION_TABLE_H
#define PLOTS_CONTENTION_TABLE_H

#include <stdio.h>

#include "models/results.h"

/* Rows without the header line; none when there is no contention, or when the jobs did not run. */
void contention_table_rows(FILE *out, const char *run_id, const Results *results);

/* contention.csv: header and rows. */
void contention_table_write(FILE *out, const Results *results);

#endif
