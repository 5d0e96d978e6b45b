/*
 * ledger_table: the ledger as tidy rows: GPU-nanoseconds, which sum exactly, over all GPUs (entity "all"), then of one
 * GPU of each class, and exposed communication by the slowest kind of link on its way.
 */
#ifndef PLOTS_LEDGER_TABLE_H
#define PLOTS_LEDGER_TABLE_H

#include <stdio.h>

#include "models/results.h"

/* Rows without the header line. */
void ledger_table_rows(FILE *out, const char *run_id, const Results *results);

/* ledger.csv: header and rows. */
void ledger_table_write(FILE *out, const Results *results);

#endif
