/*
 * plan_findings: what a search for a plan found: every plan with what became of it, the classes of plans, the best, the
 * Pareto front. Plain values, filled by plan_search and plan_ranking.
 */
#ifndef SCENARIOS_SEARCH_PLAN_FINDINGS_H
#define SCENARIOS_SEARCH_PLAN_FINDINGS_H

#include "models/ledger.h"
#include "models/results.h"
#include "scenarios/search/plan_space.h"

typedef enum PlanFate {
    PLAN_REFUSED,   /* it cannot be: PlanPoint.reason */
    PLAN_TOO_BIG,   /* it does not fit into memory */
    PLAN_DOMINATED, /* never run: its bound is enough */
    PLAN_ENDLESS,   /* its step does not end */
    PLAN_SIMULATED,
    PLAN_FATE_COUNT
} PlanFate;

typedef struct PlanCandidate {
    const PlanPoint *point;
    PlanFate fate;
    double memory_bytes;    /* of the fullest GPU; NaN when refused */
    double missing_bytes;   /* what the memory lacks where it lacks most, <= 0 when it fits; NaN when refused */
    double bound_s;         /* no step is shorter; NaN when refused or too big */
    double step_s;          /* NaN unless simulated */
    double peak_flop_per_s; /* mean of its GPUs at its precision, when simulated */
    LedgerRow ledger;       /* of all its GPUs, when simulated */
} PlanCandidate;

/* All plans of one number of GPUs and one tensor and pipeline parallelism. */
typedef struct PlanClass {
    int first; /* candidate */
    int count;
    int fates[PLAN_FATE_COUNT]; /* how many of each */
    int nearest;                /* of those that are too big, the one that misses by least; -1 = none */
    int best;                   /* of those that fit, the one with the shortest step, or bound if none ran; -1 = none */
} PlanClass;

/* The best plan with one switch more (plan_trials.h). */
typedef struct PlanTrial {
    const char *words; /* "flash_attention: true" */
    double step_s;     /* > 0; NaN when it does not fit or does not end */
} PlanTrial;

typedef struct PlanSearch {
    const PlanSpace *space;
    PlanCandidate *candidates;
    int count;
    bool cut; /* PlanPoints.cut */
    int fates[PLAN_FATE_COUNT];
    const PlanClass *classes;
    int class_count;
    const int *top; /* candidates by step time */
    int top_count;
    const int *front; /* candidates of the Pareto front by step time: none is as fast, as small and as cheap as one */
    int front_count;
    StepInterval interval;   /* of the best plan; plan_interval.h */
    const PlanTrial *trials; /* of the best plan, by step time */
    int trial_count;
} PlanSearch;

/* "refused", "too_big", "dominated", "endless" or "simulated". */
const char *plan_fate_name(PlanFate fate);

/* What a plan costs: GPU-seconds of a step that takes so long. */
double plan_candidate_cost_gpu_s(const PlanCandidate *candidate, double step_s);

/* One step of the job with the plan of a candidate, from time 0, as a spec that can be run; the job is stored in *job.
 */
SimulationSpec plan_candidate_spec(const PlanSpace *space, const PlanCandidate *candidate, JobSpec *job);

#endif
