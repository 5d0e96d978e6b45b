/*
 * terminal: pictures for a terminal, of plain characters: the ledger as bars, the step (terminal_timeline.h) and the
 * steps of several jobs as letters, and curves (terminal_plot.h).
 */
#ifndef PLOTS_TERMINAL_H
#define PLOTS_TERMINAL_H

#include <stdio.h>

#include "models/sweep_findings.h"

/* Width that $COLUMNS says, else that of the terminal behind stdout, within 60 .. 200; 100 when neither says any. */
int terminal_columns(void);

void terminal_draw_run(FILE *out, const Results *results, int columns);
void terminal_draw_sweep(FILE *out, const SweepFindings *findings, int columns);

#endif
