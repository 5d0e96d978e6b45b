#include "scenarios/search/plan_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/cluster/step_bound.h"
#include "models/simulation.h"
#include "scenarios/experiment/parallel.h"
#include "scenarios/search/plan_assessment.h"
#include "scenarios/search/plan_interval.h"
#include "scenarios/search/plan_ranking.h"
#include "scenarios/search/plan_trials.h"
#include "sim/engine/indexed_heap.h"

/* What is known of a candidate's bound, and what to do with it next. */
typedef enum Stage { STAGE_COMPUTE, STAGE_TRAFFIC, STAGE_DONE } Stage;

typedef struct Run {
    const PlanSpace *space;
    const PlanSearchOptions *options;
    PlanSearch *search;
    uint8_t *stages; /* [candidate]: which bound it has */
    int batch[PLAN_SEARCH_BATCH];
    int batch_count;
    int *simulated; /* candidates in the order in which they ran */
    int simulated_count;
    double *fastest_s; /* the steps of the best so far, ascending */
    int fastest_count;
    IndexedHeap open; /* candidates that are not decided, by bound */
    uint32_t *place;
} Run;

static void simulate(PlanCandidate *candidate, const SimulationSpec *spec) {
    Arena *arena = arena_create();
    const Results *results = simulation_run(spec, arena);
    candidate->fate = results->status == RUN_OK ? PLAN_SIMULATED : PLAN_ENDLESS;
    if (results->status == RUN_OK) {
        candidate->step_s = (double)results->step * 1e-9;
        candidate->ledger = results->ledger;
        candidate->peak_flop_per_s = results->mean_peak_flop_per_s;
    }
    arena_destroy(arena);
}

/* Sharpens the bound, or runs a plan whose bound is as sharp as it gets. */
static void take_further(void *context, int index) {
    Run *run = context;
    int number = run->batch[index];
    PlanCandidate *candidate = &run->search->candidates[number];
    JobSpec job;
    SimulationSpec spec = plan_candidate_spec(run->space, candidate, &job);
    if (run->stages[number] == STAGE_COMPUTE)
        candidate->bound_s = fmax(candidate->bound_s, step_bound_s(&spec, false));
    else
        simulate(candidate, &spec);
    run->stages[number]++;
}

/* True when a run could change neither the best nor the front, as the bound shows. */
static bool is_decided(const Run *run, const PlanCandidate *candidate) {
    int top = run->options->top;
    double bound_s = candidate->bound_s;
    if (isinf(bound_s))
        return true;
    if (run->options->exhaustive || run->fastest_count < top || run->fastest_s[top - 1] >= bound_s)
        return false;
    for (int i = 0; i < run->simulated_count; i++) {
        const PlanCandidate *other = &run->search->candidates[run->simulated[i]];
        if (other->step_s < bound_s && other->memory_bytes <= candidate->memory_bytes &&
            plan_candidate_cost_gpu_s(other, other->step_s) <= plan_candidate_cost_gpu_s(candidate, bound_s))
            return true;
    }
    return false;
}

static void fill_batch(Run *run) {
    run->batch_count = 0;
    while (run->open.count > 0 && run->batch_count < PLAN_SEARCH_BATCH) {
        uint32_t number = run->open.entries[0].id;
        indexed_heap_remove(&run->open, run->place, number);
        if (!is_decided(run, &run->search->candidates[number]))
            run->batch[run->batch_count++] = (int)number;
    }
}

static void remember_step(Run *run, double step_s) {
    int place = run->fastest_count;
    while (place > 0 && run->fastest_s[place - 1] > step_s)
        place--;
    if (place == run->options->top)
        return;
    int moved = run->fastest_count - place - (run->fastest_count == run->options->top);
    memmove(&run->fastest_s[place + 1], &run->fastest_s[place], (size_t)moved * sizeof *run->fastest_s);
    run->fastest_s[place] = step_s;
    run->fastest_count += run->fastest_count < run->options->top;
}

static void note_batch(Run *run) {
    for (int i = 0; i < run->batch_count; i++) {
        int number = run->batch[i];
        const PlanCandidate *candidate = &run->search->candidates[number];
        if (run->stages[number] != STAGE_DONE) {
            indexed_heap_set(&run->open, run->place, (uint32_t)number, heap_key_of(candidate->bound_s));
        } else if (candidate->fate == PLAN_SIMULATED) {
            run->simulated[run->simulated_count++] = number;
            remember_step(run, candidate->step_s);
        }
    }
}

static void decide_all(Run *run) {
    for (int i = 0; i < run->search->count; i++)
        if (run->search->candidates[i].fate == PLAN_DOMINATED)
            indexed_heap_set(&run->open, run->place, (uint32_t)i, heap_key_of(run->search->candidates[i].bound_s));
    for (fill_batch(run); run->batch_count > 0; fill_batch(run)) {
        parallel_run(&(ParallelWork){.count = run->batch_count, .work = take_further, .context = run},
                     run->options->threads);
        note_batch(run);
    }
    indexed_heap_free(&run->open);
}

static PlanSearch *lay_out(const PlanSpace *space, Arena *arena) {
    PlanSearch *search = ARENA_NEW(arena, PlanSearch);
    PlanPoints points = plan_space_list(space, arena);
    *search = (PlanSearch){.space = space, .count = points.count, .cut = points.cut};
    search->candidates = ARENA_ARRAY(arena, points.count, PlanCandidate);
    for (int i = 0; i < points.count; i++)
        search->candidates[i] = (PlanCandidate){.point = &points.items[i],
                                                .fate = PLAN_REFUSED,
                                                .memory_bytes = NAN,
                                                .missing_bytes = NAN,
                                                .bound_s = NAN,
                                                .step_s = NAN};
    return search;
}

const PlanSearch *plan_search_run(const PlanSpace *space, const PlanSearchOptions *options, Arena *arena) {
    PlanSearch *search = lay_out(space, arena);
    Run run = {.space = space, .options = options, .search = search};
    run.stages = ARENA_ARRAY(arena, search->count, uint8_t);
    run.simulated = ARENA_ARRAY(arena, search->count, int);
    run.fastest_s = ARENA_ARRAY(arena, options->top + 1, double);
    run.place = ARENA_ARRAY(arena, search->count, uint32_t);
    for (int i = 0; i < search->count; i++)
        run.place[i] = HEAP_ABSENT;
    plan_assessment_fill(search, options->threads);
    decide_all(&run);
    plan_ranking_fill(search, options->top, arena);
    if (search->top_count > 0) {
        const PlanCandidate *best = &search->candidates[search->top[0]];
        search->interval = plan_interval_of(space, best);
        search->trials = plan_trials_of(space, best, arena, &search->trial_count);
    }
    return search;
}
