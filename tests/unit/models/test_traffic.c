#include "models/traffic/traffic.h"

#include <criterion/criterion.h>

#include "models/communication/collective_loads.h"
#include "sim/engine/engine.h"
#include "tests/unit/models/small_network.h"

static const double BYTES = 23.85e6;

typedef struct Bench {
    Arena *arena;
    Engine *engine;
    FairShare *share;
    Network network;
    Traffic *traffic;
} Bench;

static Bench *bench_create(const NodeSpec *node, bool folded) {
    Arena *arena = arena_create();
    Bench *bench = ARENA_NEW(arena, Bench);
    bench->arena = arena;
    bench->engine = engine_create(&(EngineSettings){.seed = 7});
    bench->share = fair_share_create(bench->engine);
    bench->network = network_build(node, &SMALL_FABRIC, 4);
    bench->traffic = traffic_create(arena, &bench->network, folded ? TRAFFIC_FOLDED : TRAFFIC_UNFOLDED);
    return bench;
}

static void bench_destroy(Bench *bench) {
    traffic_destroy(bench->traffic);
    fair_share_destroy(bench->share);
    engine_destroy(bench->engine);
    arena_destroy(bench->arena);
}

static TrafficGroups groups_of(CollectiveKind kind, double bytes, const int *gpus, int ranks) {
    return (TrafficGroups){
        .kind = kind, .bytes = bytes, .algorithm = "ring", .ranks = ranks, .count = 1, .gpus = gpus, .copies = 1};
}

static int add(Bench *bench, CollectiveKind kind, double bytes, const int *gpus, int ranks) {
    TrafficGroups groups = groups_of(kind, bytes, gpus, ranks);
    return traffic_add(bench->traffic, &groups);
}

/* One operation of `count` messages, from gpus[0] to gpus[1] and so on. */
static int add_messages(Bench *bench, double bytes, const int *gpus, int count) {
    TrafficGroups groups = groups_of(COLLECTIVE_SEND_RECV, bytes, gpus, 2);
    groups.count = count;
    return traffic_add(bench->traffic, &groups);
}

static void seal(Bench *bench) {
    traffic_seal(bench->traffic, bench->share);
}

static ResourceId resource_of(const Bench *bench, LinkId link) {
    ResourceId resource;
    cr_assert(traffic_resource(bench->traffic, link, &resource));
    return resource;
}

static bool is_used(const Bench *bench, LinkId link) {
    ResourceId resource;
    return traffic_resource(bench->traffic, link, &resource);
}

static double weight_of(const TrafficLeg *leg, ResourceId resource) {
    for (int i = 0; i < leg->way.use_count; i++)
        if (leg->way.uses[i].resource == resource)
            return leg->way.uses[i].weight;
    return 0;
}

static void expect_near(double value, double expected) {
    cr_assert_float_eq(value / expected, 1, 1e-12, "%.17g, expected %.17g", value, expected);
}

/* Seconds that the bytes of a leg take when nobody else moves any. */
static double alone_seconds(Bench *bench, int operation, int leg_index) {
    const TrafficLeg *leg = traffic_leg(bench->traffic, operation, leg_index);
    SimTime start = engine_now(bench->engine);
    fair_share_start(
        bench->share,
        &(ActivitySpec){.amount = leg->amount_bytes, .uses = leg->way.uses, .use_count = leg->way.use_count});
    engine_run(bench->engine);
    return sim_time_to_s(engine_now(bench->engine) - start);
}

/* Two ranks on each of two nodes. */
static const int TWO_NODES[4] = {0, 1, 4, 5};
/* One rank on each of four nodes, two leaves. */
static const int FOUR_NODES[4] = {0, 4, 8, 12};

Test(traffic, equally_loaded_links_of_a_kind_are_one_resource_when_folded) {
    Bench *bench = bench_create(&SMALL_NODE, true);
    int ring = add(bench, COLLECTIVE_ALL_REDUCE, BYTES, TWO_NODES, 4);
    seal(bench);
    const Network *network = &bench->network;
    ResourceId port = resource_of(bench, network_port_out(network, 0));
    ResourceId nic = resource_of(bench, network_nic_out(network, 0));
    cr_assert_neq(port, nic);
    cr_assert_eq(resource_of(bench, network_port_out(network, 4)), port);
    cr_assert_eq(resource_of(bench, network_port_out(network, 5) + 1), port);
    cr_assert_eq(resource_of(bench, network_nic_in(network, 5)), nic);
    cr_assert_eq(resource_of(bench, network_nic_out(network, 1)), nic);
    cr_assert_eq(traffic_leg(bench->traffic, ring, 0)->way.use_count, 2);
    bench_destroy(bench);
}

