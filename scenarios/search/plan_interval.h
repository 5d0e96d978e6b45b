/*
 * plan_interval: how sure the step of a plan that a search has found is, by one whole run of it; a search itself runs
 * plans without what an interval needs. Formula: models/account/step_interval.h.
 */
#ifndef SCENARIOS_SEARCH_PLAN_INTERVAL_H
#define SCENARIOS_SEARCH_PLAN_INTERVAL_H

#include "scenarios/search/plan_findings.h"

/* Bounds and spreads of a simulated candidate, without what they rest on. */
StepInterval plan_interval_of(const PlanSpace *space, const PlanCandidate *candidate);

#endif
