/*
 * sweep_verdict: the findings of a sweep in two or three sentences: the best point, where the headline collapses and
 * why, and what could not run.
 */
#ifndef PLOTS_SWEEP_VERDICT_H
#define PLOTS_SWEEP_VERDICT_H

#include "models/sweep_findings.h"
#include "sim/engine/arena.h"

/* Owned by the arena. */
const char *sweep_verdict(Arena *arena, const SweepFindings *findings);

#endif
