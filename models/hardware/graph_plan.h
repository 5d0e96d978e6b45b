/*
 * graph_plan: what a fabric_graph is built from: hosts, switches and cables by number, each with the place where it was
 * written. Plain values, not yet checked.
 */
#ifndef MODELS_HARDWARE_GRAPH_PLAN_H
#define MODELS_HARDWARE_GRAPH_PLAN_H

#include <stdbool.h>

#include "models/hardware/node_mix.h"
#include "sim/engine/arena.h"
#include "sim/engine/error.h"

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
    int nics;                   /* of a host of the usual type, >= 1 */
    double nic_bytes_per_s;     /* nominal, of one of them */
    const NodeMix *mix;         /* types of the hosts, which are the nodes; NULL = all are usual */
    double efficiency_fraction; /* (0, 1]; achievable over nominal on a cable */
    bool sprayed;
} GraphPlan;

/* NICs of a host, and the nominal bandwidth of one. */
int graph_plan_nics(const GraphPlan *plan, int host);
double graph_plan_nic_bytes_per_s(const GraphPlan *plan, int host);

/* "leaf[3]" or "core". */
const char *graph_plan_name(const GraphPlan *plan, int vertex, Arena *arena);

#endif
