#include "models/communication/collective_choice.h"
#include "models/communication/collective_loads.h"

#include <criterion/criterion.h>
#include <math.h>

#include "tests/unit/models/small_network.h"
#include "tests/unit/models/topology_samples.h"

static const int GPUS[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const double LAUNCH_S = 5e-6;

static CollectiveCall call_of(CollectiveKind kind, double bytes, int ranks, const int *gpus) {
    return (CollectiveCall){.kind = kind, .bytes = bytes, .ranks = ranks, .rank_gpu = gpus, .gpus_per_node = 4};
}

static double load_of(const CollectivePhaseLoads *phase, LinkId link) {
    for (int i = 0; i < phase->load_count; i++)
        if (phase->loads[i].link == link)
            return phase->loads[i].bytes;
    return 0;
}

static double seconds_of(const Network *network, const CollectiveCall *call, const char *name) {
    Arena *arena = arena_create();
    CollectiveLoads loads;
    collective_loads(call, collective_find(name), network, arena, &loads);
    double seconds = collective_alone_seconds(&loads, network);
    arena_destroy(arena);
    return seconds;
}

Test(collective_loads, one_rank_sends_nothing) {
    Network network = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 3.7e6, 1, GPUS);
    cr_assert_eq(seconds_of(&network, &call, "ring"), 0);
    cr_assert_str_eq(collective_select("auto", &call, &network)->name, "ring");
}

Test(collective_loads, a_ring_inside_a_node_costs_its_steps_and_its_bytes) {
    Network network = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 4e6, 4, GPUS);
    double expected = LAUNCH_S + 6 * 2e-6 + 6 * 1e6 / 100e9;
    cr_assert_float_eq(seconds_of(&network, &call, "ring"), expected, 1e-12);
}

Test(collective_loads, bytes_between_nodes_are_spread_over_the_nics_of_the_members) {
    Network network = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    Arena *arena = arena_create();
    CollectiveLoads loads;
    CollectiveCall call = call_of(COLLECTIVE_ALL_GATHER, 8e6, 8, GPUS);
    collective_loads(&call, collective_find("ring"), &network, arena, &loads);
    cr_assert_eq(loads.phase_count, 1);
    for (int gpu = 0; gpu < 8; gpu++) {
        cr_assert_float_eq(load_of(&loads.phases[0], network_nic_out(&network, gpu)), 7e6 / 4, 1e-6);
        cr_assert_float_eq(load_of(&loads.phases[0], network_nic_in(&network, gpu)), 7e6 / 4, 1e-6);
    }
    cr_assert_eq(load_of(&loads.phases[0], network_nic_out(&network, 8)), 0);
    arena_destroy(arena);
}

Test(collective_loads, a_group_with_two_ranks_on_a_node_uses_two_of_its_nics) {
    Network network = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    Arena *arena = arena_create();
    CollectiveLoads loads;
    const int gpus[4] = {1, 3, 4, 6};
    CollectiveCall call = call_of(COLLECTIVE_REDUCE_SCATTER, 4e6, 4, gpus);
    collective_loads(&call, collective_find("ring"), &network, arena, &loads);
    cr_assert_float_eq(load_of(&loads.phases[0], network_nic_out(&network, 1)), 1.5e6, 1e-6);
    cr_assert_float_eq(load_of(&loads.phases[0], network_nic_out(&network, 3)), 1.5e6, 1e-6);
    cr_assert_eq(load_of(&loads.phases[0], network_nic_out(&network, 0)), 0);
    arena_destroy(arena);
}

Test(collective_loads, loads_ascend_by_link_and_name_each_once) {
    Network network = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    Arena *arena = arena_create();
    for (size_t index = 0; collective_at(index); index++) {
        CollectiveLoads loads;
        CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 1.6e7, 16, GPUS);
        if (collective_at(index)->needs(&call))
            continue;
        collective_loads(&call, collective_at(index), &network, arena, &loads);
        for (int phase = 0; phase < loads.phase_count; phase++)
            for (int i = 1; i < loads.phases[phase].load_count; i++)
                cr_assert_lt(loads.phases[phase].loads[i - 1].link, loads.phases[phase].loads[i].link);
    }
    arena_destroy(arena);
}

Test(collective_loads, one_pair_has_one_nic) {
    Network network = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    const int pair[2] = {2, 5};
    CollectiveCall call = call_of(COLLECTIVE_SEND_RECV, 3.2e7, 2, pair);
    double expected = LAUNCH_S + 7.5e-6 + 3.2e7 / 16e9;
    cr_assert_float_eq(seconds_of(&network, &call, "ring"), expected, 1e-12);
}

