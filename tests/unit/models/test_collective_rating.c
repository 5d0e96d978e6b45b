#include "models/workload/collective_rating.h"

#include <criterion/criterion.h>

#include "models/workload/collective_choice.h"

enum { RANKS_MAX = 32, GPUS_PER_NODE = 8 };

static CollectiveCall sum_of(int *gpus, int ranks) {
    for (int rank = 0; rank < ranks; rank++)
        gpus[rank] = rank;
    return (CollectiveCall){.kind = COLLECTIVE_ALL_REDUCE,
                            .bytes = 2.385e9,
                            .ranks = ranks,
                            .rank_gpu = gpus,
                            .gpus_per_node = GPUS_PER_NODE};
}

static double load_of(const CollectivePhaseLoads *phase, LinkId link) {
    for (int i = 0; i < phase->load_count; i++)
        if (phase->loads[i].link == link)
            return phase->loads[i].bytes;
    return 0;
}

static const NodeSpec *node_with_nics(NodeSpec *node, int nics, double line_bytes_per_s) {
    *node = (NodeSpec){
        .gpus = GPUS_PER_NODE,
        .nics = nics,
        .nvlink = {.bytes_per_s = 310e9, .latency_s = 1.7e-6, .efficiency_fraction = 0.7},
        .nic = {.bytes_per_s = line_bytes_per_s, .latency_s = 5.9e-6, .efficiency_fraction = 0.634},
    };
    return node;
}

static const char *choice_on(int nics, double line_bytes_per_s, int ranks) {
    NodeSpec node;
    FabricSpec flat = fabric_default();
    flat.hop_latency_s = 0;
    Network network = network_build(node_with_nics(&node, nics, line_bytes_per_s), &flat, 4);
    int gpus[RANKS_MAX];
    CollectiveCall call = sum_of(gpus, ranks);
    return collective_select("auto", &call, &network)->name;
}

/* nccl-tests on two nodes: 4 EFA of 100 Gbit/s go beyond their line, which a ring cannot, 8 InfiniBand of 200 do not.
 */
Test(collective_rating, auto_takes_a_tree_on_two_nodes_by_the_line_of_their_nics) {
    cr_expect_str_eq(choice_on(4, 12.5e9, 16), "double_binary_tree");
    cr_expect_str_eq(choice_on(8, 12.5e9, 16), "double_binary_tree");
    cr_expect_str_eq(choice_on(1, 1.25e9, 16), "double_binary_tree");
    cr_expect_str_eq(choice_on(4, 25e9, 16), "ring");
    cr_expect_str_eq(choice_on(8, 25e9, 16), "ring");
    cr_expect_str_eq(choice_on(4, 12.5e9, 32), "ring", "four nodes");
    cr_expect_str_eq(choice_on(4, 12.5e9, 24), "ring", "three nodes");
}

Test(collective_rating, a_tree_on_two_nodes_sends_the_buffer_once_each_way) {
    NodeSpec node;
    FabricSpec flat = fabric_default();
    flat.hop_latency_s = 0;
    Network network = network_build(node_with_nics(&node, 4, 12.5e9), &flat, 4);
    int gpus[RANKS_MAX];
    CollectiveCall call = sum_of(gpus, 16);
    Arena *arena = arena_create();
    CollectiveLoads loads;
    collective_loads(&call, collective_find("double_binary_tree"), &network, arena, &loads);
    cr_assert_eq(loads.phase_count, 1);
    for (int gpu = 0; gpu < 16; gpu++) {
        cr_expect_float_eq(load_of(&loads.phases[0], network_nic_out(&network, gpu)) / (2.385e9 / 4), 1, 1e-9);
        cr_expect_float_eq(load_of(&loads.phases[0], network_nic_in(&network, gpu)) / (2.385e9 / 4), 1, 1e-9);
        cr_expect_float_eq(load_of(&loads.phases[0], network_port_out(&network, gpu)) / (1.75 * 2.385e9), 1, 1e-9);
    }
    cr_expect_float_eq(loads.phases[0].latency_s, 5e-6 + 2 * (7 * 1.7e-6 + 5.9e-6), 1e-12);
    arena_destroy(arena);
}

/* 16 channels of 23.6 GB/s, half of which the buffer gets. */
Test(collective_rating, a_nic_of_400_gbit_has_two_channels) {
    NodeSpec node;
    FabricSpec flat = fabric_default();
    node_with_nics(&node, 8, 50e9);
    node.nvlink.bytes_per_s = 3100e9;
    Network network = network_build(&node, &flat, 4);
    int gpus[RANKS_MAX];
    CollectiveCall call = sum_of(gpus, 16);
    const CollectiveAlgorithm *tree = collective_find("double_binary_tree");
    Arena *arena = arena_create();
    CollectiveLoads loads;
    collective_loads(&call, tree, &network, arena, &loads);
    cr_expect_float_eq(collective_rating_s(&call, tree, &loads, &network), 2.385e9 / (16 * 23.6e9 / 2), 1e-9);
    arena_destroy(arena);
}

static double price_of(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network) {
    Arena *arena = arena_create();
    CollectiveLoads loads;
    collective_loads(call, algorithm, network, arena, &loads);
    double seconds = collective_rating_s(call, algorithm, &loads, network);
    for (int phase = 0; phase < loads.phase_count; phase++)
        seconds += loads.phases[phase].latency_s;
    arena_destroy(arena);
    return seconds;
}

/* On one to four nodes, from a few bytes, where latency decides, to many: a tree that is not priced is not cheaper. */
Test(collective_rating, a_tree_is_chosen_if_and_only_if_it_is_cheaper_than_a_ring) {
    NodeSpec node;
    FabricSpec flat = fabric_default();
    const CollectiveAlgorithm *ring = collective_find("ring"), *tree = collective_find("double_binary_tree");
    int trees = 0, rings = 0, gpus[RANKS_MAX];
    for (int nics = 1; nics <= GPUS_PER_NODE; nics *= 2) {
        Network network = network_build(node_with_nics(&node, nics, nics < 4 ? 12.5e9 : 50e9), &flat, 4);
        for (int ranks = 9; ranks <= RANKS_MAX; ranks++)
            for (double bytes = 2.385e3; bytes < 1e10; bytes *= 7) {
                CollectiveCall call = sum_of(gpus, ranks);
                call.bytes = bytes;
                bool cheaper = price_of(&call, tree, &network) < price_of(&call, ring, &network);
                cr_assert_str_eq(collective_select("auto", &call, &network)->name, (cheaper ? tree : ring)->name,
                                 "%d NICs, %d ranks, %g bytes", nics, ranks, bytes);
                trees += cheaper;
                rings += !cheaper;
            }
    }
    cr_expect(trees > 100 && rings > 100, "%d trees, %d rings", trees, rings);
}
