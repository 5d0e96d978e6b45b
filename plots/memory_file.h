/*
 * memory_file: memory_peak.dat, memory at its peak by purpose as stacked rectangles, one set a purpose.
 */
#ifndef PLOTS_MEMORY_FILE_H
#define PLOTS_MEMORY_FILE_H

#include <stdio.h>

#include "models/results.h"

void memory_file_write(FILE *out, const Results *results);

#endif
