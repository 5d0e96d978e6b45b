/*
 * graph_walk: shortest ways from switch to switch through a fabric_graph. Hashed: at every switch one of the cables
 * that lead one hop nearer, by a hash of the pair that is mixed anew at each switch (RFC 2992). Sprayed: at every
 * switch even shares over all those cables, so that a message takes all shortest ways at once, an ideal.
 */
#ifndef MODELS_HARDWARE_GRAPH_WALK_H
#define MODELS_HARDWARE_GRAPH_WALK_H

#include "models/hardware/fabric_graph.h"
#include "models/hardware/topology.h"

/* Appends the links from a switch to another that has hosts, and adds to `cable_latency_s`. */
void graph_walk_hashed(const FabricGraph *graph, const int ends[2], uint64_t choice, FabricRoute *route);

/* The same, sprayed; false when a route has no room for all of the links. */
bool graph_walk_sprayed(const FabricGraph *graph, const int ends[2], FabricRoute *route);

/* Adds an error when a sprayed way does not fit a route. */
bool graph_walk_check(const FabricGraph *graph, ErrorList *errors);

#endif
