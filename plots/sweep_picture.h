/*
 * sweep_picture: what the script of a sweep's picture must be told.
 */
#ifndef PLOTS_SWEEP_PICTURE_H
#define PLOTS_SWEEP_PICTURE_H

#include <stdio.h>

#include "models/sweep_findings.h"
#include "sim/engine/arena.h"

/* What follows the title. */
void sweep_picture_write_head(FILE *out, Arena *arena, const SweepFindings *findings);

#endif
