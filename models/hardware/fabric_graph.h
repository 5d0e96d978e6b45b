/*
 * fabric_graph: a fabric of hosts, switches and cables of any shape, checked and ready to be asked for shortest ways.
 * The topology `graph` reads it. Built once from a plan whose ends are numbers; constant afterwards. Distances in hops
 * come from one breadth-first search per switch that has hosts, so memory is (such switches) x (switches) bytes and
 * does not grow with the square of the hosts.
 *
 * Hosts never forward. NIC n of a host with L cables takes cable n * L / nics in the order written; with more cables
 * than NICs each NIC has several.
 */
#ifndef MODELS_HARDWARE_FABRIC_GRAPH_H
#define MODELS_HARDWARE_FABRIC_GRAPH_H

#include "models/hardware/graph_plan.h"

/* Farthest a switch may be from another: routes must fit FabricRoute. */
enum { GRAPH_HOPS_MAX = 100, GRAPH_HOPS_NONE = 255, GRAPH_LINKS_MAX = 20000000 };

typedef struct FabricGraph {
    GraphPlan plan;
    const int *first_entry;             /* [hosts + switches + 1] into entries */
    const int *entries;                 /* cables of each vertex, in the order written */
    const int *first_link;              /* [cable_count]; -1 = the NICs are narrower: no link of its own */
    const int *link_cable;              /* [link_count] */
    const int *target_row;              /* [switches] row of hops, -1 = no hosts there */
    const unsigned char *hops;          /* [row * switches + switch]; GRAPH_HOPS_NONE = no way */
    const unsigned char *hops_to_hosts; /* [switches] to the nearest switch with hosts */
    int link_count;
    bool splits; /* equal ways exist, or a host has several cables */
} FabricGraph;

/* Checks and builds; NULL and an error for each mistake. Texts and arrays of the plan must outlive the graph. */
const FabricGraph *fabric_graph_build(const GraphPlan *plan, Arena *arena, ErrorList *errors);

/* The vertex at the other end of a cable. */
int fabric_graph_across(const FabricGraph *graph, int cable, int vertex);

/* Hops from a switch to a switch that has hosts, both as vertices. */
int fabric_graph_hops(const FabricGraph *graph, int from, int to);

/* The link of a cable in the direction away from `from`; `which` counts cables side by side. -1 = none of its own. */
int fabric_graph_link(const FabricGraph *graph, int cable, int which, int from);

/* Nominal, of one cable and direction. */
double fabric_graph_cable_bytes_per_s(const FabricGraph *graph, int cable);

/* Cables side by side that are links of their own. */
int fabric_graph_parallel(const FabricGraph *graph, int cable);

#endif
