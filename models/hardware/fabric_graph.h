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

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/arena.h"
#include "sim/engine/error.h"

/* Farthest a switch may be from another: routes must fit FabricRoute. */
enum { GRAPH_HOPS_MAX = 100, GRAPH_HOPS_NONE = 255, GRAPH_LINKS_MAX = 20000000 };

/* A host or a switch, and where it was written. */
typedef struct GraphVertex {
    const char *word;
    int index;        /* in its group; -1 = it is the only one */
    const char *path; /* "cluster.fabric.hosts[1]" */
    ErrorPlace place; /* no file = the path tells */
} GraphVertex;

/* Equal cables between two vertices, and where they were written. */
typedef struct GraphCable {
    int ends[2];        /* vertices: hosts 0 .., then switches */
    double bytes_per_s; /* > 0; nominal, of one cable and direction; 0 = of a host: as wide as its NICs */
    double latency_s;   /* >= 0 */
    int count;          /* >= 1; sprayed, they are one of their sum */
    bool half_duplex;   /* both directions share bytes_per_s */
    const char *path;
    ErrorPlace place;
} GraphCable;

typedef struct GraphPlan {
    const GraphVertex *vertices; /* [hosts + switches] */
    int hosts;
    int switches;
    const GraphCable *cables;
    int cable_count;
    int nics;                   /* of a host, >= 1 */
    double nic_bytes_per_s;     /* nominal, of one NIC */
    double efficiency_fraction; /* (0, 1]; achievable over nominal on a cable */
    bool sprayed;
} GraphPlan;

typedef struct FabricGraph {
    GraphPlan plan;
    const int *first_entry;    /* [hosts + switches + 1] into entries */
    const int *entries;        /* cables of each vertex, in the order written */
    const int *first_link;     /* [cable_count]; -1 = the NICs are narrower: no link of its own */
    const int *link_cable;     /* [link_count] */
    const int *target_row;     /* [switches] row of hops, -1 = no hosts there */
    const unsigned char *hops; /* [row * switches + switch]; GRAPH_HOPS_NONE = no way */
    int link_count;
    bool splits; /* equal ways exist, or a host has several cables */
} FabricGraph;

/* Checks and builds; NULL and an error for each mistake. Texts and arrays of the plan must outlive the graph. */
const FabricGraph *fabric_graph_build(const GraphPlan *plan, Arena *arena, ErrorList *errors);

/* "leaf[3]" or "core". */
const char *fabric_graph_vertex_name(const GraphPlan *plan, int vertex, Arena *arena);

/* The vertex at the other end of a cable. */
int fabric_graph_across(const FabricGraph *graph, int cable, int vertex);

/* Hops from a switch to a switch that has hosts, both as vertices. */
int fabric_graph_hops(const FabricGraph *graph, int from, int to);

/* The link of a cable in the direction away from `from`; `which` counts cables side by side. -1 = none of its own. */
int fabric_graph_link(const FabricGraph *graph, int cable, int which, int from);

/* Cables side by side that are links of their own. */
int fabric_graph_parallel(const FabricGraph *graph, int cable);

#endif
