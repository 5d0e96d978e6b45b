/* The network of a cluster with nodes of several types: empty places, speeds of links, routes. */
#include <criterion/criterion.h>
#include <string.h>

#include "models/cluster_resolve.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/topology_samples.h"

/* Nodes of 4, 2 and 4 GPUs: places 6 and 7 are empty. */
static ClusterSpec uneven_cluster(Arena *arena) {
    ClusterSpec cluster = small_cluster(arena, 3, 4).cluster;
    cluster.other_nodes = ARENA_NEW(arena, OtherNodesSpec);
    cluster.other_nodes[0] = (OtherNodesSpec){.nodes = "1", .node = cluster.node};
    cluster.other_node_count = 1;
    NodeSpec *small = &cluster.other_nodes[0].node;
    small->gpus = small->nics = 2;
    small->nvlink.bytes_per_s *= 0.57;
    small->nic.bytes_per_s *= 0.71;
    small->nic.latency_s *= 1.3;
    ErrorList errors;
    error_list_init(&errors, arena);
    cr_assert(cluster_resolve_types(&cluster, &errors));
    return cluster;
}

Test(node_mix, links_of_empty_places_are_not_there) {
    Arena *arena = arena_create();
    ClusterSpec cluster = uneven_cluster(arena);
    Network network = cluster_network(&cluster);
    cr_expect_eq(cluster_gpu_count(&cluster), 10);
    cr_expect_eq(network.gpus_per_node, 4);
    cr_expect(network_has_link(&network, network_port_out(&network, 5)));
    cr_expect_not(network_has_link(&network, network_port_out(&network, 6)));
    cr_expect_not(network_has_link(&network, network_port_in(&network, 7)));
    cr_expect(network_has_link(&network, network_port_in(&network, 8)));
    cr_expect(network_has_link(&network, network_nic_in(&network, 5)));
    cr_expect_not(network_has_link(&network, network_nic_in(&network, 5) + 1));
    arena_destroy(arena);
}

Test(node_mix, every_link_has_the_speed_of_its_own_node) {
    Arena *arena = arena_create();
    ClusterSpec cluster = uneven_cluster(arena);
    Network network = cluster_network(&cluster);
    cr_expect_float_eq(network_link_bytes_per_s(&network, network_port_out(&network, 3)), 300e9 * 0.7, 1);
    cr_expect_float_eq(network_link_bytes_per_s(&network, network_port_out(&network, 5)), 300e9 * 0.7 * 0.57, 1);
    cr_expect_float_eq(network_link_bytes_per_s(&network, network_nic_in(&network, 9)), 25e9 * 0.65, 1);
    cr_expect_float_eq(network_link_bytes_per_s(&network, network_nic_in(&network, 4)), 25e9 * 0.65 * 0.71, 1);
    char name[NETWORK_LINK_NAME_BYTES];
    network_link_name(&network, network_nic_out(&network, 5), name, sizeof name);
    cr_expect_str_eq(name, "node[1].nic[1].out");
    arena_destroy(arena);
}

/* 6.4 us and 1.3 x 6.4 us, half of each, and one switch. */
Test(node_mix, latency_between_types_is_the_mean_of_both_nics) {
    Arena *arena = arena_create();
    ClusterSpec cluster = uneven_cluster(arena);
    Network network = cluster_network(&cluster);
    NetworkRoute there, back;
    network_route(&network, 0, 5, &there);
    network_route(&network, 5, 0, &back);
    cr_expect_float_eq(there.latency_s, 6.4e-6 * 1.15 + 150e-9, 1e-15);
    cr_expect_eq(there.latency_s, back.latency_s);
    arena_destroy(arena);
}

