/*
 * sweep_file: sweep.dat, throughput per GPU over the swept parameter and the ledger stacked at the same places. Sets:
 * `line_00`.. one a line of the view; one a ledger category; `strips`, the colours of the lines above stacks that
 * stand side by side; `failed`, the points that did not run; `ticks`.
 */
#ifndef PLOTS_SWEEP_FILE_H
#define PLOTS_SWEEP_FILE_H

#include <stdio.h>

#include "models/results.h"
#include "plots/sweep_view.h"

enum { SWEEP_FILE_MOST_LINES = 8, SWEEP_FILE_MOST_STACKS = 4, SWEEP_FILE_MOST_TICKS = 16 };

void sweep_file_write(FILE *out, const SweepResults *sweep, const SweepView *view);

/* Lines that are drawn, and stacks that stand side by side at each place of the axis. */
int sweep_file_lines(const SweepView *view);
int sweep_file_stacks(const SweepView *view);

/* True when the category takes at least half a percent of GPU time at some point. */
bool sweep_file_shows(const SweepResults *sweep, LedgerCategory category);

#endif
