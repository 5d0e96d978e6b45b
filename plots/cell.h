/*
 * cell: one value in the notation of a file format. Numbers are the shortest text that reads back as the same double;
 * a missing number is NaN in csv and dat files and null in json. Texts are written as UTF-8: each byte that is none (of
 * a file's name, of an argument) becomes U+FFFD, the replacement character.
 */
#ifndef PLOTS_CELL_H
#define PLOTS_CELL_H

#include <stdio.h>

enum { CELL_NUMBER_BYTES = 32 };

/* Shortest text of a number, "NaN" when missing, "inf" or "-inf"; returns `text`. */
const char *cell_number_text(double value, char text[CELL_NUMBER_BYTES]);

void cell_number(FILE *out, double value);

/* Like cell_number, but null for what json has no number for. */
void cell_json_number(FILE *out, double value);

/* A json string with its quotes; NULL becomes null. */
void cell_json_text(FILE *out, const char *text);

/* The same behind a text that is written as it is: "{\"time_s\": ". */
void cell_json_number_behind(FILE *out, const char *before, double value);
void cell_json_text_behind(FILE *out, const char *before, const char *text);

/* A csv field, quoted when RFC 4180 asks for it; NULL becomes an empty field. */
void cell_csv_text(FILE *out, const char *text);

/* A quoted word of a gnuplot data file; a quote inside becomes an apostrophe, a line break a space. */
void cell_dat_text(FILE *out, const char *text);

/* An expression of gnuplot that is the text: 'it' . "\047" . 's'; nothing in it is expanded, a backtick becomes a
 * quote. */
void cell_gnuplot_text(FILE *out, const char *text);

#endif
