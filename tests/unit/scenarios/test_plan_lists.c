/* The search for plans of lists of layers. */
#include <criterion/criterion.h>
#include <string.h>

#include "models/plan/plan_stages.h"
#include "scenarios/search/plan_search.h"
#include "tests/unit/scenarios/open_space.h"

enum { TOP = 7 };

/* ResNet-50 has 20 pieces. */
static PlanSpace open_resnet(Arena *arena) {
    return OPEN_SPACE(arena, "jobs[0].model=resnet-50", "jobs[0].sequence_length=1", "jobs[0].gpus=8",
                      "jobs[0].plan.global_batch=96");
}

static const PlanSearch *search(const PlanSpace *space, bool exhaustive, Arena *arena) {
    return plan_search_run(space, &(PlanSearchOptions){.top = TOP, .threads = 1, .exhaustive = exhaustive}, arena);
}

Test(plan_lists, pruning_finds_what_an_exhaustive_search_finds) {
    Arena *arena = arena_create();
    PlanSpace space = open_resnet(arena);
    const PlanSearch *all = search(&space, true, arena), *pruned = search(&space, false, arena);
    cr_assert_eq(all->fates[PLAN_DOMINATED], 0);
    cr_assert_gt(pruned->fates[PLAN_DOMINATED], 0);
    cr_assert_eq(pruned->top_count, TOP);
    cr_assert_eq(pruned->front_count, all->front_count);
    cr_expect_arr_eq(pruned->top, all->top, TOP * sizeof *all->top);
    cr_expect_arr_eq(pruned->front, all->front, (size_t)all->front_count * sizeof *all->front);
    for (int i = 0; i < all->count; i++)
        if (all->candidates[i].fate == PLAN_SIMULATED)
            cr_expect_leq(all->candidates[i].bound_s, all->candidates[i].step_s, "candidate %d", i);
    arena_destroy(arena);
}

/* Pieces are dealt out where the plan lives as long as the list. */
Test(plan_lists, stages_chunks_splits_and_schedules_of_a_list_are_tried) {
    Arena *arena = arena_create();
    PlanSpace space = open_resnet(arena);
    PlanPoints points = plan_space_list(&space, arena);
    int deep = 0, by_cost = 0, interleaved = 0;
    for (int i = 0; i < points.count; i++) {
        TrainingSpec training = space.spec->jobs[0].training;
        training.plan = points.items[i].plan;
        cr_expect_eq(training.plan.tensor_parallel, 1);
        cr_expect_eq(training.plan.recompute, RECOMPUTE_NONE);
        cr_expect_leq(plan_zero_stage(&training.plan), 1);
        if (points.items[i].reason != NULL)
            continue;
        int64_t pieces = 0, chunks = training.plan.pipeline_parallel * training.plan.virtual_stages;
        for (int64_t place = 0; place < chunks; place++)
            pieces += plan_stages_layers(&training, place % training.plan.pipeline_parallel,
                                         place / training.plan.pipeline_parallel);
        cr_expect_eq(pieces, 20, "plan %d", i);
        cr_expect_eq(training.plan.list_chunks == NULL, chunks == 1, "plan %d", i);
        deep += training.plan.pipeline_parallel == 8;
        by_cost += training.plan.stage_split == STAGE_SPLIT_COST;
        interleaved += strcmp(training.plan.schedule, "interleaved_1f1b") == 0;
    }
    cr_expect_gt(deep, 0);
    cr_expect_gt(by_cost, 0);
    cr_expect_gt(interleaved, 0);
    arena_destroy(arena);
}
