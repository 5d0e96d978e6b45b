/*
 * collective_table: a collective over message sizes as a table: for people with the columns of nccl-tests (size, time,
 * algbw, busbw; GB are 10^9 bytes), as csv in SI units, as a json object.
 */
#ifndef PLOTS_COLLECTIVE_TABLE_H
#define PLOTS_COLLECTIVE_TABLE_H

#include <stdio.h>

#include "models/account/collective_results.h"

void collective_table_text(FILE *out, const CollectiveResults *results);

/* A header line and one line per size; `name` and the ranks stand in every line, so that tables can be joined. */
void collective_table_csv(FILE *out, const CollectiveResults *results);

/* The object at an indent (columns), without a line break behind it. */
void collective_table_json(FILE *out, const CollectiveResults *results, int indent);

#endif
