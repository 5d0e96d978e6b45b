/*
 * interval_text: how sure the step of a run is, as text and as json: the interval, what it is made of, and which
 * kernels are outside the sizes that were measured. Nothing for a run without an interval.
 */
#ifndef PLOTS_INTERVAL_TEXT_H
#define PLOTS_INTERVAL_TEXT_H

#include <stdio.h>

#include "models/results.h"

/* Sentences and a table of the parts. */
void interval_text_write(FILE *out, const Results *results);

/* A json object on one line, of a run that has an interval. */
void interval_text_json(FILE *out, const Results *results);

/* How far the intervals of a sweep's steps reach, and where each of them stands; nothing when no point has one. */
void interval_text_write_sweep(FILE *out, const SweepResults *sweep);

#endif
