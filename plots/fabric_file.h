/*
 * fabric_file: fabric.dat, the drawing of fabric_view as gnuplot data, and links.csv, every link as it is.
 */
#ifndef PLOTS_FABRIC_FILE_H
#define PLOTS_FABRIC_FILE_H

#include <stdio.h>

#include "models/results.h"
#include "sim/engine/arena.h"

void fabric_file_write(FILE *out, const Results *results);

/* name, kind, links, bandwidth_bytes_per_s, bytes, mean_fraction, fullest_fraction */
void fabric_file_write_table(FILE *out, const Results *results);

/* What the script of the picture must be told. */
void fabric_file_head(FILE *out, Arena *arena, const Results *results);

#endif