/* Each of 3 steps sends a quarter; a node's NICs share what leaves it. */
Test(traffic, weights_are_the_bytes_of_a_ring) {
    Bench *bench = bench_create(&SMALL_NODE, true);
    int ring = add(bench, COLLECTIVE_ALL_REDUCE, BYTES, TWO_NODES, 4);
    seal(bench);
    cr_assert_eq(traffic_leg_count(bench->traffic, ring), 2);
    for (int i = 0; i < 2; i++) {
        const TrafficLeg *leg = traffic_leg(bench->traffic, ring, i);
        expect_near(leg->amount_bytes, BYTES * 3 / 4);
        expect_near(weight_of(leg, resource_of(bench, network_port_out(&bench->network, 0))), 1);
        expect_near(weight_of(leg, resource_of(bench, network_nic_out(&bench->network, 0))), 0.5);
        /* Latencies hide behind the NIC; the last piece has its own to go. */
        expect_near(leg->latency_s, i == 0 ? 5e-6 : 7.5e-6);
        cr_assert_eq(leg->link, LINK_NIC);
    }
    bench_destroy(bench);
}

Test(traffic, every_used_link_is_a_resource_of_its_own_when_unfolded) {
    Bench *bench = bench_create(&SMALL_NODE, false);
    int ring = add(bench, COLLECTIVE_ALL_REDUCE, BYTES, TWO_NODES, 4);
    seal(bench);
    const TrafficLeg *leg = traffic_leg(bench->traffic, ring, 1);
    cr_assert_eq(leg->way.use_count, 4 + 8);
    for (int i = 0; i < leg->way.use_count; i++)
        for (int j = 0; j < i; j++)
            cr_assert_neq(leg->way.uses[i].resource, leg->way.uses[j].resource);
    expect_near(weight_of(leg, resource_of(bench, network_nic_in(&bench->network, 4))), 0.5);
    bench_destroy(bench);
}

Test(traffic, unused_links_have_no_resource) {
    Bench *bench = bench_create(&SMALL_NODE, true);
    add(bench, COLLECTIVE_ALL_REDUCE, BYTES, TWO_NODES, 4);
    seal(bench);
    cr_assert_not(is_used(bench, network_port_out(&bench->network, 1)));
    cr_assert_not(is_used(bench, network_nic_out(&bench->network, 2)));
    cr_assert_not(is_used(bench, (LinkId)network_link_count(&bench->network) - 1));
    bench_destroy(bench);
}

Test(traffic, alone_an_operation_takes_what_the_collective_does) {
    for (int folded = 0; folded < 2; folded++) {
        Bench *bench = bench_create(&SMALL_NODE, folded);
        CollectiveCall call = {
            .kind = COLLECTIVE_ALL_REDUCE, .bytes = BYTES, .ranks = 4, .rank_gpu = FOUR_NODES, .gpus_per_node = 4};
        int ring = add(bench, COLLECTIVE_ALL_REDUCE, BYTES, FOUR_NODES, 4);
        seal(bench);
        CollectiveLoads loads;
        collective_loads(&call, collective_find("ring"), &bench->network, bench->arena, &loads);
        double seconds = 0;
        for (int leg = 0; leg < 2; leg++)
            seconds += traffic_leg(bench->traffic, ring, leg)->latency_s + alone_seconds(bench, ring, leg);
        cr_assert_float_eq(seconds, collective_alone_seconds(&loads, &bench->network), 3e-9);
        cr_assert_float_eq(traffic_alone_seconds(bench->traffic, ring), seconds, 3e-9);
        bench_destroy(bench);
    }
}

