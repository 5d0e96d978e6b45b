/*
 * plan_trials: what switches that a search does not try would do to the best plan it found: fused attention, overlap
 * of communication, a compiler, CUDA graphs. Each that is off, and could do something, is turned on alone and the plan
 * is simulated once more. It searches nothing: with such a switch another plan may be the best.
 */
#ifndef SCENARIOS_SEARCH_PLAN_TRIALS_H
#define SCENARIOS_SEARCH_PLAN_TRIALS_H

#include "scenarios/search/plan_findings.h"

/* Of a simulated candidate, by step time, in the arena; *count >= 0. */
const PlanTrial *plan_trials_of(const PlanSpace *space, const PlanCandidate *candidate, Arena *arena, int *count);

#endif
