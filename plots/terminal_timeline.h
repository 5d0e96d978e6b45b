/*
 * terminal_timeline: the step as letters: a line a class of GPUs, a letter a piece of the step, and what the letters
 * stand for.
 */
#ifndef PLOTS_TERMINAL_TIMELINE_H
#define PLOTS_TERMINAL_TIMELINE_H

#include <stdio.h>

#include "models/results.h"

/* Nothing of a run without a step. */
void terminal_timeline_draw(FILE *out, const Results *results, int columns);

#endif
