#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/models/topology_samples.h"

enum { NAME_MAX_CHARS = 64 };

/* Messages of one byte from every GPU to the GPU of equal place `distance` nodes on: load of the links. */
static double *shift_loads(const Network *network, int distance) {
    double *loads = calloc((size_t)network_link_count(network), sizeof *loads);
    for (int gpu = 0; gpu < network_gpu_count(network); gpu++) {
        NetworkRoute route;
        network_route(network, gpu, (gpu + distance * SAMPLE_NICS) % network_gpu_count(network), &route);
        for (int i = 0; i < route.link_count; i++)
            loads[route.links[i]] += route.share_fraction[i];
    }
    return loads;
}

/* The part of its NIC that every GPU gets when the halves of the cluster exchange, with spraying. */
static double bisection_fraction(FabricSpec spec, int nodes) {
    spec.routing = ROUTING_SPRAY;
    Network network = fabric_network(&spec, nodes);
    double *loads = shift_loads(&network, nodes / 2), most_s = 0;
    for (int i = 0; i < network_link_count(&network); i++)
        most_s = fmax(most_s, loads[i] / network_link_bytes_per_s(&network, (LinkId)i));
    free(loads);
    return 1 / most_s / 23.85e9;
}

Test(topologies, trees_without_oversubscription_have_full_bisection) {
    cr_assert_float_eq(bisection_fraction(plain_fabric("single_switch"), 10), 1, 1e-12);
    cr_assert_float_eq(bisection_fraction(leaf_fabric("leaf_spine", 3, 7), 12), 1, 1e-12);
    cr_assert_float_eq(bisection_fraction(leaf_fabric("rail_optimised", 3, 7), 12), 1, 1e-12);
    cr_assert_float_eq(bisection_fraction(fat_tree_fabric(8, 2, 1, 1), 8), 1, 1e-12);
    cr_assert_float_eq(bisection_fraction(fat_tree_fabric(8, 3, 1, 1), 32), 1, 1e-12);
}

Test(topologies, oversubscription_divides_the_bisection) {
    FabricSpec leaf = leaf_fabric("leaf_spine", 3, 7), rail = leaf_fabric("rail_optimised", 3, 0);
    leaf.oversubscription = rail.oversubscription = 2.385;
    cr_assert_float_eq(bisection_fraction(leaf, 12), 1 / 2.385, 1e-12);
    cr_assert_float_eq(bisection_fraction(rail, 12), 1 / 2.385, 1e-12);
    cr_assert_float_eq(bisection_fraction(fat_tree_fabric(12, 2, 2, 1), 24), 1 / 2.0, 1e-12);
    cr_assert_float_eq(bisection_fraction(fat_tree_fabric(12, 3, 2, 1), 48), 1 / 2.0, 1e-12);
    cr_assert_float_eq(bisection_fraction(fat_tree_fabric(12, 3, 2, 3), 72), 1 / 6.0, 1e-12);
}

Test(topologies, halves_of_a_ring_of_n_share_the_four_links_of_the_cut) {
    /* n / 2 nodes a side, 2 cables cut, each as wide as a node's NICs: 4 / n. */
    cr_assert_float_eq(bisection_fraction(torus_fabric(14, 1, 1), 14), 4 / 14.0, 1e-12);
    cr_assert_float_eq(bisection_fraction(torus_fabric(3, 10, 1), 30), 4 / 10.0, 1e-12);
}

Test(topologies, a_non_blocking_fat_tree_has_as_many_cables_at_each_level_as_hosts) {
    int hosts = 8 * 8 * 8 / 4;
    FabricSpec spec = fat_tree_fabric(8, 3, 1, 1);
    Fabric fabric = {.spec = spec,
                     .topology = topology_find(spec.topology),
                     .nodes = hosts / SAMPLE_NICS,
                     .nics_per_node = SAMPLE_NICS,
                     .nic_bytes_per_s = 3e9};
    cr_assert_eq(topology_find("fat_tree")->link_count(&fabric), 2 * 2 * hosts);
    cr_assert_eq(topology_find("fat_tree")->paths(&fabric), 16);
}

/* Most links between switches on any route. */
static int diameter(FabricSpec spec, int nodes) {
    Network network = fabric_network(&spec, nodes);
    int most = 0;
    for (int from = 0; from < nodes; from++)
        for (int to = 0; to < nodes; to++) {
            NetworkRoute route;
            int count = network_route(&network, from * SAMPLE_NICS, to * SAMPLE_NICS, &route);
            most = from != to && count - 2 > most ? count - 2 : most;
        }
    return most;
}

Test(topologies, diameters_are_those_of_theory) {
    cr_assert_eq(diameter(plain_fabric("single_switch"), 9), 0);
    cr_assert_eq(diameter(leaf_fabric("leaf_spine", 3, 5), 11), 2);
    cr_assert_eq(diameter(fat_tree_fabric(8, 3, 1, 1), 32), 4);
    cr_assert_eq(diameter(torus_fabric(7, 1, 1), 7), 3);
    cr_assert_eq(diameter(torus_fabric(4, 5, 6), 120), 2 + 2 + 3);
    cr_assert_eq(diameter(dragonfly_fabric(5, 2, 3), 30), 3);
    cr_assert_eq(diameter(dragonfly_fabric(1, 6, 1), 6), 1);
}

Test(topologies, all_to_all_loads_the_links_of_a_torus_dimension_equally) {
    /* A ring of even n under all-to-all has load N n / 8 on each link, N nodes in all. */
    FabricSpec spec = torus_fabric(4, 6, 1);
    spec.routing = ROUTING_SPRAY;
    Network network = fabric_network(&spec, 24);
    double *sums = calloc((size_t)network_link_count(&network), sizeof *sums);
    for (int from = 0; from < 24; from++)
        for (int to = 0; to < 24; to++) {
            NetworkRoute route;
            network_route(&network, from * SAMPLE_NICS, to * SAMPLE_NICS, &route);
            for (int i = 0; i < route.link_count; i++)
                sums[route.links[i]] += route.share_fraction[i];
        }
    for (int i = network_link_count(&network) - 24 * 4; i < network_link_count(&network); i++) {
        char name[NAME_MAX_CHARS];
        network_link_name(&network, (LinkId)i, name, sizeof name);
        cr_assert_float_eq(sums[i], 24 * (strstr(name, ".x_") ? 4 : 6) / 8.0, 1e-9, "%s: %g", name, sums[i]);
    }
    free(sums);
}
