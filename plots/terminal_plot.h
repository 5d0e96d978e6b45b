/*
 * terminal_plot: curves made of plain characters, drawn by gnuplot's terminal "dumb"; where gnuplot is not installed, a
 * line says so instead.
 */
#ifndef PLOTS_TERMINAL_PLOT_H
#define PLOTS_TERMINAL_PLOT_H

#include <stdio.h>

#include "models/results.h"

/* The stream for gnuplot's commands, which begin with the size of the plot; NULL when there is none to be had. */
FILE *terminal_plot_begin(int columns);

/* Draws what was asked for and closes the stream. */
void terminal_plot_finish(FILE *commands, FILE *out);

/* Bus bandwidth and time of the collectives of a run over message size, a letter a curve. */
void terminal_plot_collectives(FILE *out, const Results *results, int columns);

#endif
