/*
 * contention_file: contention.dat, who hurt whom as the cells of a heat map, and what its script must be told. Of many
 * owners those that lost or took most have a row and a column, the others are one column.
 */
#ifndef PLOTS_CONTENTION_FILE_H
#define PLOTS_CONTENTION_FILE_H

#include <stdio.h>

#include "models/results.h"
#include "sim/engine/arena.h"

void contention_file_write(FILE *out, const Results *results);

/* The lines of the script that follow the title. */
void contention_file_head(FILE *out, Arena *arena, const Results *results);

#endif
