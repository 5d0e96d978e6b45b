#include "models/communication/collective_flows.h"

#include <criterion/criterion.h>

/* Ports of 100 GB/s, NICs of 16 GB/s, no ramp. */
static const NodeSpec NODE = {
    .gpus = 4,
    .nics = 4,
    .nvlink = {.bytes_per_s = 200e9, .latency_s = 2e-6, .efficiency_fraction = 0.5},
    .nic = {.bytes_per_s = 20e9, .latency_s = 7e-6, .efficiency_fraction = 0.8},
};
static const FabricSpec FABRIC = {
    .topology = "single_switch", .oversubscription = 1, .hop_latency_s = 0.5e-6, .efficiency_fraction = 1};
static const int GPUS[8] = {0, 1, 2, 3, 4, 5, 6, 7};
static const double LAUNCH_S = 5e-6;

static CollectiveCall call_of(CollectiveKind kind, double bytes, int ranks, const int *gpus) {
    return (CollectiveCall){.kind = kind, .bytes = bytes, .ranks = ranks, .rank_gpu = gpus, .gpus_per_node = 4};
}

static double seconds_of(const CollectiveCall *call, const char *algorithm) {
    Network network = network_build(&NODE, &FABRIC, 2);
    return collective_flows_alone_seconds(call, collective_find(algorithm), &network);
}

Test(collective_flows, a_message_takes_its_latency_and_its_bytes) {
    const int pair[2] = {1, 6};
    CollectiveCall call = call_of(COLLECTIVE_SEND_RECV, 2.385e6, 2, pair);
    cr_assert_float_eq(seconds_of(&call, "ring"), LAUNCH_S + 7.5e-6 + 2.385e6 / 16e9, 2e-9);
    call.bytes = 0;
    cr_assert_float_eq(seconds_of(&call, "ring"), LAUNCH_S + 7.5e-6, 2e-9);
}

Test(collective_flows, a_ring_waits_for_every_chunk) {
    CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 4e6, 4, GPUS);
    cr_assert_float_eq(seconds_of(&call, "ring"), LAUNCH_S + 6 * (2e-6 + 1e6 / 100e9), 1e-8);
}

Test(collective_flows, a_chain_streams_its_buffer) {
    CollectiveCall call = call_of(COLLECTIVE_BROADCAST, 4e6, 4, GPUS);
    cr_assert_float_eq(seconds_of(&call, "ring"), LAUNCH_S + 3 * 2e-6 + 4e6 / 100e9, 1e-8);
}

Test(collective_flows, one_rank_takes_no_time) {
    CollectiveCall call = call_of(COLLECTIVE_ALL_REDUCE, 4e6, 1, GPUS);
    cr_assert_eq(seconds_of(&call, "ring"), 0);
}

/* Two sends from different nodes into one NIC get half of it each. */
Test(collective_flows, collectives_on_one_network_share_its_links) {
    Network network = network_build(&NODE, &FABRIC, 3);
    Arena *arena = arena_create();
    Engine *engine = engine_create(&(EngineSettings){.seed = 3});
    FairShare *share = fair_share_create(engine);
    const ResourceId *links = collective_flows_add_links(&network, share, arena);
    const int pairs[2][2] = {{0, 9}, {4, 9}};
    FlowGraph *graphs[2];
    for (int i = 0; i < 2; i++) {
        CollectiveCall call = call_of(COLLECTIVE_SEND_RECV, 3.2e6, 2, pairs[i]);
        graphs[i] = collective_flows_create(&call, collective_find("ring"), &network, links);
        flow_graph_start(graphs[i], engine, share, (Event){0});
    }
    engine_run(engine);
    cr_assert_float_eq(sim_time_to_s(engine_now(engine)), LAUNCH_S + 7.5e-6 + 2 * 3.2e6 / 16e9, 2e-9);
    for (int i = 0; i < 2; i++)
        flow_graph_destroy(graphs[i]);
    fair_share_destroy(share);
    engine_destroy(engine);
    arena_destroy(arena);
}

/* Each NIC of a node carries a part of what it sends, and another node's slow rank does not matter to it. */
Test(collective_flows, what_leaves_a_node_is_spread_over_its_nics) {
    CollectiveCall call = call_of(COLLECTIVE_ALL_GATHER, 8e9, 8, GPUS);
    double nics_s = 7e9 / (4 * 16e9), explicit_s = seconds_of(&call, "ring");
    cr_assert_float_eq(explicit_s / nics_s, 1, 1e-3);
}
