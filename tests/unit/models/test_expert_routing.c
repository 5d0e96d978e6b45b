/* Shares of pairs by theory: the busiest rank and the others add up to all, capacity cuts, padding fills up. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/plan/expert_routing.h"

static const double TOLERANCE = 1e-12;

#define EXPECT_NEAR(found, expected) cr_expect_float_eq(found, expected, TOLERANCE, "%.15g", found)

Test(expert_routing, an_even_router_gives_everybody_the_same) {
    const ExpertRouting even = {.imbalance = 1};
    Arena *arena = arena_create();
    EXPECT_NEAR(expert_routing_busiest(&even, 7), 1);
    EXPECT_NEAR(expert_routing_mean(&even, 7), 1);
    EXPECT_NEAR(expert_routing_dropped_fraction(&even, 7), 0);
    cr_expect(expert_routing_weights(&even, 7, false, arena) == NULL);
    arena_destroy(arena);
}

Test(expert_routing, without_a_capacity_nothing_is_dropped) {
    const ExpertRouting skewed = {.imbalance = 2.385};
    EXPECT_NEAR(expert_routing_busiest(&skewed, 5), 2.385);
    EXPECT_NEAR(expert_routing_mean(&skewed, 5), 1);
    EXPECT_NEAR(expert_routing_dropped_fraction(&skewed, 5), 0);
}

Test(expert_routing, a_rank_alone_has_what_there_is) {
    const ExpertRouting skewed = {.imbalance = 2.385, .capacity_factor = 1.25};
    EXPECT_NEAR(expert_routing_busiest(&skewed, 1), 1);
    EXPECT_NEAR(expert_routing_mean(&skewed, 1), 1);
    EXPECT_NEAR(expert_routing_dropped_fraction(&skewed, 1), 0);
}

Test(expert_routing, what_is_above_the_capacity_is_dropped) {
    const ExpertRouting cut = {.imbalance = 2.385, .capacity_factor = 1.25};
    double dropped = (2.385 - 1.25) / 5;
    EXPECT_NEAR(expert_routing_busiest(&cut, 5), 1.25);
    EXPECT_NEAR(expert_routing_mean(&cut, 5), 1 - dropped);
    EXPECT_NEAR(expert_routing_dropped_fraction(&cut, 5), dropped);
}

Test(expert_routing, a_capacity_below_one_cuts_everybody) {
    const ExpertRouting cut = {.imbalance = 1, .capacity_factor = 0.75};
    EXPECT_NEAR(expert_routing_busiest(&cut, 5), 0.75);
    EXPECT_NEAR(expert_routing_dropped_fraction(&cut, 5), 0.25);
    EXPECT_NEAR(expert_routing_dropped_fraction(&cut, 1), 0.25);
}

Test(expert_routing, padded_everybody_works_on_the_capacity_and_as_much_is_dropped) {
    const ExpertRouting cut = {.imbalance = 2.385, .capacity_factor = 1.25};
    ExpertRouting padded = cut;
    padded.pads = true;
    EXPECT_NEAR(expert_routing_busiest(&padded, 5), 1.25);
    EXPECT_NEAR(expert_routing_mean(&padded, 5), 1.25);
    EXPECT_NEAR(expert_routing_dropped_fraction(&padded, 5), expert_routing_dropped_fraction(&cut, 5));
}

Test(expert_routing, all_pairs_arrive_and_go_back_the_same_way) {
    const ExpertRouting skewed = {.imbalance = 2.385};
    Arena *arena = arena_create();
    const double *there = expert_routing_weights(&skewed, 5, false, arena);
    const double *back = expert_routing_weights(&skewed, 5, true, arena);
    double sum = 0;
    for (int from = 0; from < 5; from++)
        for (int to = 0; to < 5; to++) {
            sum += there[5 * from + to];
            cr_expect(eq(dbl, there[5 * from + to], back[5 * to + from]));
        }
    EXPECT_NEAR(sum, 25);
    EXPECT_NEAR(there[5 * 3], 2.385);
    arena_destroy(arena);
}