Test(collective_loads, a_leaf_passes_on_what_its_nodes_send_to_others) {
    Network network = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    Arena *arena = arena_create();
    CollectiveLoads loads;
    CollectiveCall call = call_of(COLLECTIVE_ALL_GATHER, 1.6e7, 16, GPUS);
    collective_loads(&call, collective_find("hierarchical"), &network, arena, &loads);
    /* Between nodes 4 rings of 1 MB pieces leave the leaf in each of 3 steps. */
    cr_assert_float_eq(load_of(&loads.phases[0], (LinkId)network_link_count(&network) - 4), 12e6, 1e-6);
    arena_destroy(arena);
}

/* What all links between switches carry together. */
static double fabric_bytes(const Network *network, const CollectivePhaseLoads *phase) {
    double sum = 0;
    for (int i = 0; i < phase->load_count; i++)
        sum += network_link_kind(network, phase->loads[i].link) == LINK_FABRIC ? phase->loads[i].bytes : 0;
    return sum;
}

Test(collective_loads, where_flows_are_hashed_every_nic_is_a_ring_of_its_own) {
    FabricSpec fabric = SMALL_FABRIC;
    fabric.spines = 5;
    Network hashed = network_build(&SMALL_NODE, &fabric, 4), bundled = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    Arena *arena = arena_create();
    CollectiveLoads split, whole;
    CollectiveCall call = call_of(COLLECTIVE_ALL_GATHER, 1.6e7, 16, GPUS);
    for (size_t index = 0; collective_at(index); index++) {
        if (collective_at(index)->needs(&call))
            continue;
        collective_loads(&call, collective_at(index), &hashed, arena, &split);
        collective_loads(&call, collective_at(index), &bundled, arena, &whole);
        cr_assert_eq(split.phase_count, whole.phase_count);
        const CollectivePhaseLoads *ways = &split.phases[0], *bundle = &whole.phases[0];
        cr_assert_float_eq(fabric_bytes(&hashed, ways), fabric_bytes(&bundled, bundle), 1e-3);
        cr_assert_float_eq(ways->latency_s, bundle->latency_s, 1e-12);
        for (int gpu = 0; gpu < 16; gpu++) {
            LinkId out = network_nic_out(&hashed, gpu), in = network_nic_in(&hashed, gpu);
            cr_assert_float_eq(load_of(ways, out), load_of(bundle, out), 1e-3);
            cr_assert_float_eq(load_of(ways, in), load_of(bundle, in), 1e-3);
        }
        cr_assert_geq(collective_alone_seconds(&split, &hashed), collective_alone_seconds(&whole, &bundled) - 1e-12);
    }
    arena_destroy(arena);
}

Test(collective_loads, a_message_to_another_rail_leaves_through_the_nic_of_that_rail) {
    FabricSpec fabric = SMALL_FABRIC;
    fabric.topology = "rail_optimised";
    fabric.pxn = true;
    Network network = network_build(&SMALL_NODE, &fabric, 4);
    Arena *arena = arena_create();
    CollectiveLoads loads;
    const int pair[2] = {1, 7};
    CollectiveCall call = call_of(COLLECTIVE_SEND_RECV, 2.385e6, 2, pair);
    collective_loads(&call, collective_find("ring"), &network, arena, &loads);
    cr_assert_eq(loads.phases[0].load_count, 4);
    cr_assert_eq(load_of(&loads.phases[0], network_port_out(&network, 1)), 2.385e6);
    cr_assert_eq(load_of(&loads.phases[0], network_port_out(&network, 3) + 1), 2.385e6);
    cr_assert_eq(load_of(&loads.phases[0], network_nic_out(&network, 3)), 2.385e6);
    cr_assert_eq(load_of(&loads.phases[0], network_nic_in(&network, 7)), 2.385e6);
    cr_assert_float_eq(loads.phases[0].latency_s, LAUNCH_S + 7e-6 + 0.5e-6 + 2e-6, 1e-12);
    arena_destroy(arena);
}

Test(collective_loads, auto_takes_the_cheapest) {
    Network network = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 2385, 16, GPUS);
    cr_assert_str_eq(collective_select("auto", &call, &network)->name, "double_binary_tree");
    FabricSpec flat = fabric_default();
    Network wide = network_build(&SMALL_NODE, &flat, 4);
    call.bytes = 2.385e9;
    cr_assert_str_eq(collective_select("auto", &call, &wide)->name, "ring");
    call = call_of(COLLECTIVE_ALL_REDUCE, 2385, 4, GPUS);
    cr_assert_str_eq(collective_select("auto", &call, &network)->name, "ring", "equal: the first of the menu");
}

