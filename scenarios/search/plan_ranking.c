#include "scenarios/search/plan_ranking.h"

#include <math.h>
#include <stdlib.h>

/* A simulated candidate, with what it is sorted by. */
typedef struct Ranked {
    double step_s;
    double memory_bytes;
    double cost_gpu_s;
    int candidate;
} Ranked;

static int compare_numbers(double one, double other) {
    return (one > other) - (one < other);
}

/* Fastest first; ties by memory, then by the order of the space, so that the order is the same everywhere. */
static int fastest_first(const void *left, const void *right) {
    const Ranked *one = left, *other = right;
    int order = compare_numbers(one->step_s, other->step_s);
    order = order != 0 ? order : compare_numbers(one->memory_bytes, other->memory_bytes);
    return order != 0 ? order : one->candidate - other->candidate;
}

/* As fast, as small and as cheap; of two that are alike the one that comes first. */
static bool is_no_worse(const Ranked *one, const Ranked *other) {
    return one->step_s <= other->step_s && one->memory_bytes <= other->memory_bytes &&
           one->cost_gpu_s <= other->cost_gpu_s;
}

static void fill_front(PlanSearch *search, const Ranked *ranked, int count, Arena *arena) {
    int *front = ARENA_ARRAY(arena, count, int), *places = ARENA_ARRAY(arena, count, int);
    for (int i = 0; i < count; i++) {
        bool beaten = false;
        /* Whoever beats it comes before it, and if that is not on the front, somebody on it beats both. */
        for (int j = 0; j < search->front_count && !beaten; j++)
            beaten = is_no_worse(&ranked[places[j]], &ranked[i]);
        if (beaten)
            continue;
        places[search->front_count] = i;
        front[search->front_count++] = ranked[i].candidate;
    }
    search->front = front;
}

static void rank(PlanSearch *search, int top, Arena *arena) {
    int count = search->fates[PLAN_SIMULATED], next = 0;
    Ranked *ranked = ARENA_ARRAY(arena, count, Ranked);
    for (int i = 0; i < search->count; i++) {
        const PlanCandidate *candidate = &search->candidates[i];
        if (candidate->fate == PLAN_SIMULATED)
            ranked[next++] = (Ranked){candidate->step_s, candidate->memory_bytes,
                                      plan_candidate_cost_gpu_s(candidate, candidate->step_s), i};
    }
    qsort(ranked, (size_t)count, sizeof *ranked, fastest_first);
    search->top_count = count < top ? count : top;
    int *best = ARENA_ARRAY(arena, search->top_count, int);
    for (int i = 0; i < search->top_count; i++)
        best[i] = ranked[i].candidate;
    search->top = best;
    fill_front(search, ranked, count, arena);
}

static bool same_class(const PlanCandidate *one, const PlanCandidate *other) {
    return one->point->gpus == other->point->gpus &&
           one->point->plan.tensor_parallel == other->point->plan.tensor_parallel &&
           one->point->plan.pipeline_parallel == other->point->plan.pipeline_parallel;
}

/* A run says more than any bound. */
static bool is_better(const PlanCandidate *one, const PlanCandidate *other) {
    if ((one->fate == PLAN_SIMULATED) != (other->fate == PLAN_SIMULATED))
        return one->fate == PLAN_SIMULATED;
    return one->fate == PLAN_SIMULATED ? one->step_s < other->step_s : one->bound_s < other->bound_s;
}

static void count_in(const PlanSearch *search, PlanClass *class, int index) {
    const PlanCandidate *candidate = &search->candidates[index];
    bool fits = candidate->fate == PLAN_SIMULATED || candidate->fate == PLAN_DOMINATED;
    class->count++;
    class->fates[candidate->fate]++;
    if (candidate->fate == PLAN_TOO_BIG &&
        (class->nearest < 0 || candidate->missing_bytes < search->candidates[class->nearest].missing_bytes))
        class->nearest = index;
    if (fits && (class->best < 0 || is_better(candidate, &search->candidates[class->best])))
        class->best = index;
}

static void classify(PlanSearch *search, Arena *arena) {
    PlanClass *classes = ARENA_ARRAY(arena, search->count, PlanClass);
    for (int i = 0; i < search->count; i++) {
        if (i == 0 || !same_class(&search->candidates[i], &search->candidates[i - 1]))
            classes[search->class_count++] = (PlanClass){.first = i, .nearest = -1, .best = -1};
        count_in(search, &classes[search->class_count - 1], i);
        search->fates[search->candidates[i].fate]++;
    }
    search->classes = classes;
}

void plan_ranking_fill(PlanSearch *search, int top, Arena *arena) {
    classify(search, arena);
    rank(search, top, arena);
}