Test(traffic, a_ring_over_leaves_loads_every_uplink_once_both_ways) {
    Bench *bench = bench_create(&SMALL_NODE, true);
    int ring = add(bench, COLLECTIVE_REDUCE_SCATTER, BYTES, FOUR_NODES, 4);
    seal(bench);
    const TrafficLeg *leg = traffic_leg(bench->traffic, ring, 0);
    LinkId leaf = (LinkId)network_link_count(&bench->network) - 4;
    cr_assert_eq(network_link_kind(&bench->network, leaf), LINK_FABRIC);
    for (LinkId i = 1; i < 4; i++)
        cr_assert_eq(resource_of(bench, leaf + i), resource_of(bench, leaf));
    expect_near(weight_of(leg, resource_of(bench, leaf)), 1);
    expect_near(weight_of(leg, resource_of(bench, network_nic_out(&bench->network, 8))), 1);
    cr_assert_eq(leg->way.use_count, 2);
    cr_assert_eq(leg->link, LINK_NIC);
    expect_near(alone_seconds(bench, ring, 0), 1117969e-9);
    bench_destroy(bench);
}

/* 3 rings side by side: each has NICs of its own, the uplink carries all of them. */
Test(traffic, copies_are_felt_by_the_leaves_only) {
    Bench *bench = bench_create(&SMALL_NODE, true);
    TrafficGroups groups = groups_of(COLLECTIVE_REDUCE_SCATTER, BYTES, FOUR_NODES, 4);
    groups.copies = 3;
    int ring = traffic_add(bench->traffic, &groups);
    seal(bench);
    const TrafficLeg *leg = traffic_leg(bench->traffic, ring, 0);
    LinkId leaf = (LinkId)network_link_count(&bench->network) - 4;
    expect_near(leg->amount_bytes, BYTES * 3 / 4);
    expect_near(weight_of(leg, resource_of(bench, leaf)), 3);
    expect_near(weight_of(leg, resource_of(bench, network_nic_out(&bench->network, 0))), 1);
    cr_assert_eq(leg->link, LINK_FABRIC);
    cr_assert_float_eq(alone_seconds(bench, ring, 0), 3 * BYTES * 3 / 4 / 40e9, 1e-9);
    bench_destroy(bench);
}

/* Two tensor groups across nodes whose GPUs share a NIC. */
Test(traffic, groups_of_an_operation_add_up_on_the_links_they_share) {
    NodeSpec node = SMALL_NODE;
    node.nics = 2;
    Bench *bench = bench_create(&node, true);
    TrafficGroups groups = groups_of(COLLECTIVE_ALL_REDUCE, BYTES, (const int[]){0, 4, 1, 5, 2, 6}, 2);
    groups.count = 3;
    int sums = traffic_add(bench->traffic, &groups);
    seal(bench);
    const TrafficLeg *leg = traffic_leg(bench->traffic, sums, 0);
    expect_near(leg->amount_bytes, BYTES / 2);
    expect_near(weight_of(leg, resource_of(bench, network_nic_out(&bench->network, 1))), 2);
    expect_near(weight_of(leg, resource_of(bench, network_nic_out(&bench->network, 2))), 1);
    cr_assert_eq(leg->way.use_count, 2);
    cr_assert_float_eq(alone_seconds(bench, sums, 0), BYTES / 16e9, 1e-9);
    bench_destroy(bench);
}

Test(traffic, links_of_different_operations_are_told_apart) {
    Bench *bench = bench_create(&SMALL_NODE, true);
    add_messages(bench, BYTES, (const int[]){0, 4}, 1);
    add_messages(bench, BYTES, (const int[]){8, 12}, 1);
    seal(bench);
    const Network *network = &bench->network;
    cr_assert_neq(resource_of(bench, network_nic_out(network, 0)), resource_of(bench, network_nic_out(network, 8)));
    cr_assert_eq(resource_of(bench, network_nic_out(network, 0)), resource_of(bench, network_nic_in(network, 4)));
    bench_destroy(bench);
}

Test(traffic, links_with_other_bytes_or_of_another_kind_are_told_apart) {
    Bench *bench = bench_create(&SMALL_NODE, true);
    add_messages(bench, BYTES, (const int[]){0, 1, 4, 8}, 2);
    add_messages(bench, BYTES + 1, (const int[]){2, 3}, 1);
    seal(bench);
    const Network *network = &bench->network;
    ResourceId port = resource_of(bench, network_port_out(network, 0));
    cr_assert_neq(port, resource_of(bench, network_nic_out(network, 4)));
    cr_assert_neq(port, resource_of(bench, network_port_out(network, 2)));
    cr_assert_eq(port, resource_of(bench, network_port_out(network, 1) + 1));
    bench_destroy(bench);
}

