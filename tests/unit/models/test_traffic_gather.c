#include "models/traffic/traffic_gather.h"

#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/models/small_network.h"

static const double BYTES = 23.85e6;

static TrafficGroups groups_of(CollectiveKind kind, double bytes, const int *gpus, int ranks) {
    return (TrafficGroups){
        .kind = kind, .bytes = bytes, .algorithm = "auto", .ranks = ranks, .count = 1, .gpus = gpus, .copies = 1};
}

static TrafficLoads loads_after(Arena *arena, const TrafficGroups *before, const TrafficGroups *groups,
                                const CollectiveAlgorithm **algorithm) {
    Network network = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    TrafficGather *gather = traffic_gather_create(arena, &network);
    if (before != NULL)
        traffic_gather_choose(gather, before, algorithm);
    TrafficLoads loads = traffic_gather_choose(gather, groups, algorithm);
    traffic_gather_destroy(gather);
    return loads;
}

/* What groups put on the links does not depend on what was asked before. */
static void expect_as_if_first(const TrafficGroups *before, const TrafficGroups *groups) {
    Arena *arena = arena_create();
    const CollectiveAlgorithm *later, *first;
    TrafficLoads one = loads_after(arena, before, groups, &later), other = loads_after(arena, NULL, groups, &first);
    cr_expect_str_eq(later->name, first->name);
    cr_assert_eq(one.leg_count, other.leg_count);
    for (int leg = 0; leg < one.leg_count; leg++) {
        const LegLoads *left = &one.legs[leg], *right = &other.legs[leg];
        cr_expect_eq(left->latency_s, right->latency_s);
        cr_expect_eq(left->flow_bytes, right->flow_bytes);
        cr_assert_eq(left->load_count, right->load_count);
        for (int i = 0; i < left->load_count; i++) {
            cr_expect_eq(left->loads[i].link, right->loads[i].link, "leg %d, load %d", leg, i);
            cr_expect_eq(left->loads[i].bytes, right->loads[i].bytes, "leg %d, load %d", leg, i);
        }
    }
    arena_destroy(arena);
}

static const int FIRST_NODE[] = {0, 1, 3}, THIRD_NODE[] = {8, 9, 11}, OTHER_PLACES[] = {8, 10, 11};
static const int TURNED[] = {9, 8, 11}, TWO_NODES[] = {3, 4, 5}, NEXT_TWO[] = {7, 8, 9};

Test(traffic_gather, the_same_group_on_another_node_loads_the_ports_there) {
    TrafficGroups before = groups_of(COLLECTIVE_ALL_REDUCE, BYTES, FIRST_NODE, 3);
    TrafficGroups groups = groups_of(COLLECTIVE_ALL_REDUCE, BYTES, THIRD_NODE, 3);
    expect_as_if_first(&before, &groups);
    before.split = groups.split = true;
    expect_as_if_first(&before, &groups);
}

Test(traffic_gather, a_group_that_differs_is_looked_at_by_itself) {
    TrafficGroups before = groups_of(COLLECTIVE_ALL_REDUCE, BYTES, FIRST_NODE, 3);
    TrafficGroups others[] = {groups_of(COLLECTIVE_ALL_REDUCE, BYTES, OTHER_PLACES, 3),
                              groups_of(COLLECTIVE_ALL_REDUCE, BYTES, TURNED, 3),
                              groups_of(COLLECTIVE_ALL_REDUCE, BYTES, THIRD_NODE, 2),
                              groups_of(COLLECTIVE_ALL_REDUCE, 2.385 * BYTES, THIRD_NODE, 3),
                              groups_of(COLLECTIVE_ALL_GATHER, BYTES, THIRD_NODE, 3),
                              groups_of(COLLECTIVE_ALL_REDUCE, BYTES, THIRD_NODE, 3),
                              groups_of(COLLECTIVE_ALL_REDUCE, BYTES, THIRD_NODE, 3)};
    others[5].split = true;
    others[6].algorithm = "double_binary_tree";
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        expect_as_if_first(&before, &others[i]);
}

/* The second group leaves its leaf, the first does not. */
Test(traffic_gather, a_group_over_two_nodes_is_never_taken_from_another) {
    TrafficGroups before = groups_of(COLLECTIVE_ALL_REDUCE, BYTES, TWO_NODES, 3);
    TrafficGroups groups = groups_of(COLLECTIVE_ALL_REDUCE, BYTES, NEXT_TWO, 3);
    expect_as_if_first(&before, &groups);
}