Test(collective_loads, a_named_algorithm_that_cannot_run_gives_way_to_ring) {
    Network network = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 2385, 8, GPUS);
    cr_assert_str_eq(collective_select("hierarchical", &call, &network)->name, "hierarchical");
    call.ranks = 7;
    cr_assert_str_eq(collective_select("hierarchical", &call, &network)->name, "ring");
    cr_assert_null(collective_select("rong", &call, &network));
}

Test(collective_loads, an_all_to_all_that_cannot_run_as_named_is_direct) {
    Network network = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    CollectiveCall call = call_of(COLLECTIVE_ALL_TO_ALL, 2385, 7, GPUS);
    cr_assert_str_eq(collective_select("ring", &call, &network)->name, "direct");
    cr_assert_str_eq(collective_select("auto", &call, &network)->name, "direct");
}

Test(collective_loads, the_steps_of_a_pipeline_use_their_links_at_once) {
    Network network = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    CollectiveCall call = call_of(COLLECTIVE_BROADCAST, 3e8, 4, GPUS);
    double expected = LAUNCH_S + 3 * 2e-6 + 3e8 / 100e9;
    cr_assert_float_eq(seconds_of(&network, &call, "ring"), expected, 1e-12);
}

Test(collective_loads, a_switch_that_reduces_carries_the_buffer_and_one_share_each_way) {
    Network network = network_build(&SMALL_NODE, &SMALL_FABRIC, 1);
    CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 4e8, 4, GPUS);
    call.in_network_reduction = true;
    const double switch_s = 35e-6;
    double expected = LAUNCH_S + switch_s + 4 * 1e-6 + 5e8 / (0.85 * 100e9);
    cr_assert_float_eq(seconds_of(&network, &call, "in_network"), expected, 1e-12);
    cr_assert_str_eq(collective_select("auto", &call, &network)->name, "in_network");
    call.bytes = 4e5;
    cr_assert_str_eq(collective_select("auto", &call, &network)->name, "ring");
}

/* 200 ranks: 39,800 sends of two links each, more than are kept apart. */
Test(collective_loads, a_large_direct_exchange_adds_up_as_it_goes) {
    NodeSpec node = SMALL_NODE;
    node.gpus = 200;
    int gpus[200];
    for (int rank = 0; rank < 200; rank++)
        gpus[rank] = rank;
    Network network = network_build(&node, &SMALL_FABRIC, 1);
    CollectiveCall call = {
        .kind = COLLECTIVE_ALL_TO_ALL, .bytes = 2e8, .ranks = 200, .rank_gpu = gpus, .gpus_per_node = 200};
    Arena *arena = arena_create();
    CollectiveLoads loads;
    collective_loads(&call, collective_find("direct"), &network, arena, &loads);
    cr_assert_eq(loads.phases[0].load_count, 400);
    for (int i = 0; i < 400; i++)
        cr_assert_float_eq(loads.phases[0].loads[i].bytes, 199e6 / 0.92, 1e-3);
    arena_destroy(arena);
}

static void expect_equal_loads(const CollectivePhaseLoads *one, const CollectivePhaseLoads *other) {
    cr_assert_eq(one->load_count, other->load_count);
    for (int i = 0; i < one->load_count; i++) {
        cr_assert_eq(one->loads[i].link, other->loads[i].link);
        cr_assert_float_eq(one->loads[i].bytes, other->loads[i].bytes, 1e-3);
    }
}

/* A message is its route; a broadcast between two ranks goes the long way of all collectives, without flags beside so
 * many bytes. */
Test(collective_loads, a_message_loads_the_links_of_a_broadcast_between_two) {
    const int pairs[][2] = {{0, 3}, {2, 5}, {7, 4}, {1, 15}, {14, 8}, {11, 2}};
    FabricSpec fabrics[] = {SMALL_FABRIC, SMALL_FABRIC, SMALL_FABRIC, torus_fabric(4, 1, 1)};
    fabrics[1].spines = fabrics[2].spines = 5;
    fabrics[2].routing = fabrics[3].routing = ROUTING_SPRAY;
    for (int i = 0; i < 4 * 6; i++) {
        Network network = network_build(&SMALL_NODE, &fabrics[i / 6], 4);
        Arena *arena = arena_create();
        CollectiveCall call = call_of(COLLECTIVE_SEND_RECV, 2.385e9, 2, pairs[i % 6]);
        CollectiveLoads message, broadcast;
        collective_loads(&call, collective_find("ring"), &network, arena, &message);
        call.kind = COLLECTIVE_BROADCAST;
        collective_loads(&call, collective_find("ring"), &network, arena, &broadcast);
        cr_assert(message.phase_count == 1 && broadcast.phase_count == 1);
        expect_equal_loads(&message.phases[0], &broadcast.phases[0]);
        cr_assert_float_eq(message.phases[0].latency_s, broadcast.phases[0].latency_s, 1e-12);
        arena_destroy(arena);
    }
}

