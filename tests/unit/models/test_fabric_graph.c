#include "models/hardware/fabric_graph.h"

#include <criterion/criterion.h>

#include "models/hardware/graph_walk.h"
#include "tests/unit/models/topology_samples.h"

static ErrorList list_in(Arena *arena) {
    ErrorList errors;
    error_list_init(&errors, arena);
    return errors;
}

/* Hosts h, each on a switch of its own; switches in a ring. */
static GraphPlan ring_plan(int count, Arena *arena) {
    GraphVertex *vertices = ARENA_ARRAY(arena, 2 * count, GraphVertex);
    GraphCable *cables = ARENA_ARRAY(arena, 2 * count, GraphCable);
    for (int i = 0; i < count; i++) {
        vertices[i] = (GraphVertex){.word = "h", .index = i, .path = "hosts"};
        vertices[count + i] = (GraphVertex){.word = "s", .index = i, .path = "switches"};
        cables[i] = (GraphCable){.ends = {i, count + i}, .count = 1, .path = "access"};
        cables[count + i] = (GraphCable){
            .ends = {count + i, count + (i + 1) % count}, .bytes_per_s = 3.7e9, .count = 1, .path = "ring"};
    }
    return (GraphPlan){.vertices = vertices,
                       .hosts = count,
                       .switches = count,
                       .cables = cables,
                       .cable_count = 2 * count,
                       .nics = 3,
                       .nic_bytes_per_s = 2.385e9,
                       .efficiency_fraction = 0.9};
}

Test(fabric_graph, hops_round_a_ring_are_the_shorter_way) {
    Arena *arena = arena_create();
    ErrorList errors = list_in(arena);
    GraphPlan plan = ring_plan(13, arena);
    const FabricGraph *graph = fabric_graph_build(&plan, arena, &errors);
    cr_assert_not_null(graph);
    for (int i = 0; i < 13; i++)
        cr_assert_eq(fabric_graph_hops(graph, 13 + i, 13), i <= 6 ? i : 13 - i);
    cr_assert_eq(graph->link_count, 26, "access cables as wide as the NICs have no link");
    cr_assert_not(graph->splits);
    plan = ring_plan(14, arena);
    cr_assert(fabric_graph_build(&plan, arena, &errors)->splits, "half-way round, both ways are equal");
    arena_destroy(arena);
}

Test(fabric_graph, a_cable_of_a_host_is_a_link_only_when_it_limits) {
    Arena *arena = arena_create();
    ErrorList errors = list_in(arena);
    GraphPlan plan = ring_plan(5, arena);
    GraphCable *cables = (GraphCable *)plan.cables;
    cables[0].bytes_per_s = 3 * 2.385e9;       /* wide, but 0.9 of it is not */
    cables[1].bytes_per_s = 3 * 2.385e9 / 0.9; /* wide enough */
    cables[2].latency_s = 1e-6;
    cables[3].bytes_per_s = 9e9;
    cables[3].half_duplex = true;
    const FabricGraph *graph = fabric_graph_build(&plan, arena, &errors);
    cr_assert_eq(graph->link_count, 10 + 2 + 0 + 2 + 1);
    cr_assert_eq(graph->first_link[1], -1);
    cr_assert_eq(fabric_graph_link(graph, 0, 0, 5), fabric_graph_link(graph, 0, 0, 0) + 1);
    cr_assert_eq(fabric_graph_link(graph, 3, 0, 3), fabric_graph_link(graph, 3, 0, 8));
    cr_assert_float_eq(fabric_graph_cable_bytes_per_s(graph, 2), 3 * 2.385e9, 1);
    arena_destroy(arena);
}

static void expect_error(const GraphPlan *plan, const char *path, const char *message) {
    Arena *arena = arena_create();
    ErrorList errors = list_in(arena);
    cr_assert_null(fabric_graph_build(plan, arena, &errors));
    cr_assert_eq(errors.count, 1, "found %d, expected 1: %s", errors.count, errors.items[0].message);
    cr_assert_str_eq(errors.items[0].path, path);
    cr_assert_str_eq(errors.items[0].message, message);
    arena_destroy(arena);
}

Test(fabric_graph, each_broken_graph_is_named_once) {
    Arena *arena = arena_create();
    GraphPlan plan = ring_plan(4, arena);
    GraphCable *cables = (GraphCable *)plan.cables;
    cables[3].ends[1] = 3;
    cables[3].path = "itself";
    expect_error(&plan, "itself", "found a link from h[3] to itself, expected two ends");
    cables[3].ends[1] = 1;
    expect_error(&plan, "itself", "found a link between the hosts h[3] and h[1], expected a switch at one end");
    cables[3] = (GraphCable){.ends = {4, 2}, .count = 1, .path = "second"};
    expect_error(&plan, "hosts", "found the host h[3] without a link, expected one");
    cables[3] = (GraphCable){.ends = {6, 2}, .count = 1, .path = "second"};
    expect_error(&plan, "second",
                 "found a second link between s[2] and h[2], expected one, with `count` for cables side by side");
    cables[3] = (GraphCable){.ends = {3, 7}, .count = 1, .path = "last"};
    cables[7].bytes_per_s = 0;
    expect_error(&plan, "ring", "found no bandwidth between the switches s[3] and s[0], expected `bandwidth`");
    arena_destroy(arena);
}

