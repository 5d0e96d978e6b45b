#include "models/communication/chain_pieces.h"

#include <criterion/criterion.h>

#include "models/communication/collective_loads.h"

enum { RANKS_MAX = 1024, GPUS_PER_NODE = 8 };

static const double LAUNCH_S = 5e-6;

/* Four NICs of 100 Gbit/s that reach 0.8 of it, as do the ports: 10 and 240 GB/s. */
static const NodeSpec NODE = {
    .gpus = GPUS_PER_NODE,
    .nics = 4,
    .nvlink = {.bytes_per_s = 300e9, .latency_s = 2e-6, .efficiency_fraction = 0.8},
    .nic = {.bytes_per_s = 12.5e9, .latency_s = 7e-6, .efficiency_fraction = 0.8},
};

static Network network_of(int nodes, int nics) {
    FabricSpec flat = fabric_default();
    flat.hop_latency_s = 0;
    NodeSpec node = NODE;
    node.nics = nics;
    return network_build(&node, &flat, nodes);
}

/* Every `apart`-th GPU is a rank. */
static CollectiveCall broadcast_of(int *gpus, int ranks, int apart, double bytes) {
    for (int rank = 0; rank < ranks; rank++)
        gpus[rank] = rank * apart;
    return (CollectiveCall){
        .kind = COLLECTIVE_BROADCAST, .bytes = bytes, .ranks = ranks, .rank_gpu = gpus, .gpus_per_node = GPUS_PER_NODE};
}

static ChainPieces pieces_of(const CollectiveCall *call, const Network *network) {
    return chain_pieces_of(call, collective_find("ring"), network);
}

Test(chain_pieces, a_long_chain_goes_by_ll128_in_pieces_of_which_a_nic_has_two) {
    int gpus[RANKS_MAX];
    Network network = network_of(128, 4);
    CollectiveCall call = broadcast_of(gpus, 1024, 1, 90e6);
    ChainPieces pieces = pieces_of(&call, &network);
    cr_expect_float_eq(pieces.wire_bytes_per_byte, 16.0 / 15, 1e-12);
    cr_expect_float_eq(pieces.nic_bytes, 2 * 614400.0, 1e-6);
    cr_expect_eq(pieces.port_bytes, 0);
}

/* The data-parallel group of a tensor group of 2: each of a node's four ranks has a NIC of its own. */
Test(chain_pieces, where_no_two_ranks_are_next_to_a_nic_a_long_chain_goes_by_ll) {
    int gpus[RANKS_MAX];
    Network network = network_of(128, 4);
    CollectiveCall call = broadcast_of(gpus, 512, 2, 45e6);
    ChainPieces pieces = pieces_of(&call, &network);
    cr_expect_eq(pieces.wire_bytes_per_byte, 2);
    cr_expect_eq(pieces.nic_bytes, 2 * 65536.0);
    call.in_network_reduction = true;
    cr_expect_float_eq(pieces_of(&call, &network).wire_bytes_per_byte, 16.0 / 15, 1e-12, "Hopper trusts PXN");
}

Test(chain_pieces, a_short_chain_of_many_bytes_goes_by_simple_in_pieces_at_every_rank) {
    int gpus[RANKS_MAX];
    Network network = network_of(16, 4);
    CollectiveCall call = broadcast_of(gpus, 64, 2, 114e6);
    ChainPieces pieces = pieces_of(&call, &network);
    cr_expect_eq(pieces.wire_bytes_per_byte, 1);
    cr_expect_eq(pieces.nic_bytes, 2 * 524288.0);
    cr_expect_eq(pieces.port_bytes, 8 * 524288.0);
}

Test(chain_pieces, a_call_that_is_no_chain_over_nodes_has_none) {
    int gpus[RANKS_MAX];
    Network network = network_of(4, 4);
    CollectiveCall call = broadcast_of(gpus, 8, 1, 90e6);
    cr_expect_eq(pieces_of(&call, &network).nic_bytes, 0);
    call.ranks = 32;
    for (int rank = 0; rank < 32; rank++)
        gpus[rank] = rank;
    cr_expect_gt(pieces_of(&call, &network).nic_bytes, 0);
    cr_expect_eq(chain_pieces_of(&call, collective_find("double_binary_tree"), &network).nic_bytes, 0);
    call.kind = COLLECTIVE_ALL_REDUCE;
    cr_expect_eq(pieces_of(&call, &network).nic_bytes, 0);
    cr_expect_eq(pieces_of(&call, &network).wire_bytes_per_byte, 1);
}

static double seconds_of(const CollectiveCall *call, const Network *network) {
    return collective_seconds(call, collective_find("ring"), network);
}

/* Three nodes: ranks 7 and 15 pass on through NICs what they got, each a whole call of one piece by LL. */
Test(chain_pieces, ranks_that_leave_a_node_wait_for_a_piece) {
    int gpus[RANKS_MAX];
    Network network = network_of(3, 4);
    CollectiveCall call = broadcast_of(gpus, 24, 1, 2385);
    double expected_s = LAUNCH_S + 21 * 2e-6 + 2 * 7e-6 + 2 * (2 * 2385.0 / 4 / 10e9) + 2 * 2385.0 / (4 * 10e9);
    cr_expect_float_eq(seconds_of(&call, &network), expected_s, 1e-12);
}

/* Sixteen ranks on four nodes: all but the first wait for eight pieces at their port, or two at their NIC. */
Test(chain_pieces, by_simple_every_rank_but_the_first_waits) {
    int gpus[RANKS_MAX];
    Network network = network_of(4, 4);
    CollectiveCall call = broadcast_of(gpus, 16, 2, 1.2e9);
    double port_s = 8 * 524288 / 240e9, nic_s = 2 * 524288 / 10e9;
    double expected_s = LAUNCH_S + 12 * 2e-6 + 3 * 7e-6 + 11 * port_s + 3 * nic_s + 1.2e9 / (4 * 10e9);
    cr_expect_float_eq(seconds_of(&call, &network), expected_s, 1e-9);
    call.kind = COLLECTIVE_REDUCE;
    cr_expect_float_eq(seconds_of(&call, &network), expected_s, 1e-9);
}
