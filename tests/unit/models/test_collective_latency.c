/* What a collective costs beside bytes on links: ramps, copies of what stays, and the speed of a switch that adds. */
#include "models/communication/collective_latency.h"

#include <criterion/criterion.h>
#include <math.h>

#include "models/communication/collective_loads.h"
#include "tests/unit/models/small_network.h"

static const int GPUS[4] = {0, 1, 2, 3};

static CollectiveCall call_of(CollectiveKind kind, double bytes, int ranks, const int *gpus) {
    return (CollectiveCall){.kind = kind, .bytes = bytes, .ranks = ranks, .rank_gpu = gpus, .gpus_per_node = 4};
}

static double seconds_of(const Network *network, const CollectiveCall *call, const char *name) {
    return collective_seconds(call, collective_find(name), network);
}

static double ring_ramp_s(const NodeSpec *node, const CollectiveCall *call) {
    Network ramped = network_build(node, &SMALL_FABRIC, 4), plain = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    return seconds_of(&ramped, call, "ring") - seconds_of(&plain, call, "ring");
}

Test(collective_latency, the_ramp_of_a_port_grows_with_the_logarithm_of_the_pieces) {
    NodeSpec node = SMALL_NODE;
    node.nvlink.ramp_s = 50e-6;
    Network ramped = network_build(&node, &SMALL_FABRIC, 4), plain = network_build(&SMALL_NODE, &SMALL_FABRIC, 4);
    /* Pieces of 1 MiB, then of 64, once per phase. */
    CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 4 * 1048576, 4, GPUS);
    cr_assert_float_eq(ring_ramp_s(&node, &call), 2 * 50e-6 * log(3), 1e-12);
    call.bytes *= 64;
    cr_assert_float_eq(ring_ramp_s(&node, &call), 2 * 50e-6 * log(129), 1e-12);
    call = call_of(COLLECTIVE_SEND_RECV, 1048576, 2, GPUS);
    cr_assert_float_eq(seconds_of(&ramped, &call, "ring"), seconds_of(&plain, &call, "ring"), 1e-15);
}

Test(collective_latency, the_ramp_of_a_nic_grows_with_the_pieces_up_to_its_most) {
    const int apart[2] = {0, 4};
    NodeSpec node = SMALL_NODE;
    node.nic.ramp_s = 50e-6;
    CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 2 * 1048576, 2, apart);
    cr_assert_float_eq(ring_ramp_s(&node, &call), 2 * 25e-6, 1e-12);
    call.bytes *= 1e6;
    cr_assert_float_eq(ring_ramp_s(&node, &call), 2 * 50e-6, 1e-9);
}

/* Large all_reduces of nccl-tests: 480 GB/s on 8 H100 (NVIDIA, nccl-tests issue 212), 847 on 8 GB200
 * (oracle-quickstart/oci-hpc-oke, README of its GB200 guide). */
Test(collective_latency, the_switch_of_nvlink5_is_a_smaller_part_as_fast_as_its_ports) {
    static const double PORT_BYTES_PER_S[] = {450e9, 900e9}, MEASURED_BYTES_PER_S[] = {480e9, 847e9};
    static const int ALL[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    for (int i = 0; i < 2; i++) {
        NodeSpec node = SMALL_NODE;
        node.gpus = 8;
        node.nvlink = (LinkSpec){.bytes_per_s = PORT_BYTES_PER_S[i], .efficiency_fraction = 0.82};
        Network network = network_build(&node, &SMALL_FABRIC, 1);
        CollectiveCall call = {COLLECTIVE_ALL_REDUCE, 16e9, 8, ALL, 8, true, NULL};
        double bus_bytes_per_s = 1.75 * call.bytes / seconds_of(&network, &call, "in_network");
        cr_expect_float_eq(bus_bytes_per_s / MEASURED_BYTES_PER_S[i], 1, 0.02, "%g", bus_bytes_per_s);
    }
}

/* A read and a write of HBM, at 80 % of 200 GB/s. */
Test(collective_latency, a_rank_that_keeps_a_chunk_copies_it) {
    NodeSpec node = SMALL_NODE;
    Network network = network_build(&node, &SMALL_FABRIC, 1);
    CollectiveCall call = call_of(COLLECTIVE_ALL_TO_ALL, 8e8, 4, GPUS);
    double without_s = seconds_of(&network, &call, "direct");
    node.gpu.hbm_bytes_per_s = 200e9;
    node.gpu.kernels.hbm_fraction = 0.8;
    network = network_build(&node, &SMALL_FABRIC, 1);
    cr_assert_float_eq(seconds_of(&network, &call, "direct") - without_s, 2e8 / 80e9, 1e-12);
    const double weights[4] = {0.75, 0.25, 0.5, 1.25}; /* of 4e8 */
    call.ranks = 2;
    call.pair_weights = weights;
    network.usual.copy_bytes_per_s = 0;
    without_s = seconds_of(&network, &call, "direct");
    network.usual.copy_bytes_per_s = 80e9;
    cr_assert_float_eq(seconds_of(&network, &call, "direct") - without_s, 5e8 / 80e9, 1e-12);
    static const double KEPT_BYTES[] = {
        [COLLECTIVE_ALL_REDUCE] = 0, [COLLECTIVE_ALL_GATHER] = 2e8, [COLLECTIVE_REDUCE_SCATTER] = 2e8};
    for (CollectiveKind kind = COLLECTIVE_ALL_REDUCE; kind <= COLLECTIVE_REDUCE_SCATTER; kind++) {
        call = call_of(kind, 8e8, 4, GPUS);
        network.usual.copy_bytes_per_s = 0;
        without_s = seconds_of(&network, &call, "ring");
        network.usual.copy_bytes_per_s = 80e9;
        cr_assert_float_eq(seconds_of(&network, &call, "ring") - without_s, KEPT_BYTES[kind] / 80e9, 1e-12);
    }
}

Test(collective_latency, more_than_two_ranks_exchange_at_a_part_of_the_speed_of_their_ports) {
    Network network = network_build(&SMALL_NODE, &SMALL_FABRIC, 1);
    CollectiveCall call = call_of(COLLECTIVE_ALL_TO_ALL, 8e8, 2, GPUS);
    const double fixed_s = 5e-6 + 3 * 2e-6;
    cr_assert_float_eq(seconds_of(&network, &call, "direct"), fixed_s + 4e8 / 100e9, 1e-12);
    call.ranks = 4;
    cr_assert_float_eq(seconds_of(&network, &call, "direct"), fixed_s + 6e8 / (0.92 * 100e9), 1e-12);
}