Test(fabric_graph, parts_that_do_not_meet_and_switches_without_hosts_are_errors) {
    Arena *arena = arena_create();
    GraphPlan plan = ring_plan(6, arena);
    GraphCable *cables = (GraphCable *)plan.cables;
    cables[6 + 2].ends[1] = 6;
    cables[6 + 5].ends[1] = 9;
    expect_error(&plan, "hosts", "found the host h[0] on 1 of 2 separate networks, expected a way to every other host");
    for (int i = 3; i < 6; i++)
        cables[i].ends[1] = 6;
    expect_error(&plan, "switches",
                 "found the switch s[3], which no host reaches, expected a way to it or no such switch");
    arena_destroy(arena);
}

Test(fabric_graph, a_ring_that_is_too_long_for_a_route_is_an_error) {
    Arena *arena = arena_create();
    GraphPlan plan = ring_plan(203, arena);
    expect_error(&plan, "switches", "found a switch more than 100 hops from s[0], expected shorter ways");
    arena_destroy(arena);
}

Test(fabric_graph, spraying_sends_equal_parts_over_all_cables_of_fewest_hops) {
    Arena *arena = arena_create();
    ErrorList errors = list_in(arena);
    GraphPlan plan = ring_plan(6, arena);
    plan.sprayed = true;
    ((GraphCable *)plan.cables)[6].count = 3;
    const FabricGraph *graph = fabric_graph_build(&plan, arena, &errors);
    cr_assert(graph_walk_check(graph, &errors));
    FabricRoute route = {.link_count = 0};
    cr_assert(graph_walk_sprayed(graph, (int[2]){6, 9}, &route));
    cr_assert_eq(route.link_count, 6);
    double plus = 0, minus = 0;
    for (int i = 0; i < route.link_count; i++)
        *(route.share_fraction[i] > 0.5 ? &plus : &minus) += route.share_fraction[i];
    cr_assert_float_eq(plus, 3 * 0.75, 1e-12, "three cables one way round, one the other");
    cr_assert_float_eq(minus, 3 * 0.25, 1e-12);
    arena_destroy(arena);
}

/* 625 leaves of 16 hosts under 16 spines. */
static GraphPlan large_plan(Arena *arena) {
    enum { LEAVES = 625, PER_LEAF = 16, SPINES = 16, HOSTS = LEAVES * PER_LEAF };
    GraphVertex *vertices = ARENA_ARRAY(arena, HOSTS + LEAVES + SPINES, GraphVertex);
    GraphCable *cables = ARENA_ARRAY(arena, HOSTS + LEAVES * SPINES, GraphCable);
    for (int i = 0; i < HOSTS + LEAVES + SPINES; i++)
        vertices[i] = (GraphVertex){.word = "v", .index = i, .path = "v"};
    for (int i = 0; i < HOSTS; i++)
        cables[i] = (GraphCable){.ends = {i, HOSTS + i / PER_LEAF}, .count = 1, .path = "access"};
    for (int i = 0; i < LEAVES * SPINES; i++)
        cables[HOSTS + i] = (GraphCable){
            .ends = {HOSTS + i / SPINES, HOSTS + LEAVES + i % SPINES}, .bytes_per_s = 50e9, .count = 1, .path = "up"};
    return (GraphPlan){.vertices = vertices,
                       .hosts = HOSTS,
                       .switches = LEAVES + SPINES,
                       .cables = cables,
                       .cable_count = HOSTS + LEAVES * SPINES,
                       .nics = SAMPLE_NICS,
                       .nic_bytes_per_s = 23.85e9,
                       .efficiency_fraction = 1};
}

Test(fabric_graph, ten_thousand_hosts_take_a_few_megabytes) {
    Arena *arena = arena_create(), *built = arena_create();
    ErrorList errors = list_in(arena);
    GraphPlan plan = large_plan(arena);
    const FabricGraph *graph = fabric_graph_build(&plan, built, &errors);
    cr_assert_not_null(graph);
    cr_assert_lt(arena_used_bytes(built), 2e6);
    cr_assert_eq(fabric_graph_hops(graph, 10000, 10624), 2);
    arena_destroy(built);
    arena_destroy(arena);
}
