#include "models/hardware/network.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static NodeSpec node_of(int gpus, int nics) {
    return (NodeSpec){
        .gpus = gpus,
        .nics = nics,
        .nvlink = {.bytes_per_s = 300e9, .latency_s = 1.9e-6, .efficiency_fraction = 0.7, .ramp_s = 4.1e-5},
        .pcie = {.bytes_per_s = 31.5e9, .latency_s = 1.1e-6, .efficiency_fraction = 0.8},
        .nic = {.bytes_per_s = 25e9, .latency_s = 6.3e-6, .efficiency_fraction = 0.64, .ramp_s = 3.7e-5}};
}

static const FabricSpec FABRIC = {.topology = "leaf_spine",
                                  .nodes_per_leaf = 3,
                                  .oversubscription = 2.5,
                                  .hop_latency_s = 0.2e-6,
                                  .efficiency_fraction = 0.9};

static void expect_name(const Network *network, LinkId link, const char *expected) {
    char name[64];
    network_link_name(network, link, name, sizeof name);
    cr_assert_str_eq(name, expected, "found %s, expected %s", name, expected);
}

static void expect_route(const Network *network, int from_gpu, int to_gpu, const char *expected) {
    NetworkRoute route;
    char text[256] = "", name[64];
    network_route(network, from_gpu, to_gpu, &route);
    for (int i = 0; i < route.link_count; i++) {
        network_link_name(network, route.links[i], name, sizeof name);
        strcat(strcat(text, i ? " " : ""), name);
    }
    cr_assert_str_eq(text, expected, "found %s, expected %s", text, expected);
}

Test(network, a_message_inside_a_node_takes_two_ports) {
    NodeSpec node = node_of(8, 8);
    Network network = network_build(&node, &FABRIC, 7);
    expect_route(&network, 17, 22, "gpu[17].nvlink.out gpu[22].nvlink.in");
    NetworkRoute route;
    network_route(&network, 17, 22, &route);
    cr_assert_eq(route.kind, LINK_NVLINK);
    cr_assert_float_eq(route.latency_s, 1.9e-6, 1e-15);
    cr_assert_float_eq(route.ramp_s, 4.1e-5, 1e-15);
}

Test(network, a_message_under_one_leaf_takes_two_nics_and_one_switch) {
    NodeSpec node = node_of(8, 8);
    Network network = network_build(&node, &FABRIC, 7);
    expect_route(&network, 5, 17, "node[0].nic[5].out node[2].nic[1].in");
    NetworkRoute route;
    network_route(&network, 5, 17, &route);
    cr_assert_eq(route.kind, LINK_NIC);
    cr_assert_float_eq(route.latency_s, 6.5e-6, 1e-15);
    cr_assert_float_eq(route.ramp_s, 3.7e-5, 1e-15);
}

Test(network, a_message_between_leaves_goes_up_and_down_through_three_switches) {
    NodeSpec node = node_of(8, 8);
    Network network = network_build(&node, &FABRIC, 7);
    expect_route(&network, 48, 23, "node[6].nic[0].out leaf[2].up leaf[0].down node[2].nic[7].in");
    NetworkRoute route;
    network_route(&network, 48, 23, &route);
    cr_assert_eq(route.kind, LINK_FABRIC);
    cr_assert_float_eq(route.latency_s, 6.9e-6, 1e-15);
}

Test(network, a_gpu_reaches_itself_over_no_link) {
    NodeSpec node = node_of(8, 8);
    Network network = network_build(&node, &FABRIC, 7);
    NetworkRoute route;
    cr_assert_eq(network_route(&network, 13, 13, &route), 0);
    cr_assert_eq(route.latency_s, 0);
}

Test(network, gpus_share_the_nics_of_their_node_evenly) {
    NodeSpec node = node_of(16, 8);
    Network network = network_build(&node, &FABRIC, 2);
    expect_route(&network, 5, 31, "node[0].nic[2].out node[1].nic[7].in");
    expect_route(&network, 4, 30, "node[0].nic[2].out node[1].nic[7].in");
}

Test(network, links_are_numbered_densely_and_have_distinct_names) {
    NodeSpec node = node_of(3, 2);
    Network network = network_build(&node, &FABRIC, 4);
    int links = network_link_count(&network);
    cr_assert_eq(links, 2 * (4 * 3) + 2 * (4 * 2) + 2 * 2);
    for (int i = 0; i < links; i++) {
        char name[64];
        network_link_name(&network, (LinkId)i, name, sizeof name);
        for (int k = i + 1; k < links; k++) {
            char other[64];
            network_link_name(&network, (LinkId)k, other, sizeof other);
            cr_assert_str_neq(name, other);
        }
    }
    expect_name(&network, 0, "gpu[0].nvlink.out");
    expect_name(&network, 23, "gpu[11].nvlink.in");
    expect_name(&network, 39, "node[3].nic[1].in");
    expect_name(&network, 42, "leaf[1].up");
    expect_name(&network, 43, "leaf[1].down");
}

Test(network, capacities_are_nominal_times_efficiency) {
    NodeSpec node = node_of(8, 4);
    Network network = network_build(&node, &FABRIC, 7);
    LinkId nic = network_nic_in(&network, 9), leaf = (LinkId)network_link_count(&network) - 1;
    cr_assert_float_eq(network_link_bytes_per_s(&network, 3), 210e9, 1);
    cr_assert_float_eq(network_link_bytes_per_s(&network, nic), 16e9, 1);
    /* 3 nodes of 4 NICs of 25 GB/s below, 2.5 times less above, of which 0.9 can be used. */
    cr_assert_float_eq(network_link_bytes_per_s(&network, leaf), 108e9, 1);
    cr_assert_eq(network_link_kind(&network, 3), LINK_NVLINK);
    cr_assert_eq(network_link_kind(&network, nic), LINK_NIC);
    cr_assert_eq(network_link_kind(&network, leaf), LINK_FABRIC);
}

Test(network, a_node_without_nvlink_uses_pcie_inside) {
    NodeSpec node = node_of(4, 1);
    node.nvlink = (LinkSpec){0};
    Network network = network_build(&node, &FABRIC, 2);
    expect_route(&network, 1, 2, "gpu[1].pcie.out gpu[2].pcie.in");
    cr_assert_float_eq(network_link_bytes_per_s(&network, 2), 25.2e9, 1);
}

Test(network, without_leaf_size_all_nodes_are_under_one_leaf) {
    NodeSpec node = node_of(8, 8);
    FabricSpec fabric = fabric_default();
    Network network = network_build(&node, &fabric, 12800);
    NetworkRoute route;
    cr_assert_eq(network_route(&network, 0, 102399, &route), 2);
    cr_assert_eq(route.kind, LINK_NIC);
    expect_name(&network, route.links[1], "node[12799].nic[7].in");
    cr_assert_eq(network_nodes_per_leaf(&network), 12800);
}

Test(network, one_node_needs_no_nic) {
    NodeSpec node = node_of(8, 0);
    FabricSpec fabric = fabric_default();
    Network network = network_build(&node, &fabric, 1);
    expect_route(&network, 0, 7, "gpu[0].nvlink.out gpu[7].nvlink.in");
    cr_assert_eq(network_link_count(&network), 18);
}

Test(network, kinds_of_links_have_names) {
    cr_assert_str_eq(link_kind_name(LINK_NVLINK), "nvlink");
    cr_assert_str_eq(link_kind_name(LINK_NIC), "nic");
    cr_assert_str_eq(link_kind_name(LINK_FABRIC), "fabric");
}
