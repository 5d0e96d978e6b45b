/*
 * sweep_file: sweep.dat, the headline over the swept parameter and GPU time stacked at the same places. Sets:
 * `line_00`.. one a line of the view (over names with the edges of its bars); one a layer of the stack; `strips`, the
 * colours of the lines above stacks that stand side by side; `gaps` and `failed`, the points that did not run, on the
 * lines and among the stacks; `ticks`.
 */
#ifndef PLOTS_SWEEP_FILE_H
#define PLOTS_SWEEP_FILE_H

#include <stdio.h>

#include "plots/sweep_stack.h"
#include "plots/sweep_view.h"

enum { SWEEP_FILE_MOST_LINES = 8, SWEEP_FILE_MOST_STACKS = 4, SWEEP_FILE_MOST_TICKS = 16 };

void sweep_file_write(FILE *out, const SweepFindings *findings, const SweepView *view);

/* Lines that are drawn, and stacks that stand side by side at each place of the axis. */
int sweep_file_lines(const SweepView *view);
int sweep_file_stacks(const SweepView *view);

#endif
