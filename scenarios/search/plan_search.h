/*
 * plan_search: the best plans of a space, by simulation. A plan that does not fit into memory is never run
 * (training_memory.h says so without a run), nor is one that cannot be among the best whatever a run said: its lower
 * bound (step_bound.h) is above the steps of enough others, and some simulated plan is faster than the bound, needs no
 * more memory and costs no more. The rest is simulated, the most promising first.
 *
 * So the best `top` plans and the Pareto front are those of an exhaustive search; tests/unit/scenarios/
 * test_plan_search.c compares the two. The outcome does not depend on the number of threads: plans are judged in
 * batches of PLAN_SEARCH_BATCH, between which nothing is decided.
 */
#ifndef SCENARIOS_SEARCH_PLAN_SEARCH_H
#define SCENARIOS_SEARCH_PLAN_SEARCH_H

#include "scenarios/search/plan_findings.h"

enum { PLAN_SEARCH_BATCH = 16 };

typedef struct PlanSearchOptions {
    int top;         /* >= 1: so many of the fastest are exact */
    int threads;     /* 0 = as many as cores are online */
    bool exhaustive; /* run everything that fits */
} PlanSearchOptions;

/* Searches the space, which must outlive the result; the result belongs to the arena. */
const PlanSearch *plan_search_run(const PlanSpace *space, const PlanSearchOptions *options, Arena *arena);

#endif
