/*
 * small_scenario: the scenario of the golden files with other values set, for tests.
 */
#ifndef TESTS_UNIT_SCENARIOS_SMALL_SCENARIO_H
#define TESTS_UNIT_SCENARIOS_SMALL_SCENARIO_H

#include "scenarios/reader/scenario.h"

/* tests/golden/small.yaml with a NULL-ended list of sets laid over it; fails the test when it cannot be read. */
Scenario *small_scenario(Arena *arena, const char *const *sets);

#define SMALL_SCENARIO(arena, ...) small_scenario((arena), (const char *const[]){__VA_ARGS__, NULL})

#endif
