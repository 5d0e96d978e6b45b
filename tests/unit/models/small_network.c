#include "tests/unit/models/small_network.h"

const NodeSpec SMALL_NODE = {
    .gpus = 4,
    .nics = 4,
    .nvlink = {.bytes_per_s = 200e9, .latency_s = 2e-6, .efficiency_fraction = 0.5},
    .nic = {.bytes_per_s = 20e9, .latency_s = 7e-6, .efficiency_fraction = 0.8},
};
const FabricSpec SMALL_FABRIC = {.topology = "leaf_spine",
                                 .nodes_per_leaf = 2,
                                 .oversubscription = 4,
                                 .hop_latency_s = 0.5e-6,
                                 .efficiency_fraction = 1};
