/*
 * topology: the switches between the nodes: which links a fabric has, what they carry, and which of them a message
 * between two NICs takes. The contract of a shape and the menu of all of them (topologies/table.h). A shape only
 * computes: it stores no graph and no table of routes, so a route costs its length and 12,800 nodes cost as much as
 * one. NICs and NVLink are network.h's, contention is the fair_share's.
 *
 * Where several equal paths exist, ECMP takes one by a hash of (seed, sending NIC, receiving NIC), so that flows
 * collide as in life; spraying spreads every message evenly over all of them, an ideal. In trees a sprayed bundle of
 * equal links is one link of their sum, which is exact.
 *
 * Limits: shortest paths only, no adaptive routing; every NIC pair is one flow; switches themselves never block. Nodes
 * that are missing in a last leaf, pod or group leave its links in place. Parameters of other shapes are not read.
 */
#ifndef MODELS_HARDWARE_TOPOLOGY_H
#define MODELS_HARDWARE_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/hardware/graph_spec.h"

typedef struct FabricGraph FabricGraph; /* fabric_graph.h */

typedef enum Routing {
    ROUTING_ECMP, /* one of the equal paths, by hash */
    ROUTING_SPRAY /* all of them evenly */
} Routing;

typedef struct FabricSpec {
    const char *topology; /* name in topologies/table.h */
    Routing routing;
    uint64_t seed;               /* of the ECMP hash; simulation_spec_resolve sets the run's */
    int nodes_per_leaf;          /* leaf_spine, rail_optimised (nodes of a pod): >= 1; 0 = all nodes */
    int spines;                  /* leaf_spine, rail_optimised: >= 1; 0 = one that never blocks */
    int radix;                   /* fat_tree: >= 2; ports of every switch */
    int levels;                  /* fat_tree: 2 or 3 */
    double oversubscription;     /* trees: >= 1; bandwidth below a leaf over bandwidth above it */
    double pod_oversubscription; /* fat_tree of 3 levels: >= 1; the same of an aggregation switch */
    bool pxn;                    /* rail_optimised: other rails are reached over NVLink, not over the spine */
    int torus_x;                 /* torus: >= 1; nodes along each dimension, 1 = the dimension is not there */
    int torus_y;
    int torus_z;
    int groups;                 /* dragonfly: >= 1 */
    int routers_per_group;      /* dragonfly: >= 1 */
    int nodes_per_router;       /* dragonfly: >= 1 */
    double link_bytes_per_s;    /* torus, dragonfly: > 0, nominal, of a link between switches; 0 = the NICs of a node */
    double hop_latency_s;       /* >= 0; of one switch, cable included */
    double efficiency_fraction; /* (0, 1]; achievable over nominal on a link between switches */
    GraphSpec own;              /* graph: as written */
    const FabricGraph *graph;   /* graph: made of it by the reader; NULL = nobody made it */
    double reroute_s;           /* >= 0; from the failure of a link until flows go around it */
} FabricSpec;

typedef struct Topology Topology;

/* A fabric and what hangs on it. */
typedef struct Fabric {
    FabricSpec spec;
    const Topology *topology; /* NULL = the spec names none of the menu */
    int nodes;                /* >= 1 */
    int nics_per_node;        /* >= 0; 0 only with one node; of the type with most where types differ */
    double nic_bytes_per_s;   /* >= 0; nominal, of one NIC of the usual type */
} Fabric;

/* Why a fabric cannot be. */
typedef struct TopologyFault {
    const char *key;      /* of the parameter below cluster.fabric; NULL = the fabric is sound */
    const char *expected; /* "at most as many leaves as a spine has ports" */
} TopologyFault;

enum { FABRIC_LINK_PARTS = 3, FABRIC_ROUTE_LINKS_MAX = 256 };

/* One word of a link's name: leaf[3], or without an index up. */
typedef struct FabricLinkPart {
    const char *word; /* NULL after the last part */
    int index;        /* -1 = none */
} FabricLinkPart;

/* What a link hangs on. Levels count from the nodes up; a bundle leads to number 0 of the level above. */
typedef enum FabricLevel {
    FABRIC_NODE,
    FABRIC_SWITCH,
    FABRIC_AGGREGATION,
    FABRIC_CORE,
    FABRIC_LEVEL_COUNT
} FabricLevel;

typedef struct FabricEnd {
    FabricLevel level;
    int index; /* of its own in its level, 0.. */
} FabricEnd;

typedef struct FabricLink {
    double bytes_per_s;     /* > 0; nominal, one direction */
    double cable_latency_s; /* >= 0; beside that of switches */
    FabricEnd from;
    FabricEnd to;
    bool both_ways; /* it carries the other direction too */
    FabricLinkPart parts[FABRIC_LINK_PARTS];
} FabricLink;

/* Two NICs of different nodes. */
typedef struct FabricPair {
    int from_node, from_nic;
    int to_node, to_nic;
    int from_nics; /* of from_node, which may have fewer than the fabric has room for; 0 = nics_per_node */
} FabricPair;

typedef struct FabricRoute {
    int exit_nic;           /* through which the message leaves its node; another than from_nic with PXN */
    int switches;           /* >= 1; on the way */
    int first_switch;       /* FabricEnd.index of the one that the sender's exit_nic hangs on, at FABRIC_SWITCH */
    double cable_latency_s; /* >= 0; of its links; 0 when route() is called */
    int link_count;
    int links[FABRIC_ROUTE_LINKS_MAX];             /* in the order of travel, each once */
    double share_fraction[FABRIC_ROUTE_LINKS_MAX]; /* (0, 1]; of the message on that link, 1 unless sprayed */
} FabricRoute;

struct Topology {
    const char *name;
    const char *summary;
    const char *source;
    const char *parameters; /* the FabricSpec keys that it reads, parted by spaces */

    TopologyFault (*needs)(const Fabric *fabric);

    /* Links between switches, each direction counted; 0.., dense. The rest is asked of sound fabrics only. */
    int (*link_count)(const Fabric *fabric);
    FabricLink (*link)(const Fabric *fabric, int link);

    /* Equal paths between the farthest nodes; 1 = all NICs of a node take the same links to another node. */
    int (*paths)(const Fabric *fabric);

    /* Fills in all of the route. */
    void (*route)(const Fabric *fabric, const FabricPair *pair, FabricRoute *route);
};

/* The topology of that name, NULL when there is none; the menu by index, NULL past its end. */
const Topology *topology_find(const char *name);
const Topology *topology_at(size_t index);

/* leaf_spine with all nodes on one leaf, ECMP, 150 ns per switch; fat trees of 64 ports and 3 levels. */
FabricSpec fabric_default(void);

/* What is wrong with the fabric, the name of its topology included. */
TopologyFault fabric_fault(const Fabric *fabric);

/* The hash that chooses among equal paths of the pair; splitmix_hash makes further choices of it. */
uint64_t fabric_choice(const Fabric *fabric, const FabricPair *pair);

/* Appends a link to a route that the caller has started. */
void fabric_route_add(FabricRoute *route, int link, double share_fraction);

/* Nominal bandwidth of all NICs of a node, or what the spec says a link has. */
double fabric_direct_bytes_per_s(const Fabric *fabric);

const char *routing_name(Routing routing); /* ecmp, spray */

#endif
