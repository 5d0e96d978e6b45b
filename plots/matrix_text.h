/*
 * matrix_text: who hurt whom, as characters. As many owners as fit are columns; when they do not fit, the worst losses
 * are listed.
 */
#ifndef PLOTS_MATRIX_TEXT_H
#define PLOTS_MATRIX_TEXT_H

#include <stdio.h>

#include "models/results.h"

/* Nothing when the jobs did not run. */
void matrix_text_write(FILE *out, const Contention *contention, int columns);

#endif
