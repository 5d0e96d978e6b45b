/*
 * sweep_loss: what holds a point of a sweep back, in a few words for a table: of training the largest loss of GPU time,
 * of a collective the kind of link that limits it, of several jobs to whom the slowest loses most.
 */
#ifndef PLOTS_SWEEP_LOSS_H
#define PLOTS_SWEEP_LOSS_H

#include "models/sweep_findings.h"

/* "  37 %  Data-parallel communication"; "" when nothing is lost. */
const char *sweep_loss_text(Arena *arena, const Headline *headline, const Results *run);

#endif
