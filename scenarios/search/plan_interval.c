#include "scenarios/search/plan_interval.h"

#include "models/simulation.h"

StepInterval plan_interval_of(const PlanSpace *space, const PlanCandidate *candidate) {
    JobSpec job;
    SimulationSpec spec = plan_candidate_spec(space, candidate, &job);
    Arena *arena = arena_create();
    spec.without_links = false;
    StepInterval interval = simulation_run(&spec, arena)->interval;
    /* These live as long as the run. */
    interval.doubts = NULL;
    interval.beyond = NULL;
    interval.doubt_count = interval.beyond_count = 0;
    arena_destroy(arena);
    return interval;
}
