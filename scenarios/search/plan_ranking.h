/*
 * plan_ranking: what a search found, put in order: the fastest plans, the Pareto front of step time, memory and cost,
 * and the classes of plans with what became of them.
 */
#ifndef SCENARIOS_SEARCH_PLAN_RANKING_H
#define SCENARIOS_SEARCH_PLAN_RANKING_H

#include "scenarios/search/plan_findings.h"

/* Fills top, front, classes and fates of a search whose candidates are decided. */
void plan_ranking_fill(PlanSearch *search, int top, Arena *arena);

#endif
