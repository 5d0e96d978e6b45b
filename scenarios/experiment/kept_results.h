/*
 * kept_results: a copy of Results that outlives the arena of its run. The timeline, the time series and the ends of the
 * steps, nearly all of the bytes, are left out, so that a sweep of many points fits into memory.
 */
#ifndef SCENARIOS_EXPERIMENT_KEPT_RESULTS_H
#define SCENARIOS_EXPERIMENT_KEPT_RESULTS_H

#include "models/results.h"
#include "sim/engine/arena.h"

/* The copy and all in it belong to the arena. */
const Results *kept_results_copy(const Results *results, Arena *arena);

#endif
