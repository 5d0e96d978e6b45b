/*
 * sweep_text: a sweep as a page of text, the verdict first, then a row a point.
 */
#ifndef PLOTS_SWEEP_TEXT_H
#define PLOTS_SWEEP_TEXT_H

#include <stdio.h>

#include "models/sweep_findings.h"

void sweep_text_write(FILE *out, const SweepFindings *findings);

#endif
