/*
 * cluster_spec: the machines of a run, as plain constant values: nodes of a usual type, some of other types, the fabric
 * between them, GPUs that are slow. GPU g is at place g % gpus_per_node of node g / gpus_per_node, where gpus_per_node
 * is that of the type with most (node_mix.h): a node with fewer leaves numbers out. Topologies are built for the usual
 * type's NICs.
 */
#ifndef MODELS_CLUSTER_SPEC_H
#define MODELS_CLUSTER_SPEC_H

#include "models/hardware/network.h"
#include "models/hardware/storage.h"

typedef struct SlowGpuSpec {
    int64_t gpu;           /* number in the cluster, of a GPU that there is */
    double speed_fraction; /* of its kernels' normal speed, (0, 1] */
} SlowGpuSpec;

/* Nodes of another type than the usual one. */
typedef struct OtherNodesSpec {
    const char *nodes; /* "0-7, 12" */
    NodeSpec node;
    const char *path; /* in the scenario; NULL = "cluster.other_nodes[i]" */
} OtherNodesSpec;

typedef struct ClusterSpec {
    NodeSpec node; /* of every node that is not in other_nodes */
    int64_t nodes; /* >= 1 */
    FabricSpec fabric;
    StorageSpec storage;
    OtherNodesSpec *other_nodes;
    int64_t other_node_count; /* entries, each a type of its own */
    const NodeMix *mix;       /* of other_nodes, by cluster_resolve_types; NULL = all nodes are of the usual type */
    const SlowGpuSpec *slow_gpus;
    int64_t slow_gpu_count;
} ClusterSpec;

/* One node without a type; every default in place. */
ClusterSpec cluster_default(void);

/* Types by number: 0 is the usual one, 1 .. are those of other_nodes. */
int cluster_type_count(const ClusterSpec *cluster);
const NodeSpec *cluster_type(const ClusterSpec *cluster, int type);
int cluster_type_of_node(const ClusterSpec *cluster, int node);
int cluster_type_of_gpu(const ClusterSpec *cluster, int gpu);

/* The type of a node. */
const NodeSpec *cluster_node(const ClusterSpec *cluster, int node);

/* Places for GPUs in a node, some of which may be empty. */
int cluster_gpus_per_node(const ClusterSpec *cluster);

/* GPUs that there are. */
int64_t cluster_gpu_count(const ClusterSpec *cluster);

/* True when groups of `gpus` neighbours fill the nodes of every type. */
bool cluster_nodes_divide_by(const ClusterSpec *cluster, int64_t gpus);

/* True when nodes of every type have a NIC for each GPU. */
bool cluster_has_nic_per_gpu(const ClusterSpec *cluster);

/* The fabric and the network of the cluster, whose types are resolved. The network needs a sound fabric. */
Fabric cluster_fabric(const ClusterSpec *cluster);
Network cluster_network(const ClusterSpec *cluster);

#endif
