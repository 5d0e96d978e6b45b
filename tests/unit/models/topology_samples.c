#include "tests/unit/models/topology_samples.h"

#include <string.h>

FabricSpec plain_fabric(const char *topology) {
    FabricSpec spec = fabric_default();
    spec.topology = topology;
    spec.seed = 7;
    spec.pxn = false;
    spec.hop_latency_s = 0.2e-6;
    return spec;
}

FabricSpec leaf_fabric(const char *topology, int nodes_per_leaf, int spines) {
    FabricSpec spec = plain_fabric(topology);
    spec.nodes_per_leaf = nodes_per_leaf;
    spec.spines = spines;
    return spec;
}

FabricSpec fat_tree_fabric(int radix, int levels, double oversubscription, double pod_oversubscription) {
    FabricSpec spec = plain_fabric("fat_tree");
    spec.radix = radix;
    spec.levels = levels;
    spec.oversubscription = oversubscription;
    spec.pod_oversubscription = pod_oversubscription;
    return spec;
}

FabricSpec torus_fabric(int x, int y, int z) {
    FabricSpec spec = plain_fabric("torus");
    spec.torus_x = x;
    spec.torus_y = y;
    spec.torus_z = z;
    return spec;
}

FabricSpec dragonfly_fabric(int groups, int routers_per_group, int nodes_per_router) {
    FabricSpec spec = plain_fabric("dragonfly");
    spec.groups = groups;
    spec.routers_per_group = routers_per_group;
    spec.nodes_per_router = nodes_per_router;
    return spec;
}

FabricSpec rails_over_spine(FabricSpec spec) {
    spec.pxn = false;
    return spec;
}

FabricSpec rails_with_pxn(FabricSpec spec) {
    spec.pxn = true;
    return spec;
}

/* Hosts 0 .. 5 and switches 6 .. 10: leaves of three and two hosts with two cables to each of two spines, and a host on
 * a slow switch that hangs on one spine, by a cable whose ways share. */
static const GraphVertex UNEQUAL_VERTICES[] = {{"a", 0, "", {0}},     {"a", 1, "", {0}},    {"a", 2, "", {0}},
                                               {"b", 0, "", {0}},     {"b", 1, "", {0}},    {"slow", -1, "", {0}},
                                               {"leaf", 0, "", {0}},  {"leaf", 1, "", {0}}, {"spine", 0, "", {0}},
                                               {"spine", 1, "", {0}}, {"old", -1, "", {0}}};
static const GraphCable UNEQUAL_CABLES[] = {
    {.ends = {0, 6}, .count = 1},
    {.ends = {1, 6}, .count = 1},
    {.ends = {2, 6}, .count = 1},
    {.ends = {3, 7}, .count = 1},
    {.ends = {4, 7}, .count = 1},
    {.ends = {5, 10}, .count = 1, .bytes_per_s = 5e9, .half_duplex = true},
    {.ends = {6, 8}, .count = 2, .bytes_per_s = 40e9},
    {.ends = {6, 9}, .count = 2, .bytes_per_s = 40e9},
    {.ends = {8, 7}, .count = 2, .bytes_per_s = 40e9},
    {.ends = {9, 7}, .count = 2, .bytes_per_s = 40e9},
    {.ends = {10, 8}, .count = 1, .bytes_per_s = 12.5e9, .latency_s = 2e-6},
};

/* Hosts 0 .. 4 with a cable to each of the switches 5 .. 8, which nothing joins: rails. */
static const GraphVertex RAIL_VERTICES[] = {{"host", 0, "", {0}}, {"host", 1, "", {0}}, {"host", 2, "", {0}},
                                            {"host", 3, "", {0}}, {"host", 4, "", {0}}, {"rail", 0, "", {0}},
                                            {"rail", 1, "", {0}}, {"rail", 2, "", {0}}, {"rail", 3, "", {0}}};

FabricSpec graph_fabric(GraphPlan plan, Arena *arena) {
    ErrorList errors;
    error_list_init(&errors, arena);
    FabricSpec spec = plain_fabric("graph");
    plan.nics = SAMPLE_NICS;
    plan.nic_bytes_per_s = 23.85e9;
    plan.efficiency_fraction = 1;
    spec.routing = plan.sprayed ? ROUTING_SPRAY : ROUTING_ECMP;
    spec.graph = fabric_graph_build(&plan, arena, &errors);
    return spec;
}

GraphPlan unequal_graph(void) {
    return (GraphPlan){.vertices = UNEQUAL_VERTICES,
                       .hosts = 6,
                       .switches = 5,
                       .cables = UNEQUAL_CABLES,
                       .cable_count = sizeof UNEQUAL_CABLES / sizeof *UNEQUAL_CABLES};
}

GraphPlan rail_graph(Arena *arena) {
    GraphCable *cables = ARENA_ARRAY(arena, 5 * SAMPLE_NICS, GraphCable);
    for (int i = 0; i < 5 * SAMPLE_NICS; i++)
        cables[i] = (GraphCable){.ends = {i / SAMPLE_NICS, 5 + i % SAMPLE_NICS}, .count = 1, .bytes_per_s = 12e9};
    return (GraphPlan){.vertices = RAIL_VERTICES,
                       .hosts = 5,
                       .switches = SAMPLE_NICS,
                       .cables = cables,
                       .cable_count = 5 * SAMPLE_NICS};
}

void topology_samples(TopologySample *samples, Arena *arena) {
    const TopologySample all[TOPOLOGY_SAMPLES] = {{leaf_fabric("leaf_spine", 0, 0), 5},
                                                  {leaf_fabric("leaf_spine", 3, 0), 11},
                                                  {leaf_fabric("leaf_spine", 3, 5), 11},
                                                  {fat_tree_fabric(8, 2, 1, 1), 7},
                                                  {fat_tree_fabric(12, 2, 2, 1), 23},
                                                  {fat_tree_fabric(8, 3, 1, 1), 32},
                                                  {fat_tree_fabric(12, 3, 2, 3), 37},
                                                  {fat_tree_fabric(8, 3, 1, 3), 19},
                                                  {rails_with_pxn(leaf_fabric("rail_optimised", 4, 3)), 13},
                                                  {rails_over_spine(leaf_fabric("rail_optimised", 4, 3)), 13},
                                                  {rails_over_spine(leaf_fabric("rail_optimised", 0, 0)), 6},
                                                  {plain_fabric("single_switch"), 9},
                                                  {torus_fabric(7, 1, 1), 7},
                                                  {torus_fabric(4, 5, 1), 20},
                                                  {torus_fabric(2, 3, 4), 24},
                                                  {dragonfly_fabric(5, 2, 3), 30},
                                                  {dragonfly_fabric(4, 3, 2), 21},
                                                  {dragonfly_fabric(1, 6, 1), 6},
                                                  {graph_fabric(unequal_graph(), arena), 6},
                                                  {graph_fabric(rail_graph(arena), arena), 5}};
    memcpy(samples, all, sizeof all);
}

Network fabric_network(const FabricSpec *spec, int nodes) {
    NodeSpec node = {
        .gpus = SAMPLE_NICS,
        .nics = SAMPLE_NICS,
        .nvlink = {.bytes_per_s = 300e9, .latency_s = 1.9e-6, .efficiency_fraction = 1},
        .nic = {.bytes_per_s = 23.85e9, .latency_s = 6.3e-6, .efficiency_fraction = 1},
    };
    return network_build(&node, spec, nodes);
}
