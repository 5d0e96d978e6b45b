/*
 * plan_space: all plans that a search looks at: the scenario's job with every value of every dimension that is open.
 * What the scenario's plan says is fixed; the user may open it again, or name the values to try. It lists and resolves
 * plans and says why one cannot be; it runs nothing and prices nothing.
 */
#ifndef SCENARIOS_SEARCH_PLAN_SPACE_H
#define SCENARIOS_SEARCH_PLAN_SPACE_H

#include "scenarios/reader/scenario.h"
#include "scenarios/search/plan_dimension.h"

enum { PLAN_SPACE_MOST_PLANS = 1000000 };

/* The values of one dimension; count 0 = all that are worth trying. */
typedef struct PlanChoice {
    const int64_t *values;
    int count;
} PlanChoice;

typedef struct PlanSpace {
    const SimulationSpec *spec; /* one training job that has the cluster for itself; its plan is open */
    const YamlNode *tree;       /* the scenario that says so */
    PlanChoice gpus;            /* count 0 = those of the job */
    PlanChoice choices[PLAN_DIMENSIONS_MOST];
} PlanSpace;

/* One plan of the space. */
typedef struct PlanPoint {
    int64_t gpus;
    PlanSpec plan;      /* resolved unless refused */
    const char *reason; /* why it cannot be: "found 64, expected a divisor of the 96 attention heads"; NULL = it can */
    const char *key;    /* that the reason is about, "tensor_parallel" */
} PlanPoint;

typedef struct PlanPoints {
    const PlanPoint *items; /* by GPUs, then in the order of the dimensions, the last fastest */
    int count;
    bool cut; /* there were more than PLAN_SPACE_MOST_PLANS; the rest is missing */
} PlanPoints;

/* What the user asks for beside the scenario. */
typedef struct PlanWish {
    const char *const *tries; /* "tensor_parallel=4,8" */
    int try_count;
    const char *const *frees; /* "tensor_parallel", or "all" */
    int free_count;
    const char *gpus; /* "256,512"; NULL = those of the job */
} PlanWish;

/* Sets up the space of a scenario that was read with plans_open; false and errors when it has none or the wish is none.
 */
bool plan_space_open(PlanSpace *space, const Scenario *scenario, const PlanWish *wish, Arena *arena, ErrorList *errors);

/* Lists all plans, in the arena. */
PlanPoints plan_space_list(const PlanSpace *space, Arena *arena);

#endif
