/*
 * node_mix: which nodes of a cluster are of another type than the usual one, and what the network must know of a type.
 * GPUs and NICs are numbered by places: every node has as many as the type with most, and a node of a smaller type
 * leaves its last places empty. So place / places per node is the node whatever its type. Plain values; it holds no
 * state.
 */
#ifndef MODELS_HARDWARE_NODE_MIX_H
#define MODELS_HARDWARE_NODE_MIX_H

#include <stdint.h>

#include "models/hardware/node.h"

/* The ways of bytes between and within the GPUs of one type of node. */
typedef struct NodePorts {
    int gpus; /* >= 1 */
    int nics; /* >= 0 */
    bool port_is_pcie;
    bool in_network_reduction; /* NodeSpec's; never with PCIe ports */
    LinkSpec port;             /* one GPU's way to the other GPUs of its node */
    LinkSpec nic;
    double copy_bytes_per_s; /* of a GPU within its own memory: half of what its HBM streams; 0 = takes no time */
} NodePorts;

typedef struct NodeMix {
    const uint16_t *type_of_node; /* [node]; 0 = the usual type */
    const NodePorts *others;      /* [type - 1] */
    int gpus_per_node;            /* places: most of any type, the usual one included */
    int nics_per_node;
} NodeMix;

NodePorts node_ports(const NodeSpec *node);

#endif
