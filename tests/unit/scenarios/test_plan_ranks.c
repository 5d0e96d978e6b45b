#include <criterion/criterion.h>
#include <math.h>

#include "scenarios/validation/plan_ranks.h"
#include "tests/unit/scenarios/judged_rows.h"

/* Ranks measured 1 2 3 4, simulated 2 1 3 4: 1 - 6 * 2 / (4 * 15) = 0.8. */
#define FOUR_PLANS                                                                                                     \
    {"a", "1", "fp16", 8, 64, 8, 1.11, 2.3}, {"a", "2", "fp16", 8, 64, 16, 1.22, 2.2},                                 \
        {"a", "4", "fp16", 8, 64, 32, 1.33, 2.5}, {                                                                    \
        "a", "8", "fp16", 8, 64, 64, 1.44, 2.9                                                                         \
    }

Test(plan_ranks, a_group_is_judged_by_spearmans_correlation) {
    const JudgedRow rows[] = {FOUR_PLANS};
    Arena *arena = arena_create();
    RowKeys keys = judged_rows(rows, 4, arena);
    PlanRanks ranks = plan_ranks_of(&keys, arena);
    cr_assert_eq(ranks.groups, 1);
    cr_assert_eq(ranks.rows, 4);
    cr_assert_float_eq(ranks.mean_correlation, 0.8, 1e-12);
    cr_assert_float_eq(ranks.pooled_correlation, 0.8, 1e-12);
    cr_assert_eq(ranks.best_met, 1);
    cr_assert_float_eq(ranks.best_blind, 0.75, 1e-12);
    arena_destroy(arena);
}

Test(plan_ranks, rows_of_another_precision_gpus_or_batch_are_another_group) {
    const JudgedRow rows[] = {FOUR_PLANS,
                              {"a", "1", "fp8", 8, 64, 8, 0.3, 9.9},
                              {"a", "1", "fp16", 16, 64, 4, 0.4, 9.8},
                              {"a", "1", "fp16", 8, 32, 4, 0.5, 9.7}};
    Arena *arena = arena_create();
    RowKeys keys = judged_rows(rows, 7, arena);
    PlanRanks ranks = plan_ranks_of(&keys, arena);
    cr_assert_eq(ranks.groups, 1, "three single rows are no groups");
    cr_assert_float_eq(ranks.least_correlation, 0.8, 1e-12);
    arena_destroy(arena);
}

Test(plan_ranks, a_best_plan_that_is_simulated_fourth_is_not_among_the_first_three) {
    const JudgedRow rows[] = {{"a", "1", "fp16", 8, 64, 8, 1.11, 4.4},
                              {"a", "2", "fp16", 8, 64, 16, 1.22, 3.3},
                              {"a", "4", "fp16", 8, 64, 32, 1.33, 2.2},
                              {"a", "8", "fp16", 8, 64, 64, 1.44, 1.1}};
    Arena *arena = arena_create();
    RowKeys keys = judged_rows(rows, 4, arena);
    PlanRanks ranks = plan_ranks_of(&keys, arena);
    cr_assert_float_eq(ranks.mean_correlation, -1, 1e-12);
    cr_assert_eq(ranks.best_met, 0);
    arena_destroy(arena);
}

Test(plan_ranks, a_model_that_sees_no_difference_has_a_correlation_of_0) {
    const JudgedRow rows[] = {{"a", "1", "fp16", 8, 64, 8, 1.11, 2.2},
                              {"a", "2", "fp16", 8, 64, 16, 1.22, 2.2},
                              {"a", "4", "fp16", 8, 64, 32, 1.33, 2.2},
                              {"a", "8", "fp16", 8, 64, 64, 1.44, 2.2}};
    Arena *arena = arena_create();
    RowKeys keys = judged_rows(rows, 4, arena);
    PlanRanks ranks = plan_ranks_of(&keys, arena);
    cr_assert_float_eq(ranks.mean_correlation, 0, 1e-12);
    cr_assert_float_eq(ranks.pooled_correlation, 0, 1e-12);
    cr_assert_eq(ranks.best_met, 0, "it did not choose the best plan");
    arena_destroy(arena);
}

Test(plan_ranks, rows_that_did_not_run_are_in_no_group) {
    const JudgedRow rows[] = {FOUR_PLANS, {"a", "16", "fp16", 8, 64, 64, 0.11, NAN}};
    Arena *arena = arena_create();
    RowKeys keys = judged_rows(rows, 5, arena);
    cr_assert_eq(plan_ranks_of(&keys, arena).rows, 4);
    keys = judged_rows(rows, 3, arena);
    cr_assert(isnan(plan_ranks_of(&keys, arena).mean_correlation), "three rows prove nothing");
    arena_destroy(arena);
}
