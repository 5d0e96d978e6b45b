#include "scenarios/search/plan_findings.h"

static const char *const FATE_NAMES[PLAN_FATE_COUNT] = {"refused", "too_big", "dominated", "endless", "simulated"};

const char *plan_fate_name(PlanFate fate) {
    return FATE_NAMES[fate];
}

double plan_candidate_cost_gpu_s(const PlanCandidate *candidate, double step_s) {
    return (double)candidate->point->gpus * step_s;
}

SimulationSpec plan_candidate_spec(const PlanSpace *space, const PlanCandidate *candidate, JobSpec *job) {
    SimulationSpec spec = *space->spec;
    *job = spec.jobs[0];
    job->gpus = candidate->point->gpus;
    job->steps = 1;
    job->start_s = 0;
    job->training.plan = candidate->point->plan;
    spec.plans_open = false;
    spec.without_links = spec.only_times = true;
    spec.jobs = job;
    return spec;
}
