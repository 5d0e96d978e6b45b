/*
 * graph_spec: a fabric of the user's own as it is written: groups of switches, groups of nodes, links between them by
 * name. Plain texts and numbers; what the names mean is found by the reader, which makes a fabric_graph of it. All is
 * empty for other topologies.
 *
 * A name stands for all of its group, name[3] for one of them; a link between two groups joins each of the one with
 * each of the other.
 */
#ifndef MODELS_HARDWARE_GRAPH_SPEC_H
#define MODELS_HARDWARE_GRAPH_SPEC_H

#include <stdint.h>

#include "models/hardware/node.h"

typedef enum Duplex {
    DUPLEX_FULL, /* each direction has the bandwidth for itself */
    DUPLEX_HALF  /* both directions share it */
} Duplex;

/* Equal switches, or nodes of the cluster, which take the next numbers. */
typedef struct GraphGroupSpec {
    const char *name;
    int count;     /* >= 1 */
    NodeSpec node; /* of a group of nodes: their type; without a name = the cluster's usual one */
} GraphGroupSpec;

typedef struct GraphLinkSpec {
    const char *from; /* "leaf", "leaf[3]" */
    const char *to;
    double bytes_per_s; /* > 0; nominal, one cable and direction; 0 = of a host: as wide as its NICs */
    double latency_s;   /* >= 0; of the cable, beside that of switches and NICs */
    int count;          /* >= 1; cables side by side */
    Duplex duplex;
} GraphLinkSpec;

typedef struct GraphSpec {
    const GraphGroupSpec *switches;
    int64_t switch_count; /* groups */
    GraphGroupSpec *hosts;
    int64_t host_count; /* groups */
    const GraphLinkSpec *links;
    int64_t link_count;
    const char *file;       /* a CSV file instead of all of it; NULL = none */
    const char *host_names; /* with file: ends whose names begin like this are nodes */
} GraphSpec;

const char *duplex_name(Duplex duplex); /* full, half */

#endif
