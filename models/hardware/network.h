/*
 * network: which links a message between two GPUs takes, and what they carry: the ports and NICs of the nodes, and the
 * fabric between them, whose shape is a topology's. It is a read-only description, computed and not stored but for the
 * type of each node where there are several, so 12,800 nodes cost as much as one. Traffic and contention are the
 * fair_share's work, times of collectives collective_loads.h's.
 *
 * Inside a node a message leaves through the sender's NVLink port and enters through the receiver's. Between nodes it
 * takes the sender's NIC, the links of the topology's route and the receiver's NIC; GPU g of a node uses NIC
 * g * nics / gpus. When the topology wants it to leave by another NIC (PXN) it first takes NVLink to the first GPU of
 * that NIC. Between nodes of unequal types the latency of a NIC is the mean of both ends'.
 *
 * Limits: the way from GPU to NIC (PCIe) is taken as wide enough. A node without NVLink, or with one GPU, uses PCIe
 * inside.
 */
#ifndef MODELS_HARDWARE_NETWORK_H
#define MODELS_HARDWARE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/hardware/node_mix.h"
#include "models/hardware/topology.h"

/* Where a link is, ordered by distance from the GPU. */
typedef enum LinkKind {
    LINK_NVLINK, /* inside a node; PCIe where there is no NVLink */
    LINK_NIC,    /* between a node and its leaf */
    LINK_FABRIC, /* between a leaf and the spine */
    LINK_KIND_COUNT
} LinkKind;

typedef uint32_t LinkId; /* 0.., dense: ports of GPUs, then NICs, each out before in; then the topology's links */

/* Plain values; made by network_build. */
typedef struct Network {
    int gpus_per_node; /* places, some of them empty where types differ (node_mix.h) */
    int nodes;
    int nics_per_node;  /* likewise */
    bool splits_flows;  /* the NIC that a message leaves by decides its links in the fabric */
    NodePorts usual;    /* of the nodes that are not of another type */
    const NodeMix *mix; /* NULL = all nodes are usual */
    Fabric fabric;
    LinkId first_fabric_link; /* ids from here to link_count - 1 are the topology's */
    LinkId link_count;
    const bool *dead; /* [link]: ECMP goes around it where it can; NULL = all links are sound */
} Network;

enum { NETWORK_ROUTE_LINKS_MAX = FABRIC_ROUTE_LINKS_MAX + 4 };

/* Only the first link_count entries of the arrays are set. */
typedef struct NetworkRoute {
    int link_count;   /* 0 on the same GPU */
    LinkKind kind;    /* the farthest kind of link on it */
    double latency_s; /* first byte sent to first byte received */
    double ramp_s;    /* LinkSpec.ramp_s of the link it starts on */
    LinkId links[NETWORK_ROUTE_LINKS_MAX];
    double share_fraction[NETWORK_ROUTE_LINKS_MAX]; /* (0, 1]; of the message on that link, 1 unless sprayed */
} NetworkRoute;

/* The fabric between `nodes` nodes of that type, sound or not. */
Fabric network_fabric(const NodeSpec *node, const FabricSpec *spec, int nodes);

/* Describes `nodes` >= 1 nodes under the fabric, which must be sound; more than one node needs a NIC. */
Network network_build(const NodeSpec *node, const FabricSpec *fabric, int nodes);

/* The same where some nodes are of other types; the fabric is sized by `node`. The mix is borrowed. */
Network network_build_mixed(const NodeSpec *node, const NodeMix *mix, const FabricSpec *fabric, int nodes);

/* Places for GPUs and links, the empty ones included. */
int network_gpu_count(const Network *network);
int network_link_count(const Network *network);

/* False for the links of an empty place. */
bool network_has_link(const Network *network, LinkId link);

const NodePorts *network_ports(const Network *network, int node);

/* True when the switch inside the node of each of these GPUs can add and copy. */
bool network_reduces(const Network *network, const int *gpus, int count);

/* NodePorts.copy_bytes_per_s, the least of these GPUs. */
double network_copy_bytes_per_s(const Network *network, const int *gpus, int count);

/* Fills in the route and returns its number of links. */
int network_route(const Network *network, int from_gpu, int to_gpu, NetworkRoute *route);

/* Nodes from node 0 on that reach each other through one switch; 1 in a torus. */
int network_nodes_per_leaf(const Network *network);

/* The port a GPU sends through (out) and receives through (in) inside its node. */
LinkId network_port_out(const Network *network, int gpu);
LinkId network_port_in(const Network *network, int gpu);

/* The NIC a GPU sends through (out) and receives through (in). */
LinkId network_nic_out(const Network *network, int gpu);
LinkId network_nic_in(const Network *network, int gpu);

LinkKind network_link_kind(const Network *network, LinkId link);

/* Bytes/s that large transfers reach: nominal times efficiency. */
double network_link_bytes_per_s(const Network *network, LinkId link);

/* LinkSpec.bytes_per_s of a NIC. */
double network_nic_line_bytes_per_s(const Network *network, LinkId nic);

/* Room for the name of any link; longer names, of a fabric of the user's own, are cut. */
enum { NETWORK_LINK_NAME_BYTES = 256 };

/* Writes "gpu[17].nvlink.out", "node[3].nic[1].in", "leaf[2].up" or "pod[1].rail[0].down[3]" as snprintf does. */
void network_link_name(const Network *network, LinkId link, char *text, size_t size);

/* Returns "nvlink", "nic" or "fabric". */
const char *link_kind_name(LinkKind kind);

#endif
