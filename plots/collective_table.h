/*
 * collective_table: the sizes of a collective job as a table: for people with the columns of nccl-tests (size, time,
 * algbw, busbw; GB are 10^9 bytes), as csv in SI units, as a json object.
 */
#ifndef PLOTS_COLLECTIVE_TABLE_H
#define PLOTS_COLLECTIVE_TABLE_H

#include <stdio.h>

#include "models/results.h"

void collective_table_text(FILE *out, const Results *results);

/* A header line and one line per size; name and ranks stand in every line, so that tables can be joined. */
void collective_table_csv(FILE *out, const Results *results);

/* An object whose rows stand at an indent (columns), without a line break behind it. */
void collective_table_json(FILE *out, const Results *results, int indent);

#endif
