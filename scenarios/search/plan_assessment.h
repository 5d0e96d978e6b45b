/*
 * plan_assessment: what is known of every candidate of a search before any is run: the memory that it needs, and of
 * those that fit a cheap time that no step is shorter than (step_bound.h). Plans whose passes go in the same order
 * stand together in the space, so that each order is listed once for all of them.
 */
#ifndef SCENARIOS_SEARCH_PLAN_ASSESSMENT_H
#define SCENARIOS_SEARCH_PLAN_ASSESSMENT_H

#include "scenarios/search/plan_findings.h"

/* Fills in memory, bound and fate of all candidates that are not refused: PLAN_TOO_BIG, or PLAN_DOMINATED until they
 * run. `threads` as in PlanSearchOptions. */
void plan_assessment_fill(PlanSearch *search, int threads);

#endif
