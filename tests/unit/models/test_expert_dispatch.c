/* Tokens that travel once to every node instead of once to every expert. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/cost/expert_kernels.h"
#include "models/plan/expert_dispatch.h"
#include "tests/unit/models/small_experts.h"

static TransformerSpec router(int64_t groups, int64_t most) {
    return (TransformerSpec){
        .experts = 8, .experts_per_token = 3, .expert_groups = groups, .expert_groups_per_token = most};
}

/* 3 of 8 experts: those that miss 4 of them are C(4,3) of C(8,3). */
Test(expert_dispatch, a_place_is_missed_by_tokens_whose_experts_are_all_elsewhere) {
    TransformerSpec free_choice = router(0, 0);
    cr_expect_float_eq(expert_dispatch_hit_fraction(&free_choice, 1), 3.0 / 8, 1e-12);
    cr_expect_float_eq(expert_dispatch_hit_fraction(&free_choice, 4), 1 - 4.0 / 56, 1e-12);
    cr_expect_float_eq(expert_dispatch_hit_fraction(&free_choice, 6), 1, 1e-12);
    cr_expect_float_eq(expert_dispatch_hit_fraction(&free_choice, 8), 1, 1e-12);
}

/* Of 4 groups of 2 experts a token may go to 2: it meets 3 of 4 experts there. */
Test(expert_dispatch, node_limited_routing_keeps_tokens_out_of_other_groups) {
    TransformerSpec limited = router(4, 2);
    cr_expect_float_eq(expert_dispatch_hit_fraction(&limited, 1), 3.0 / 8, 1e-12);
    cr_expect_float_eq(expert_dispatch_hit_fraction(&limited, 2), 1.0 / 2, 1e-12);
    cr_expect_float_eq(expert_dispatch_hit_fraction(&limited, 4), 5.0 / 6, 1e-12);
    cr_expect_float_eq(expert_dispatch_hit_fraction(&limited, 8), 1, 1e-12);
}

static TrainingSpec eight_ranks(void) {
    TrainingSpec training = {.model = router(0, 0), .plan = plan_default()};
    training.plan.expert_parallel = 8;
    training.plan.expert_dispatcher = EXPERT_DEEPEP;
    return training;
}

/* An even share of the pairs of a token is 3/8 of it. */
Test(expert_dispatch, a_token_goes_to_its_own_place_in_a_node_and_on_from_there) {
    Arena *arena = arena_create();
    TrainingSpec training = eight_ranks();
    const int two_nodes[] = {0, 1, 2, 3, 4, 5, 6, 7};
    const double *weights = expert_dispatch_weights(&training, two_nodes, 4, arena);
    cr_expect_float_eq(weights[1 * 8 + 5], (1 - 4.0 / 56) * 8 / 3, 1e-12);
    cr_expect(eq(dbl, weights[1 * 8 + 6], 0));
    cr_expect_float_eq(weights[1 * 8 + 2], 2 * 3.0 / 8 * 8 / 3, 1e-12, "its own tokens and those of the other node");
    weights = expert_dispatch_weights(&training, two_nodes, 8, arena);
    cr_expect_float_eq(weights[1 * 8 + 6], 1, 1e-12);
    arena_destroy(arena);
}

Test(expert_dispatch, an_alltoall_and_groups_that_nodes_share_unequally_are_even) {
    Arena *arena = arena_create();
    TrainingSpec training = eight_ranks();
    const int unequal[] = {2, 3, 4, 5, 6, 7, 8, 9};
    cr_expect_null(expert_dispatch_weights(&training, unequal, 4, arena));
    training.plan.expert_dispatcher = EXPERT_ALL_TO_ALL;
    const int equal[] = {0, 1, 2, 3, 4, 5, 6, 7};
    cr_expect_null(expert_dispatch_weights(&training, equal, 4, arena));
    arena_destroy(arena);
}

static double sent_bytes(ExpertDispatcher dispatcher, double imbalance) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_experts(arena, 2, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->expert_parallel = 8;
    plan->expert_dispatcher = dispatcher;
    plan->routing.imbalance = imbalance;
    double bytes = small_cluster_sent_bytes(arena, &spec);
    arena_destroy(arena);
    return bytes;
}

/* 8 layers, there and back, forward and backward; half of the 3 pairs of 512 tokens of 8 GPUs, or those tokens that
 * meet the 4 experts of the other node. */
Test(expert_dispatch, what_goes_through_nics_is_less_by_the_pairs_of_a_token_in_a_node) {
    double hidden = 8 * 4 * 8 * 512 * 1024 * 2.0, less = hidden * (1.5 - (1 - 4.0 / 56));
    double pairs = sent_bytes(EXPERT_ALL_TO_ALL, 1), tokens = sent_bytes(EXPERT_DEEPEP, 1);
    cr_expect_float_eq(pairs - tokens, less, 1e-9 * pairs, "%g and %g", pairs - tokens, less);
    cr_expect(gt(dbl, sent_bytes(EXPERT_ALL_TO_ALL, 2), sent_bytes(EXPERT_DEEPEP, 2)));
}

/* 8 experts on 4 GPUs: layout, dispatch and what is around them instead of counts, permutations and collectives. */
Test(expert_dispatch, the_host_issues_fewer_kernels) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_experts(arena, 2, 4);
    spec.jobs[0].training.plan.expert_parallel = 4;
    spec.jobs[0].training.plan.expert_dispatcher = EXPERT_DEEPEP;
    small_cluster_resolve(arena, &spec);
    cr_expect(eq(int, expert_kernels_issued(&spec.jobs[0].training, false), 17 + 10 + 2 * 2 - 3));
    cr_expect(eq(int, expert_kernels_issued(&spec.jobs[0].training, true), 12 + 8 + 2 * 4 - 6));
    arena_destroy(arena);
}

static void expect_error(int64_t groups, int64_t most, const char *path, const char *text) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_experts(arena, 2, 4);
    spec.jobs[0].training.model.expert_groups = groups;
    spec.jobs[0].training.model.expert_groups_per_token = most;
    small_cluster_expect_error(&spec, path, text);
    arena_destroy(arena);
}

Test(expert_dispatch, groups_that_cannot_be_are_said) {
    expect_error(3, 1, "jobs[0].model.n_group", "found 3, expected a divisor of the model's 8 experts");
    expect_error(0, 1, "jobs[0].model.n_group", "found 0, expected a divisor of the model's 8 experts");
    expect_error(4, 1, "jobs[0].model.topk_group",
                 "found 1, expected as many of the 4 groups as hold the 3 experts of a token");
    expect_error(4, 5, "jobs[0].model.topk_group",
                 "found 5, expected as many of the 4 groups as hold the 3 experts of a token");
}

Test(expert_dispatch, dispatchers_have_names) {
    cr_expect_str_eq(expert_dispatcher_name(EXPERT_ALL_TO_ALL), "alltoall");
    cr_expect_str_eq(expert_dispatcher_name(EXPERT_DEEPEP), "deepep");
}
