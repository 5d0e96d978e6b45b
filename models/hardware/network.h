/*
 * network: which links a message between two GPUs takes, and what they carry. Nodes of equal type hang under leaf
 * switches, leaves under one spine; it is a read-only description, computed and not stored, so 12,800 nodes cost as
 * much as one. Traffic and contention are the fair_share's work, times of collectives collective.h's.
 *
 * Inside a node a message leaves through the sender's NVLink port and enters through the receiver's. Between nodes it
 * takes the sender's NIC, the leaf (up, spine, down when the leaves differ) and the receiver's NIC; GPU g of a node
 * uses NIC g * nics / gpus. The uplink of a leaf carries the NICs below it divided by the oversubscription.
 *
 * Limits: one path per pair; the spine never blocks, and the loss by unlucky hashing of flows (ECMP) is in the fabric's
 * efficiency. The way from GPU to NIC (PCIe) is taken as wide enough. A node without NVLink, or with one GPU, uses PCIe
 * inside.
 */
#ifndef MODELS_HARDWARE_NETWORK_H
#define MODELS_HARDWARE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/hardware/node.h"

typedef struct FabricSpec {
    int nodes_per_leaf;         /* >= 1; 0 = all nodes on one leaf */
    double oversubscription;    /* >= 1; sum of NIC bandwidth below a leaf over the bandwidth of its uplink */
    double hop_latency_s;       /* >= 0; of one switch, cable included */
    double efficiency_fraction; /* (0, 1]; achievable over nominal on a leaf's uplink */
} FabricSpec;

/* Where a link is, ordered by distance from the GPU. */
typedef enum LinkKind {
    LINK_NVLINK, /* inside a node; PCIe where there is no NVLink */
    LINK_NIC,    /* between a node and its leaf */
    LINK_FABRIC, /* between a leaf and the spine */
    LINK_KIND_COUNT
} LinkKind;

typedef uint32_t LinkId; /* 0.., dense: ports of GPUs, then NICs, then leaves; each out (up) before in (down) */

/* Plain values; made by network_build. */
typedef struct Network {
    int gpus_per_node;
    int nodes;
    int nodes_per_leaf; /* resolved, >= 1 */
    int leaves;
    int nics_per_node;
    bool port_is_pcie;
    bool in_network_reduction; /* NodeSpec's; never with PCIe ports */
    LinkSpec port;             /* one GPU's way to the other GPUs of its node */
    LinkSpec nic;
    LinkSpec uplink; /* of one leaf, per direction */
    double hop_latency_s;
} Network;

enum { NETWORK_ROUTE_LINKS_MAX = 6 };

typedef struct NetworkRoute {
    int link_count; /* 0 on the same GPU */
    LinkId links[NETWORK_ROUTE_LINKS_MAX];
    LinkKind kind;    /* the farthest kind of link on it */
    double latency_s; /* first byte sent to first byte received */
    double ramp_s;    /* LinkSpec.ramp_s of the link it starts on */
} NetworkRoute;

/* All nodes on one leaf, no oversubscription, 150 ns per switch. */
FabricSpec fabric_default(void);

/* Describes `nodes` >= 1 nodes under the fabric; more than one node needs a NIC. */
Network network_build(const NodeSpec *node, const FabricSpec *fabric, int nodes);

int network_gpu_count(const Network *network);
int network_link_count(const Network *network);

/* Fills in the route and returns its number of links. */
int network_route(const Network *network, int from_gpu, int to_gpu, NetworkRoute *route);

/* The port a GPU sends through (out) and receives through (in) inside its node. */
LinkId network_port_out(const Network *network, int gpu);
LinkId network_port_in(const Network *network, int gpu);

/* The NIC a GPU sends through (out) and receives through (in). */
LinkId network_nic_out(const Network *network, int gpu);
LinkId network_nic_in(const Network *network, int gpu);

LinkKind network_link_kind(const Network *network, LinkId link);

/* Bytes/s that large transfers reach: nominal times efficiency. */
double network_link_bytes_per_s(const Network *network, LinkId link);

/* Writes "gpu[17].nvlink.out", "node[3].nic[1].in" or "leaf[2].up" as snprintf does. */
void network_link_name(const Network *network, LinkId link, char *text, size_t size);

/* Returns "nvlink", "nic" or "fabric". */
const char *link_kind_name(LinkKind kind);

#endif
