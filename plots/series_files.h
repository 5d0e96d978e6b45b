/*
 * series_files: the data of a run's pictures as gnuplot files: `#` comments, a `# name` line above each data set, two
 * blank lines between sets, NaN for missing. All sums, fractions and positions are computed here: the scripts only
 * look.
 */
#ifndef PLOTS_SERIES_FILES_H
#define PLOTS_SERIES_FILES_H

#include <stdio.h>

#include "models/results.h"

/* timeline.dat: a rectangle a bar, one set a kind of bar, for the whole step, its start and its end. */
void series_files_timeline(FILE *out, const Results *results);

/* utilisation.dat and memory.dat: the samples as they are, one set an entity and metric of that unit. */
void series_files_samples(FILE *out, const Results *results, const char *unit);

/* ledger.dat: the ledger as a waterfall from peak to ideal compute. */
void series_files_ledger(FILE *out, const Results *results);

/* Rows of that waterfall: losses of at least half a percent, the others as one, ideal compute. */
int series_files_ledger_rows(const Results *results);

#endif