Test(traffic, the_latency_of_an_operation_is_that_of_its_farthest_group) {
    Bench *bench = bench_create(&SMALL_NODE, true);
    int messages = add_messages(bench, BYTES, (const int[]){0, 4, 5, 9, 2, 3}, 3);
    seal(bench);
    expect_near(traffic_leg(bench->traffic, messages, 0)->latency_s, 5e-6 + 7e-6 + 3 * 0.5e-6);
    bench_destroy(bench);
}

Test(traffic, one_rank_has_no_legs_and_no_bytes_have_no_links) {
    Bench *bench = bench_create(&SMALL_NODE, true);
    int nobody = add(bench, COLLECTIVE_ALL_REDUCE, BYTES, FOUR_NODES, 1);
    int nothing = add_messages(bench, 0, (const int[]){0, 4}, 1);
    seal(bench);
    cr_assert_eq(traffic_leg_count(bench->traffic, nobody), 0);
    const TrafficLeg *leg = traffic_leg(bench->traffic, nothing, 0);
    cr_assert_eq(leg->amount_bytes, 0);
    cr_assert_eq(leg->way.use_count, 0);
    expect_near(leg->latency_s, 12.5e-6);
    bench_destroy(bench);
}

Test(traffic, operations_do_not_leave_bytes_behind) {
    Bench *bench = bench_create(&SMALL_NODE, true);
    add(bench, COLLECTIVE_ALL_REDUCE, BYTES, TWO_NODES, 4);
    int second = add_messages(bench, 7.1e6, (const int[]){0, 1}, 1);
    seal(bench);
    const TrafficLeg *leg = traffic_leg(bench->traffic, second, 0);
    cr_assert_eq(leg->amount_bytes, 7.1e6);
    cr_assert_eq(leg->link, LINK_NVLINK);
    cr_assert_eq(traffic_leg_count(bench->traffic, second), 1);
    bench_destroy(bench);
}

/* The second group cannot be hierarchical: one rank of it sits on a node alone. */
Test(traffic, all_groups_of_an_operation_run_one_algorithm) {
    Bench *bench = bench_create(&SMALL_NODE, true);
    TrafficGroups groups = groups_of(COLLECTIVE_ALL_REDUCE, BYTES, (const int[]){0, 1, 4, 5, 6, 7, 8, 12}, 4);
    groups.count = 2;
    groups.algorithm = "hierarchical";
    int sums = traffic_add(bench->traffic, &groups);
    groups.count = 1;
    int alone = traffic_add(bench->traffic, &groups);
    seal(bench);
    cr_assert_eq(traffic_leg_count(bench->traffic, sums), 2);
    cr_assert_eq(traffic_leg_count(bench->traffic, alone), 4);
    bench_destroy(bench);
}

/* An all_reduce by the switch is one phase, by a ring two. */
Test(traffic, a_split_sum_is_not_left_to_the_switch) {
    NodeSpec node = SMALL_NODE;
    node.in_network_reduction = true;
    Bench *bench = bench_create(&node, true);
    TrafficGroups groups = groups_of(COLLECTIVE_ALL_REDUCE, 4e9, (const int[]){0, 1, 2, 3}, 4);
    groups.algorithm = "auto";
    int whole = traffic_add(bench->traffic, &groups);
    groups.split = true;
    int split = traffic_add(bench->traffic, &groups);
    groups.algorithm = "direct";
    int named = traffic_add(bench->traffic, &groups);
    seal(bench);
    cr_assert_eq(traffic_leg_count(bench->traffic, whole), 1);
    cr_assert_eq(traffic_leg_count(bench->traffic, split), 2);
    cr_assert_eq(traffic_leg_count(bench->traffic, named), 2);
    expect_near(traffic_leg(bench->traffic, whole, 0)->amount_bytes, 5e9 / 0.85);
    expect_near(traffic_leg(bench->traffic, split, 0)->amount_bytes, 3e9);
    bench_destroy(bench);
}