Test(node_mix, a_sender_without_a_nic_on_the_rail_goes_over_the_spine) {
    Arena *arena = arena_create();
    ClusterSpec cluster = uneven_cluster(arena);
    cluster.fabric.topology = "rail_optimised";
    Network network = cluster_network(&cluster);
    NetworkRoute route;
    network_route(&network, 5, 8 + 3, &route); /* NIC 1 to NIC 3: node 1 has only two */
    cr_expect_eq(route.kind, LINK_FABRIC);
    for (int i = 0; i < route.link_count; i++)
        cr_expect(network_has_link(&network, route.links[i]));
    network_route(&network, 8 + 3, 5, &route); /* back it leaves by NIC 1, which node 2 has */
    cr_expect_eq(route.kind, LINK_NIC);
    arena_destroy(arena);
}

Test(node_mix, copies_within_a_gpu_are_as_slow_as_the_slowest) {
    Arena *arena = arena_create();
    ClusterSpec cluster = uneven_cluster(arena);
    cluster.other_nodes[0].node.gpu.hbm_bytes_per_s *= 0.37;
    ErrorList errors;
    error_list_init(&errors, arena);
    cr_assert(cluster_resolve_types(&cluster, &errors));
    Network network = cluster_network(&cluster);
    double usual = network_copy_bytes_per_s(&network, (const int[]){0, 3, 8}, 3);
    cr_expect_float_eq(usual, 2.039e12 * 0.995 / 2, 1);
    cr_expect_float_eq(network_copy_bytes_per_s(&network, (const int[]){0, 5, 8}, 3), 0.37 * usual, 1);
    arena_destroy(arena);
}

/* Every third node has half of the GPUs and one NIC; a graph knows its hosts' NICs from the reader (graph_reader). */
static NodeMix every_third_is_small(Arena *arena, const NodeSpec *node, int nodes) {
    uint16_t *types = ARENA_ARRAY(arena, nodes, uint16_t);
    NodePorts *small = ARENA_NEW(arena, NodePorts);
    for (int i = 0; i < nodes; i += 3)
        types[i] = 1;
    *small = node_ports(node);
    small->gpus /= 2;
    small->nics = 1;
    return (NodeMix){types, small, node->gpus, node->nics};
}

static void expect_sound_routes(const Network *network) {
    for (int from = 0; from < network_gpu_count(network); from++)
        for (int to = from % 5; to < network_gpu_count(network); to += 7) {
            NetworkRoute route;
            if (!network_has_link(network, network_port_out(network, from)) ||
                !network_has_link(network, network_port_out(network, to)))
                continue;
            int links = network_route(network, from, to, &route);
            for (int i = 0; i < links; i++)
                cr_expect(network_has_link(network, route.links[i]), "%s: %d to %d", network->fabric.topology->name,
                          from, to);
            cr_expect(links == 0 || route.links[links - 1] == network_nic_in(network, to) ||
                      route.links[links - 1] == network_port_in(network, to));
        }
}

Test(node_mix, routes_of_every_topology_keep_to_links_that_there_are) {
    Arena *arena = arena_create();
    const NodeSpec node = {
        .gpus = SAMPLE_NICS, .nics = SAMPLE_NICS, .nvlink = {3e11, 2e-6, 1, 0, 0}, .nic = {2e10, 0, 1, 0, 0}};
    TopologySample samples[TOPOLOGY_SAMPLES];
    topology_samples(samples, arena);
    for (int i = 0; i < TOPOLOGY_SAMPLES; i++) {
        NodeMix mix = every_third_is_small(arena, &node, samples[i].nodes);
        if (strcmp(samples[i].spec.topology, "graph") == 0)
            continue;
        Network network = network_build_mixed(&node, &mix, &samples[i].spec, samples[i].nodes);
        expect_sound_routes(&network);
    }
    arena_destroy(arena);
}

Test(node_mix, the_switch_reduces_only_where_all_ranks_have_one) {
    Arena *arena = arena_create();
    ClusterSpec cluster = uneven_cluster(arena);
    cluster.node.in_network_reduction = true;
    Network network = cluster_network(&cluster);
    cr_expect(network_reduces(&network, (const int[]){0, 3, 8}, 3));
    cr_expect_not(network_reduces(&network, (const int[]){0, 3, 5}, 3));
    arena_destroy(arena);
}
