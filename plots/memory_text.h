/*
 * memory_text: the memory of one GPU by purpose, and what would make a job fit, as text.
 */
#ifndef PLOTS_MEMORY_TEXT_H
#define PLOTS_MEMORY_TEXT_H

#include <stdio.h>

#include "models/results.h"

/* A row a stage; neighbours with equal bytes share a row. Nothing when there is no memory to report. */
void memory_text_table(FILE *out, const Results *results);

/* What the fullest host holds; nothing when the job keeps nothing there. */
void memory_text_host(FILE *out, const Results *results);

/* The changes that would make the job fit, or that none was found. */
void memory_text_changes(FILE *out, const Results *results);

#endif
