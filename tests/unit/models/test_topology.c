#include "models/hardware/topology.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/models/topology_samples.h"

enum { NAME_MAX_CHARS = 64 };

/* Calls `check` on every sample, once for each routing. */
static void for_each_sample(void (*check)(const Network *network)) {
    TopologySample samples[TOPOLOGY_SAMPLES];
    Arena *arena = arena_create();
    topology_samples(samples, arena);
    for (int i = 0; i < 2 * TOPOLOGY_SAMPLES; i++) {
        FabricSpec spec = samples[i / 2].spec;
        spec.routing = i % 2 ? ROUTING_SPRAY : ROUTING_ECMP;
        Network network = fabric_network(&spec, samples[i / 2].nodes);
        check(&network);
    }
    arena_destroy(arena);
}

/* Calls `check` on the routes between all nodes, from the GPU `skew` places on to each GPU. */
static void for_each_route(const Network *network, void (*check)(const Network *network, int from_gpu, int to_gpu)) {
    for (int from = 0; from < network->nodes; from++)
        for (int to = 0; to < network->nodes; to++)
            for (int gpu = 0; gpu < SAMPLE_NICS && from != to; gpu++)
                check(network, from * SAMPLE_NICS + (from + gpu) % SAMPLE_NICS, to * SAMPLE_NICS + gpu);
}

Test(topology, the_menu_has_unique_names_and_every_word_is_found) {
    for (size_t i = 0; topology_at(i); i++) {
        const Topology *topology = topology_at(i);
        cr_assert_eq(topology_find(topology->name), topology);
        cr_assert_gt(strlen(topology->summary), 20);
        cr_assert_gt(strlen(topology->source), 20);
        for (size_t j = 0; j < i; j++)
            cr_assert_str_neq(topology_at(j)->name, topology->name);
    }
    cr_assert_null(topology_find("hypercube"));
}

Test(topology, every_word_of_the_menu_is_among_the_samples) {
    TopologySample samples[TOPOLOGY_SAMPLES];
    Arena *arena = arena_create();
    topology_samples(samples, arena);
    for (size_t i = 0; topology_at(i); i++) {
        int found = 0;
        for (int j = 0; j < TOPOLOGY_SAMPLES; j++)
            found += strcmp(samples[j].spec.topology, topology_at(i)->name) == 0;
        cr_assert_gt(found, 0, "%s", topology_at(i)->name);
    }
    arena_destroy(arena);
}

static void check_route(const Network *network, int from_gpu, int to_gpu) {
    NetworkRoute route;
    int count = network_route(network, from_gpu, to_gpu, &route), first = 0;
    while (network_link_kind(network, route.links[first]) == LINK_NVLINK)
        first++;
    cr_assert(first == 0 || (first == 2 && route.links[0] == network_port_out(network, from_gpu)));
    LinkId nic = route.links[first], first_of_node = network_nic_out(network, from_gpu / SAMPLE_NICS * SAMPLE_NICS);
    cr_assert(nic >= first_of_node && nic < first_of_node + 2 * SAMPLE_NICS && nic % 2 == 0);
    cr_assert(first == 2 || nic == network_nic_out(network, from_gpu));
    cr_assert_eq(route.links[count - 1], network_nic_in(network, to_gpu));
    for (int i = 0; i < count; i++) {
        cr_assert_lt(route.links[i], (LinkId)network_link_count(network));
        cr_assert(route.share_fraction[i] > 0 && route.share_fraction[i] <= 1);
        cr_assert(i <= first || i == count - 1 || network_link_kind(network, route.links[i]) == LINK_FABRIC);
        for (int j = 0; j < i; j++)
            cr_assert_neq(route.links[j], route.links[i], "%s", network->fabric.topology->name);
    }
}

static void check_routes(const Network *network) {
    for_each_route(network, check_route);
}

Test(topology, a_route_starts_at_the_senders_nic_ends_at_the_receivers_and_takes_no_link_twice) {
    for_each_sample(check_routes);
}

static void check_way_back(const Network *network, int from_gpu, int to_gpu) {
    NetworkRoute there, back;
    network_route(network, from_gpu, to_gpu, &there);
    network_route(network, to_gpu, from_gpu, &back);
    cr_assert_eq(there.link_count, back.link_count, "%s", network->fabric.topology->name);
    cr_assert_float_eq(there.latency_s, back.latency_s, 1e-15);
    cr_assert_eq(there.kind, back.kind);
}

static void check_ways_back(const Network *network) {
    for_each_route(network, check_way_back);
}

Test(topology, the_way_back_is_as_long_as_the_way_there) {
    for_each_sample(check_ways_back);
}

static int compare_names(const void *left, const void *right) {
    return strcmp(left, right);
}

static void check_links(const Network *network) {
    int count = network_link_count(network);
    char(*names)[NAME_MAX_CHARS] = calloc((size_t)count, sizeof *names);
    for (int i = 0; i < count; i++) {
        network_link_name(network, (LinkId)i, names[i], sizeof names[i]);
        cr_assert_gt(network_link_bytes_per_s(network, (LinkId)i), 1e9, "%s", names[i]);
    }
    qsort(names, (size_t)count, sizeof *names, compare_names);
    for (int i = 1; i < count; i++)
        cr_assert_str_neq(names[i - 1], names[i]);
    free(names);
}

