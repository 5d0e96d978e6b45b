/*
 * run_text: one run as a page of text, the verdict first. What a section has nothing to say about is left out.
 */
#ifndef PLOTS_RUN_TEXT_H
#define PLOTS_RUN_TEXT_H

#include <stdio.h>

#include "models/results.h"

/* Name, lesson and verdict, on a page of so many columns. */
void run_text_opening(FILE *out, const Results *results, int columns);

/* Of several jobs: the jobs, and who hurt whom; nothing of a job alone. */
void run_text_jobs(FILE *out, const Results *results, int columns);

/* The waterfall from peak to ideal compute. */
void run_text_ledger(FILE *out, const Results *results, int columns);

/* The whole page. */
void run_text_write(FILE *out, const Results *results);

#endif
