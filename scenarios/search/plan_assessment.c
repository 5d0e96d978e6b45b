#include "scenarios/search/plan_assessment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/account/job_gpus.h"
#include "models/cluster/placement.h"
#include "models/cluster/step_bound.h"
#include "models/memory/training_memory.h"
#include "models/plan/pass_order.h"
#include "scenarios/experiment/parallel.h"

typedef struct Families {
    PlanSearch *search;
    const int *first; /* [family]: its first candidate; behind the last, the number of candidates */
} Families;

/* The most of any stage. */
static double most_bytes(const TrainingSpec *training, const PipelinePass *orders, Arena *arena) {
    int64_t count = training->plan.pipeline_parallel;
    StageMemory *stages = ARENA_ARRAY(arena, count, StageMemory);
    double most = 0;
    training_memory_of_stages(training, orders, stages);
    for (int64_t stage = 0; stage < count; stage++)
        most = fmax(most, stage_memory_total_bytes(&stages[stage]));
    return most;
}

/* Where nodes differ it matters which stage sits where. */
static double most_missing_bytes(const SimulationSpec *spec, Arena *arena) {
    double missing = -INFINITY;
    ErrorList errors;
    error_list_init(&errors, arena);
    Results results = {0};
    const JobGpus gpus = {&spec->cluster, &spec->jobs[0], placement_of_jobs(spec, arena, &errors)[0].rank_gpu};
    job_gpus_memory(&gpus, arena, &results);
    for (int i = 0; i < results.memory_count; i++)
        missing = fmax(missing, results.memory[i].total_bytes - results.memory[i].capacity_bytes);
    return missing;
}

static void assess(PlanSearch *search, PlanCandidate *candidate, const PipelinePass *orders, Arena *arena) {
    JobSpec job;
    SimulationSpec spec = plan_candidate_spec(search->space, candidate, &job);
    candidate->memory_bytes = most_bytes(&job.training, orders, arena);
    candidate->missing_bytes = spec.cluster.mix == NULL ? candidate->memory_bytes - spec.cluster.node.gpu.hbm_bytes
                                                        : most_missing_bytes(&spec, arena);
    candidate->fate = candidate->missing_bytes <= 0 ? PLAN_DOMINATED : PLAN_TOO_BIG;
    if (candidate->fate == PLAN_DOMINATED)
        candidate->bound_s = step_bound_s(&spec, true);
}

static void assess_family(void *context, int index) {
    const Families *families = context;
    PipelinePass *orders = NULL;
    Arena *arena = arena_create();
    for (int i = families->first[index]; i < families->first[index + 1]; i++) {
        PlanCandidate *candidate = &families->search->candidates[i];
        if (candidate->point->reason != NULL)
            continue;
        if (orders == NULL)
            orders = pass_order_list(&candidate->point->plan);
        assess(families->search, candidate, orders, arena);
        arena_clear(arena);
    }
    arena_destroy(arena);
    free(orders);
}

/* Whether the passes of two resolved plans go in the same order. */
static bool have_one_order(const PlanSpec *one, const PlanSpec *other) {
    return one->pipeline_parallel == other->pipeline_parallel && one->virtual_stages == other->virtual_stages &&
           plan_micro_batches(one) == plan_micro_batches(other) && strcmp(one->schedule, other->schedule) == 0 &&
           one->overlap_expert_comm == other->overlap_expert_comm;
}

/* Neighbours of one order, and what is refused among them; returns their number. */
static int list_families(const PlanSearch *search, int *first) {
    const PlanPoint *latest = NULL; /* of those that are not refused */
    int count = 0;
    for (int i = 0; i < search->count; i++) {
        const PlanPoint *point = search->candidates[i].point;
        bool counts = point->reason == NULL;
        if (i == 0 || (counts && latest != NULL && !have_one_order(&latest->plan, &point->plan)))
            first[count++] = i;
        latest = counts ? point : latest;
    }
    first[count] = search->count;
    return count;
}

void plan_assessment_fill(PlanSearch *search, int threads) {
    int *first = calloc((size_t)search->count + 1, sizeof *first);
    if (first == NULL)
        fatal("out of memory for %d plans", search->count);
    Families families = {search, first};
    int count = list_families(search, first);
    parallel_run(&(ParallelWork){.count = count, .work = assess_family, .context = &families}, threads);
    free(first);
}