typedef struct Parts {
    CollectiveLoads scatter;
    CollectiveLoads gather;
    CollectiveLoads both;
} Parts;

static Parts parts_of(const Network *network, const CollectiveAlgorithm *algorithm, CollectiveCall call, Arena *arena) {
    Parts parts;
    call.kind = COLLECTIVE_REDUCE_SCATTER;
    collective_loads(&call, algorithm, network, arena, &parts.scatter);
    call.kind = COLLECTIVE_ALL_GATHER;
    collective_loads(&call, algorithm, network, arena, &parts.gather);
    call.kind = COLLECTIVE_ALL_REDUCE;
    collective_loads(&call, algorithm, network, arena, &parts.both);
    return parts;
}

/* In rings the sender of the slowest hop, between leaves, goes on before its last chunk has arrived
 * (collective_chain.h). */
static double hidden_seconds(const CollectiveAlgorithm *algorithm, CollectiveCall call) {
    CollectivePhase phases[COLLECTIVE_PHASES_MAX];
    call.kind = COLLECTIVE_REDUCE_SCATTER;
    const CollectivePhase *last = &phases[algorithm->phases(&call, phases) - 1];
    return last->steps > 1 && !last->pipelined ? 8.5e-6 : 0;
}

/* The gathering phases of an all_reduce repeat those before where they can; an all_gather's have nothing to repeat. */
Test(collective_loads, an_all_reduce_is_a_reduce_scatter_and_an_all_gather) {
    NodeSpec node = SMALL_NODE;
    node.nvlink.ramp_s = 50e-6;
    Network network = network_build(&node, &SMALL_FABRIC, 4);
    CollectiveCall call = call_of(COLLECTIVE_REDUCE_SCATTER, 2.385e7, 16, GPUS);
    int compared = 0;
    for (size_t index = 0; collective_at(index); index++) {
        const CollectiveAlgorithm *algorithm = collective_at(index);
        if (algorithm->needs(&call))
            continue;
        Arena *arena = arena_create();
        Parts parts = parts_of(&network, algorithm, call, arena);
        int scattering = parts.scatter.phase_count;
        cr_assert_eq(parts.both.phase_count, scattering + parts.gather.phase_count, "%s", algorithm->name);
        for (int i = 0; i < parts.both.phase_count; i++)
            expect_equal_loads(&parts.both.phases[i],
                               i < scattering ? &parts.scatter.phases[i] : &parts.gather.phases[i - scattering]);
        double expected_s = collective_alone_seconds(&parts.scatter, &network) +
                            collective_alone_seconds(&parts.gather, &network) - LAUNCH_S -
                            hidden_seconds(algorithm, call);
        cr_assert_float_eq(collective_alone_seconds(&parts.both, &network), expected_s, 1e-12, "%s", algorithm->name);
        compared++;
        arena_destroy(arena);
    }
    cr_assert_geq(compared, 3);
}

/* A NIC in the middle of the trees gets a quarter of the buffer from two children. */
Test(collective_loads, a_tree_over_several_nodes_leaves_a_quarter_of_fast_lines_empty) {
    NodeSpec node = SMALL_NODE;
    const double reached[2] = {0.634, 0.925};
    node.nvlink.bytes_per_s = 3100e9;
    FabricSpec flat = fabric_default();
    double idle_s[2], bytes_s = 0;
    for (int i = 0; i < 2; i++) {
        node.nic.efficiency_fraction = reached[i];
        Network network = network_build(&node, &flat, 4);
        CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 1.6e8, 16, GPUS);
        Arena *arena = arena_create();
        CollectiveLoads loads;
        collective_loads(&call, collective_find("double_binary_tree"), &network, arena, &loads);
        idle_s[i] = loads.phases[0].idle_s;
        bytes_s = 1.6e8 / 4 / network_link_bytes_per_s(&network, network_nic_in(&network, 4));
        cr_expect_eq(loads.phases[1].idle_s, idle_s[i]);
        cr_expect_gt(loads.phases[1].latency_s, idle_s[i]);
        arena_destroy(arena);
    }
    cr_expect_eq(idle_s[0], 0);
    cr_expect_float_eq(idle_s[1] / bytes_s, 0.925 / 0.74 - 1, 1e-12);
}