Test(topology, every_link_has_a_bandwidth_and_a_name_of_its_own) {
    for_each_sample(check_links);
}

static FabricLink link_of(const Network *network, LinkId link) {
    return network->fabric.topology->link(&network->fabric, (int)(link - network->first_fabric_link));
}

static void check_meeting(const Network *network, int from_gpu, int to_gpu) {
    NetworkRoute route;
    int count = network_route(network, from_gpu, to_gpu, &route);
    for (int i = 1; i < count; i++) {
        if (network_link_kind(network, route.links[i - 1]) != LINK_FABRIC || route.share_fraction[i - 1] < 1 ||
            network_link_kind(network, route.links[i]) != LINK_FABRIC)
            continue;
        FabricLink one = link_of(network, route.links[i - 1]), other = link_of(network, route.links[i]);
        bool met = one.to.level == other.from.level && one.to.index == other.from.index;
        cr_assert(met || one.both_ways || other.both_ways, "%s: link %d", network->fabric.topology->name, i);
    }
}

static void check_meetings(const Network *network) {
    for_each_route(network, check_meeting);
}

Test(topology, links_of_a_route_that_follow_each_other_meet_at_a_switch) {
    for_each_sample(check_meetings);
}

static void expect_route(const Network *network, int from_gpu, int to_gpu, const char *expected) {
    NetworkRoute route;
    char text[512] = "", name[NAME_MAX_CHARS];
    network_route(network, from_gpu, to_gpu, &route);
    for (int i = 0; i < route.link_count; i++) {
        network_link_name(network, route.links[i], name, sizeof name);
        strcat(strcat(text, i ? " " : ""), name);
    }
    cr_assert_str_eq(text, expected, "found %s, expected %s", text, expected);
}

Test(topology, rails_are_changed_over_nvlink_or_over_the_spine) {
    FabricSpec spec = rails_with_pxn(leaf_fabric("rail_optimised", 4, 0));
    Network pxn = fabric_network(&spec, 8);
    spec.pxn = false;
    Network plain_rails = fabric_network(&spec, 8);
    expect_route(&pxn, 1, 9, "node[0].nic[1].out node[2].nic[1].in");
    expect_route(&pxn, 1, 11, "gpu[1].nvlink.out gpu[3].nvlink.in node[0].nic[3].out node[2].nic[3].in");
    expect_route(&plain_rails, 1, 11, "node[0].nic[1].out pod[0].rail[1].up pod[0].rail[3].down node[2].nic[3].in");
    expect_route(&plain_rails, 1, 29, "node[0].nic[1].out pod[0].rail[1].up pod[1].rail[1].down node[7].nic[1].in");
}

Test(topology, a_torus_goes_the_shorter_way_round) {
    FabricSpec spec = torus_fabric(5, 3, 1);
    Network network = fabric_network(&spec, 15);
    expect_route(&network, 0, 4 * SAMPLE_NICS, "node[0].nic[0].out node[0].x_minus node[4].nic[0].in");
    expect_route(&network, 0, 12 * SAMPLE_NICS,
                 "node[0].nic[0].out node[0].x_plus node[1].x_plus node[2].y_minus node[12].nic[0].in");
}

Test(topology, a_dragonfly_crosses_groups_by_their_one_link) {
    FabricSpec spec = dragonfly_fabric(4, 3, 2);
    Network network = fabric_network(&spec, 24);
    expect_route(&network, 0, 17 * SAMPLE_NICS,
                 "node[0].nic[0].out group[0].router[0].local[1] group[0].global[2] group[2].router[1].local[2] "
                 "node[17].nic[0].in");
}

Test(topology, a_graph_takes_fewest_hops_and_shows_cables_narrower_than_the_nics) {
    Arena *arena = arena_create();
    FabricSpec spec = graph_fabric(unequal_graph(), arena);
    Network network = fabric_network(&spec, 6);
    expect_route(&network, 0, 9, "node[0].nic[0].out node[2].nic[1].in");
    expect_route(&network, 20, 22, "gpu[20].nvlink.out gpu[22].nvlink.in");
    NetworkRoute route;
    cr_assert_eq(network_route(&network, 1, 20, &route), 5);
    /* Three switches, 2 us of cable between the last two. */
    cr_assert_float_eq(route.latency_s, 6.3e-6 + 3 * 0.2e-6 + 2e-6, 1e-12);
    char name[NAME_MAX_CHARS];
    network_link_name(&network, route.links[3], name, sizeof name);
    cr_assert_str_eq(name, "slow.old");
    NetworkRoute back;
    network_route(&network, 20, 1, &back);
    cr_assert_eq(back.links[1], route.links[3], "half duplex: one link for both ways");
    arena_destroy(arena);
}

