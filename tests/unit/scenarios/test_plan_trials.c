/* Switches that a search does not try, on the best plan. */
#include "scenarios/search/plan_trials.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "scenarios/search/plan_search.h"
#include "tests/unit/scenarios/open_space.h"

static const PlanSearch *best_of(PlanSpace *space, Arena *arena) {
    return plan_search_run(space, &(PlanSearchOptions){.top = 1, .threads = 1}, arena);
}

/* Seconds of the trial of a switch; NaN when it was not tried. */
static double trial_s(const PlanSearch *search, const char *words) {
    for (int i = 0; i < search->trial_count; i++)
        if (strcmp(search->trials[i].words, words) == 0)
            return search->trials[i].step_s;
    return NAN;
}

#define ONE_PLAN                                                                                                       \
    "jobs[0].plan.tensor_parallel=2", "jobs[0].plan.pipeline_parallel=2", "jobs[0].plan.virtual_stages=1",             \
        "jobs[0].plan.schedule=1f1b", "jobs[0].plan.micro_batch=1", "jobs[0].plan.recompute=full",                     \
        "jobs[0].plan.sequence_parallel=true", "jobs[0].plan.zero_stage=1"

Test(plan_trials, a_trial_is_the_step_of_the_plan_with_that_switch) {
    Arena *arena = arena_create();
    PlanSpace plain = OPEN_SPACE(arena, ONE_PLAN), fused = OPEN_SPACE(arena, ONE_PLAN, "jobs[0].plan.compile=true"),
              hidden = OPEN_SPACE(arena, ONE_PLAN, "jobs[0].plan.tp_comm_overlap=true");
    const PlanSearch *search = best_of(&plain, arena);
    double plain_s = search->candidates[search->top[0]].step_s;
    const PlanSearch *with = best_of(&fused, arena);
    cr_expect_eq(trial_s(search, "compile: true"), with->candidates[with->top[0]].step_s);
    cr_expect_lt(trial_s(search, "compile: true"), plain_s);
    with = best_of(&hidden, arena);
    cr_expect_eq(trial_s(search, "tp_comm_overlap: true"), with->candidates[with->top[0]].step_s);
    for (int i = 1; i < search->trial_count; i++)
        cr_expect_geq(search->trials[i].step_s, search->trials[i - 1].step_s);
    cr_expect(isnan(trial_s(with, "tp_comm_overlap: true")));
    arena_destroy(arena);
}

Test(plan_trials, what_could_do_nothing_is_not_tried) {
    Arena *arena = arena_create();
    PlanSpace space =
        OPEN_SPACE(arena, "jobs[0].plan.tensor_parallel=1", "jobs[0].plan.pipeline_parallel=1",
                   "jobs[0].plan.flash_attention=true", "jobs[0].plan.cuda_graphs=true", "jobs[0].model=gpt-1.7b");
    const PlanSearch *search = best_of(&space, arena);
    cr_assert_eq(search->top_count, 1);
    cr_expect_eq(search->trial_count, 2, "%d", search->trial_count);
    cr_expect_gt(trial_s(search, "compile: true"), 0);
    cr_expect_gt(trial_s(search, "overlap_grad_reduce: true"), 0);
    arena_destroy(arena);
}

/* The search resolved the plan; a trial may not be one that a scenario could not have. */
Test(plan_trials, what_a_plan_may_not_have_is_not_tried) {
    Arena *arena = arena_create();
    PlanSpace space = OPEN_SPACE(arena, "jobs[0].model=deepseek-v2-lite", "jobs[0].plan.tensor_parallel=2",
                                 "jobs[0].plan.pipeline_parallel=4", "jobs[0].plan.context_parallel=1",
                                 "jobs[0].plan.expert_parallel=2", "jobs[0].plan.flash_attention=true",
                                 "jobs[0].plan.recompute=full", "jobs[0].plan.micro_batch=1");
    const PlanSearch *search = best_of(&space, arena);
    cr_assert_eq(search->top_count, 1);
    cr_expect_gt(trial_s(search, "overlap_p2p: true"), 0);
    cr_expect(isnan(trial_s(search, "tp_comm_overlap: true")));
    arena_destroy(arena);
}

#define EXPERTS                                                                                                        \
    "jobs[0].model=mixtral-8x7b", "cluster.node=dgx-h100", "jobs[0].plan.tensor_parallel=1",                           \
        "jobs[0].plan.pipeline_parallel=2", "jobs[0].plan.schedule=1f1b", "jobs[0].plan.context_parallel=1",           \
        "jobs[0].plan.virtual_stages=1", "jobs[0].plan.expert_parallel=8", "jobs[0].plan.micro_batch=1",               \
        "jobs[0].plan.flash_attention=true", "jobs[0].plan.zero_stage=1"

Test(plan_trials, exchanges_of_experts_are_tried_where_they_can_be) {
    Arena *arena = arena_create();
    PlanSpace plain = OPEN_SPACE(arena, EXPERTS, "jobs[0].plan.recompute=none"),
              again = OPEN_SPACE(arena, EXPERTS, "jobs[0].plan.recompute=full"),
              hidden =
                  OPEN_SPACE(arena, EXPERTS, "jobs[0].plan.recompute=none", "jobs[0].plan.overlap_expert_comm=true");
    const PlanSearch *search = best_of(&plain, arena), *with = best_of(&hidden, arena);
    cr_expect_eq(trial_s(search, "overlap_expert_comm: true"), with->candidates[with->top[0]].step_s);
    cr_expect_lt(trial_s(search, "expert_dispatcher: deepep"), search->candidates[search->top[0]].step_s);
    cr_expect(isnan(trial_s(with, "overlap_expert_comm: true")));
    search = best_of(&again, arena);
    cr_expect(isnan(trial_s(search, "overlap_expert_comm: true")));
    cr_expect_gt(trial_s(search, "expert_dispatcher: deepep"), 0);
    arena_destroy(arena);
}
