/*
 * dat_set: one data set of a gnuplot file: a `# name` line, rows of columns, two blank lines. Without rows it gets one
 * of NaN, since gnuplot stops at a set that is missing. No set's name may begin with another's: gnuplot looks at
 * beginnings.
 */
#ifndef PLOTS_DAT_SET_H
#define PLOTS_DAT_SET_H

#include <stdio.h>

typedef struct DatSet {
    FILE *out;
    int columns; /* of every row */
    int rows;    /* written so far */
} DatSet;

/* `# chokepoint: <what>` and the names of the columns; once a file. */
void dat_set_file_head(FILE *out, const char *what, const char *columns);

DatSet dat_set_open(FILE *out, const char *name, int columns);

/* Writes a row of numbers; text columns may follow before dat_set_end_row. */
void dat_set_row(DatSet *set, const double *values, int count);
void dat_set_text(DatSet *set, const char *text);
void dat_set_end_row(DatSet *set);

void dat_set_close(DatSet *set);

#endif
