/*
 * topology_samples: fabrics for the tests of topologies: every word of the menu, in shapes with full and half-empty
 * switches, and short ways to make more. Efficiency 1, NICs of 23.85 GB/s, four on a node.
 */
#ifndef TESTS_UNIT_MODELS_TOPOLOGY_SAMPLES_H
#define TESTS_UNIT_MODELS_TOPOLOGY_SAMPLES_H

#include "models/hardware/fabric_graph.h"
#include "models/hardware/network.h"

enum { TOPOLOGY_SAMPLES = 20, SAMPLE_NICS = 4 };

typedef struct TopologySample {
    FabricSpec spec;
    int nodes;
} TopologySample;

FabricSpec plain_fabric(const char *topology);
FabricSpec leaf_fabric(const char *topology, int nodes_per_leaf, int spines);
FabricSpec fat_tree_fabric(int radix, int levels, double oversubscription, double pod_oversubscription);
FabricSpec torus_fabric(int x, int y, int z);
FabricSpec dragonfly_fabric(int groups, int routers_per_group, int nodes_per_router);
FabricSpec rails_over_spine(FabricSpec spec);
FabricSpec rails_with_pxn(FabricSpec spec);

/* A graph with the NICs of fabric_network; unequal groups of hosts, and rails that only hosts join. */
FabricSpec graph_fabric(GraphPlan plan, Arena *arena);
GraphPlan unequal_graph(void);
GraphPlan rail_graph(Arena *arena);

/* Fills samples[0 .. TOPOLOGY_SAMPLES - 1]. */
void topology_samples(TopologySample *samples, Arena *arena);

/* Nodes of SAMPLE_NICS GPUs with a NIC each. */
Network fabric_network(const FabricSpec *spec, int nodes);

#endif
