#include "scenarios/search/plan_trials.h"

#include <math.h>
#include <stdlib.h>

#include "models/job_resolve.h"
#include "models/simulation.h"

/* Turns a switch on and says how a scenario does; NULL when it is on already or would do nothing. */
typedef const char *Switch(PlanSpec *plan);

static const char *fuse_attention(PlanSpec *plan) {
    if (plan->flash_attention)
        return NULL;
    plan->flash_attention = true;
    plan->attention_kernel = ATTENTION_AUTO;
    return "flash_attention: true";
}

static const char *overlap_reductions(PlanSpec *plan) {
    if (plan->overlap_grad_reduce || plan_weight_copies(plan) == 1)
        return NULL;
    plan->overlap_grad_reduce = true;
    return "overlap_grad_reduce: true";
}

static const char *overlap_gathers(PlanSpec *plan) {
    bool may = plan_zero_stage(plan) == 1 && plan->overlap_grad_reduce && plan_shard_size(plan) > 1;
    if (plan->overlap_param_gather || !may || plan->zero_whole_weights || plan->offload_optimizer)
        return NULL;
    plan->overlap_param_gather = true;
    return "overlap_param_gather: true";
}

static const char *overlap_messages(PlanSpec *plan) {
    if (plan->overlap_p2p || plan->pipeline_parallel == 1)
        return NULL;
    plan->overlap_p2p = true;
    return "overlap_p2p: true";
}

static const char *overlap_tensors(PlanSpec *plan) {
    if (plan->tp_comm_overlap || plan->tensor_parallel == 1 || !plan->sequence_parallel)
        return NULL;
    plan->tp_comm_overlap = true;
    return "tp_comm_overlap: true";
}

static const char *send_tokens_once(PlanSpec *plan) {
    if (plan->expert_dispatcher == EXPERT_DEEPEP || plan->expert_parallel == 1)
        return NULL;
    plan->expert_dispatcher = EXPERT_DEEPEP;
    return "expert_dispatcher: deepep";
}

/* Where plan_experts.h lets it. */
static const char *overlap_experts(PlanSpec *plan) {
    bool may = plan->recompute != RECOMPUTE_FULL && plan_zero_stage(plan) < 2;
    if (plan->overlap_expert_comm || plan->expert_parallel == 1 || !may)
        return NULL;
    plan->overlap_expert_comm = true;
    return "overlap_expert_comm: true";
}

static const char *compile(PlanSpec *plan) {
    if (plan->compile)
        return NULL;
    plan->compile = true;
    return "compile: true";
}

static const char *use_graphs(PlanSpec *plan) {
    if (plan->cuda_graphs)
        return NULL;
    plan->cuda_graphs = true;
    return "cuda_graphs: true";
}

static Switch *const SWITCHES[] = {fuse_attention,  overlap_reductions, overlap_gathers, overlap_messages,
                                   overlap_tensors, send_tokens_once,   overlap_experts, compile,
                                   use_graphs};

enum { SWITCH_COUNT = sizeof SWITCHES / sizeof *SWITCHES };

/* Whether the job can be with its switch; resolves what follows from that, in the arena. */
static bool may_be(const SimulationSpec *spec, JobSpec *job, Arena *arena) {
    ErrorList errors;
    error_list_init(&errors, arena);
    job_resolve(spec, job, &errors);
    return errors.count == 0;
}

static double step_with(const SimulationSpec *spec, Arena *arena) {
    const Results *results = simulation_run(spec, arena);
    return results->status == RUN_OK ? (double)results->step * 1e-9 : (double)NAN;
}

/* What does not run comes last. */
static int compare_trials(const void *left, const void *right) {
    double one = ((const PlanTrial *)left)->step_s, other = ((const PlanTrial *)right)->step_s;
    if (isnan(one) || isnan(other))
        return isnan(one) - isnan(other);
    return (one > other) - (one < other);
}

const PlanTrial *plan_trials_of(const PlanSpace *space, const PlanCandidate *candidate, Arena *arena, int *count) {
    PlanTrial *trials = ARENA_ARRAY(arena, SWITCH_COUNT, PlanTrial);
    *count = 0;
    for (int i = 0; i < SWITCH_COUNT; i++) {
        JobSpec job;
        SimulationSpec spec = plan_candidate_spec(space, candidate, &job);
        const char *words = SWITCHES[i](&job.training.plan);
        Arena *scratch = arena_create();
        if (words != NULL && may_be(&spec, &job, scratch))
            trials[(*count)++] = (PlanTrial){words, step_with(&spec, scratch)};
        arena_destroy(scratch);
    }
    qsort(trials, (size_t)*count, sizeof *trials, compare_trials);
    return trials;
}
