/*
 * plan_scenario: one plan of a search as a scenario that can be run: the searched one with the plan's keys written out.
 */
#ifndef SCENARIOS_SEARCH_PLAN_SCENARIO_H
#define SCENARIOS_SEARCH_PLAN_SCENARIO_H

#include "scenarios/search/plan_space.h"

/* The point may not be refused; NULL and an error when the scenario's words for a key stand in the way. */
YamlNode *plan_scenario_of(const PlanSpace *space, const PlanPoint *point, ErrorList *errors);

#endif
