#include "models/communication/collective_tuner.h"

#include <criterion/criterion.h>
#include <math.h>

#include "models/communication/collective_choice.h"

enum { RANKS_MAX = 512, GPUS_PER_NODE = 8 };

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
Test(collective_tuner, auto_takes_a_tree_on_two_nodes_by_the_line_of_their_nics) {
    cr_expect_str_eq(choice_on(4, 12.5e9, 16), "double_binary_tree");
    cr_expect_str_eq(choice_on(8, 12.5e9, 16), "double_binary_tree");
    cr_expect_str_eq(choice_on(1, 1.25e9, 16), "double_binary_tree");
    cr_expect_str_eq(choice_on(4, 25e9, 16), "ring");
    cr_expect_str_eq(choice_on(8, 25e9, 16), "ring");
    cr_expect_str_eq(choice_on(4, 12.5e9, 32), "ring", "four nodes");
    cr_expect_str_eq(choice_on(4, 12.5e9, 24), "ring", "three nodes");
}

Test(collective_tuner, a_tree_on_two_nodes_sends_the_buffer_once_each_way) {
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

typedef struct Expected {
    double ring_s;
    double tree_s;
} Expected;

/* Of a sum of so many bytes on 8 GPUs of every node. */
static Expected expected_on(const NodeSpec *node, int nodes, double bytes) {
    FabricSpec flat = fabric_default();
    Network network = network_build(node, &flat, nodes);
    int gpus[RANKS_MAX];
    CollectiveCall call = sum_of(gpus, nodes * GPUS_PER_NODE);
    call.bytes = bytes;
    call.in_network_reduction = node->in_network_reduction;
    return (Expected){collective_tuner_s(&call, collective_find("ring"), &network),
                      collective_tuner_s(&call, collective_find("double_binary_tree"), &network)};
}

/* 16 channels of 23.6 GB/s, of Hopper 41.4, half of which the buffer gets; 7 steps of 4 us and one of 14, twice. */
Test(collective_tuner, a_nic_of_400_gbit_has_two_channels) {
    NodeSpec node;
    node_with_nics(&node, 8, 50e9);
    node.nvlink.bytes_per_s = 3100e9;
    double latency_s = 8.4e-6 + 2 * (7 * 4e-6 + 14e-6);
    cr_expect_float_eq(expected_on(&node, 2, 2.385e9).tree_s / (latency_s + 2 * 2.385e9 / (16 * 23.6e9)), 1, 1e-12);
    node.in_network_reduction = true;
    cr_expect_float_eq(expected_on(&node, 2, 2.385e9).tree_s / (latency_s + 2 * 2.385e9 / (16 * 41.4e9)), 1, 1e-12);
}

/* 2 x 31 steps, 6 of them between nodes; 44 of 48 GB/s by LL128, 48 by Simple with 1.4 times its latency. */
Test(collective_tuner, a_ring_has_the_latency_of_its_steps_and_the_line_of_the_nics) {
    NodeSpec node;
    node_with_nics(&node, 4, 12.5e9);
    double ll128_s = 14e-6 + 56 * 1.9e-6 + 6 * 4e-6 + 6.1e7 * 62 / 32 / (0.92 * 48e9);
    double simple_s = 1.4 * (8.4e-6 + 56 * 3.4e-6 + 6 * 14e-6) + 2.385e9 * 62 / 32 / 48e9;
    cr_expect_float_eq(expected_on(&node, 4, 6.1e7).ring_s / ll128_s, 1, 1e-12);
    cr_expect_float_eq(expected_on(&node, 4, 2.385e9).ring_s / simple_s, 1, 1e-12);
    node.nvlink.bytes_per_s = 0;
    node.pcie = node.nic;
    simple_s = 1.4 * (8.4e-6 + 56 * 5.7e-6 + 6 * 14e-6) + 6.1e7 * 62 / 32 / 48e9;
    cr_expect_float_eq(expected_on(&node, 4, 6.1e7).ring_s / simple_s, 1, 1e-12, "no LL128 without NVLink");
}

/* 6 MB are 2^16 and more times 64 B: 0.8 of LL128's 0.9375 of 0.92 of the lines. */
Test(collective_tuner, a_tree_is_trusted_with_less_at_medium_sizes) {
    NodeSpec node;
    node_with_nics(&node, 4, 12.5e9);
    double ll128_s = 14e-6 + 2 * (7 * 1.25e-6 + 3 * 8.5e-6) + 2 * 6e6 / (0.8 * 0.9375 * 0.92 * 48e9);
    cr_expect_float_eq(expected_on(&node, 8, 6e6).tree_s / ll128_s, 1, 1e-12);
}

/* 5/6 of the smaller of the NICs' 384 GB/s and 0.82 of the port. */
Test(collective_tuner, switches_of_two_nodes_are_trusted_beyond_the_line) {
    NodeSpec node;
    FabricSpec flat = fabric_default();
    node_with_nics(&node, 8, 50e9);
    node.in_network_reduction = true;
    for (int i = 0; i < 2; i++) {
        node.nvlink.bytes_per_s = i == 0 ? 450e9 : 910e9;
        Network network = network_build(&node, &flat, 2);
        int gpus[RANKS_MAX];
        CollectiveCall call = sum_of(gpus, 16);
        call.in_network_reduction = true;
        double least = i == 0 ? 0.82 * 450e9 : 384e9;
        cr_expect_float_eq(collective_tuner_bytes_s(&call, collective_find("nvls_tree"), &network),
                           2.385e9 * 6 / 5 / least, 1e-12);
        const char *chosen = collective_select("auto", &call, &network)->name;
        cr_expect_str_eq(chosen, i == 0 ? "nvls_tree" : "double_binary_tree", "a tree with ports of twice the line");
        call.in_network_reduction = false;
        cr_expect_str_neq(collective_select("auto", &call, &network)->name, "nvls_tree");
    }
}

static const char *choice_of(double bytes, int nodes) {
    NodeSpec node;
    FabricSpec flat = fabric_default();
    Network network = network_build(node_with_nics(&node, 4, 12.5e9), &flat, nodes);
    int gpus[RANKS_MAX];
    CollectiveCall call = sum_of(gpus, nodes * GPUS_PER_NODE);
    call.bytes = bytes;
    return collective_select("auto", &call, &network)->name;
}

Test(collective_tuner, a_ring_gives_way_to_a_tree_as_nodes_are_added) {
    cr_expect_str_eq(choice_of(1073741824, 32), "ring");
    cr_expect_str_eq(choice_of(1073741824, 64), "double_binary_tree");
    cr_expect_str_eq(choice_of(4 * 1073741824.0, 64), "ring", "more bytes");
    cr_expect_str_eq(choice_of(1e6, 4), "double_binary_tree", "hardly any");
}

Test(collective_tuner, its_latencies_are_those_of_sums_over_more_than_two_nodes) {
    int gpus[RANKS_MAX];
    CollectiveCall call = sum_of(gpus, 24);
    cr_expect(collective_tuner_knows(&call));
    call.kind = COLLECTIVE_ALL_GATHER;
    cr_expect_not(collective_tuner_knows(&call));
    call = sum_of(gpus, 16);
    cr_expect_not(collective_tuner_knows(&call), "its latencies, on two nodes");
    NodeSpec node;
    FabricSpec flat = fabric_default();
    Network network = network_build(node_with_nics(&node, 4, 12.5e9), &flat, 2);
    cr_expect(isinf(collective_tuner_s(&call, collective_find("hierarchical"), &network)));
}
