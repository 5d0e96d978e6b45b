/*
 * open_space: the space of plans of tests/golden/search.yaml with other values set, for tests.
 */
#ifndef TESTS_UNIT_SCENARIOS_OPEN_SPACE_H
#define TESTS_UNIT_SCENARIOS_OPEN_SPACE_H

#include "scenarios/search/plan_space.h"

/* With a NULL-ended list of sets laid over it; adds errors and returns false where plan_space_open does. */
bool open_space_try(PlanSpace *space, const char *const *sets, const PlanWish *wish, ErrorList *errors);

/* The same without a wish, which must go well. */
PlanSpace open_space(Arena *arena, const char *const *sets);

#define OPEN_SPACE(arena, ...) open_space((arena), (const char *const[]){__VA_ARGS__, NULL})

#endif
