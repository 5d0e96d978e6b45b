#include "tests/unit/models/topology_samples.h"

#include <string.h>

static const FabricSpec PLAIN = {.oversubscription = 1,
                                 .pod_oversubscription = 1,
                                 .radix = 64,
                                 .levels = 3,
                                 .torus_x = 1,
                                 .torus_y = 1,
                                 .torus_z = 1,
                                 .groups = 1,
                                 .routers_per_group = 1,
                                 .nodes_per_router = 1,
                                 .seed = 7,
                                 .hop_latency_s = 0.2e-6,
                                 .efficiency_fraction = 1};

FabricSpec plain_fabric(const char *topology) {
    FabricSpec spec = PLAIN;
    spec.topology = topology;
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

void topology_samples(TopologySample *samples) {
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
                                                  {dragonfly_fabric(1, 6, 1), 6}};
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