Test(topology, a_graph_of_rails_changes_rails_over_nvlink) {
    Arena *arena = arena_create();
    FabricSpec spec = graph_fabric(rail_graph(arena), arena);
    Network network = fabric_network(&spec, 5);
    expect_route(&network, 1, 9, "node[0].nic[1].out host[0].rail[1] rail[1].host[2] node[2].nic[1].in");
    expect_route(&network, 1, 11,
                 "gpu[1].nvlink.out gpu[3].nvlink.in node[0].nic[3].out host[0].rail[3] rail[3].host[2] "
                 "node[2].nic[3].in");
    arena_destroy(arena);
}

Test(topology, ecmp_uses_every_path_and_another_seed_chooses_otherwise) {
    FabricSpec spec = leaf_fabric("leaf_spine", 4, 5);
    Network network = fabric_network(&spec, 8);
    spec.seed = 8;
    Network other = fabric_network(&spec, 8);
    int uses[5] = {0}, moved = 0, first = network_link_count(&network) - 2 * 2 * 5;
    for (int from = 0; from < 4 * SAMPLE_NICS; from++)
        for (int to = 4 * SAMPLE_NICS; to < 8 * SAMPLE_NICS; to++) {
            NetworkRoute route, again, seeded;
            network_route(&network, from, to, &route);
            network_route(&network, from, to, &again);
            network_route(&other, from, to, &seeded);
            cr_assert_eq(route.links[1], again.links[1]);
            uses[((int)route.links[1] - first) / 2]++;
            moved += route.links[1] != seeded.links[1];
        }
    /* 256 flows on 5 spines: 51.2 each, standard deviation 6.4; 4/5 of them move. */
    for (int spine = 0; spine < 5; spine++)
        cr_assert(uses[spine] > 25 && uses[spine] < 77, "spine %d: %d", spine, uses[spine]);
    cr_assert(moved > 180 && moved < 230, "%d", moved);
}

static void expect_fault(FabricSpec spec, int nodes, const char *key, const char *expected) {
    Fabric fabric = {.spec = spec,
                     .topology = topology_find(spec.topology),
                     .nodes = nodes,
                     .nics_per_node = SAMPLE_NICS,
                     .nic_bytes_per_s = 3e9};
    TopologyFault fault = fabric_fault(&fabric);
    cr_assert_not_null(fault.key, "expected a fault of %s", key);
    cr_assert_str_eq(fault.key, key);
    cr_assert_str_eq(fault.expected, expected);
}

Test(topology, what_cannot_be_is_named_by_its_key) {
    expect_fault(plain_fabric("hypercube"), 8, "topology", "a name from `chokepoint list topologies`");
    FabricSpec one_leaf = plain_fabric("leaf_spine");
    one_leaf.oversubscription = 2.385;
    expect_fault(one_leaf, 8, "oversubscription", "`nodes_per_leaf` beside it, for all nodes are on one leaf");
    expect_fault(leaf_fabric("leaf_spine", 1, 4096), 1000000, "spines", "at most 1e8 links between leaves and spines");
    expect_fault(leaf_fabric("rail_optimised", 1, 4096), 1000000, "spines",
                 "at most 1e8 links between rails and spines");
    expect_fault(fat_tree_fabric(8, 4, 1, 1), 4, "levels", "2 or 3");
    expect_fault(fat_tree_fabric(8, 3, 2, 1), 4, "oversubscription",
                 "one that divides the ports of a leaf into whole numbers");
    expect_fault(fat_tree_fabric(8, 3, 1, 2), 4, "pod_oversubscription",
                 "one that divides the ports of a switch into whole numbers");
    expect_fault(fat_tree_fabric(12, 3, 1, 1), 4, "radix", "ports below a leaf for the NICs of whole nodes");
    expect_fault(fat_tree_fabric(8, 2, 1, 1), 9, "radix", "at most as many leaves as a spine has ports, or levels: 3");
    expect_fault(fat_tree_fabric(8, 3, 1, 1), 33, "radix", "at most as many pods as a core switch has ports");
    expect_fault(torus_fabric(3, 4, 5), 61, "torus_x", "torus_x x torus_y x torus_z equal to the nodes");
    expect_fault(torus_fabric(128, 128, 1), 16384, "torus_x", "torus_x + torus_y + torus_z of at most 256");
    expect_fault(dragonfly_fabric(4, 3, 2), 25, "groups",
                 "groups x routers_per_group x nodes_per_router of at least the nodes");
    expect_fault(dragonfly_fabric(10000, 10000, 1), 9, "groups", "at most 1e8 links between routers");
}

Test(topology, nodes_of_a_leaf_are_those_one_switch_apart) {
    TopologySample samples[TOPOLOGY_SAMPLES];
    Arena *arena = arena_create();
    topology_samples(samples, arena);
    const int expected[TOPOLOGY_SAMPLES] = {5, 3, 3, 1, 2, 1, 2, 1, 4, 4, 6, 9, 1, 1, 1, 3, 2, 1, 3, 5};
    for (int i = 0; i < TOPOLOGY_SAMPLES; i++) {
        Network network = fabric_network(&samples[i].spec, samples[i].nodes);
        cr_assert_eq(network_nodes_per_leaf(&network), expected[i], "sample %d", i);
    }
    arena_destroy(arena);
}
