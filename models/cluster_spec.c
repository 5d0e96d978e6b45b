#include "models/cluster_spec.h"

ClusterSpec cluster_default(void) {
    return (ClusterSpec){.nodes = 1, .fabric = fabric_default()};
}

int cluster_type_count(const ClusterSpec *cluster) {
    return cluster->mix ? 1 + (int)cluster->other_node_count : 1;
}

const NodeSpec *cluster_type(const ClusterSpec *cluster, int type) {
    return type > 0 ? &cluster->other_nodes[type - 1].node : &cluster->node;
}

int cluster_type_of_node(const ClusterSpec *cluster, int node) {
    return cluster->mix ? cluster->mix->type_of_node[node] : 0;
}

int cluster_type_of_gpu(const ClusterSpec *cluster, int gpu) {
    return cluster->mix ? cluster->mix->type_of_node[gpu / cluster->mix->gpus_per_node] : 0;
}

const NodeSpec *cluster_node(const ClusterSpec *cluster, int node) {
    return cluster_type(cluster, cluster_type_of_node(cluster, node));
}

int cluster_gpus_per_node(const ClusterSpec *cluster) {
    return cluster->mix ? cluster->mix->gpus_per_node : cluster->node.gpus;
}

int64_t cluster_gpu_count(const ClusterSpec *cluster) {
    int64_t count = 0;
    if (!cluster->mix)
        return cluster->nodes * cluster->node.gpus;
    for (int node = 0; node < cluster->nodes; node++)
        count += cluster_node(cluster, node)->gpus;
    return count;
}

bool cluster_nodes_divide_by(const ClusterSpec *cluster, int64_t gpus) {
    for (int type = 0; type < cluster_type_count(cluster); type++)
        if (cluster_type(cluster, type)->gpus % gpus != 0)
            return false;
    return true;
}

bool cluster_has_nic_per_gpu(const ClusterSpec *cluster) {
    for (int type = 0; type < cluster_type_count(cluster); type++)
        if (cluster_type(cluster, type)->nics != cluster_type(cluster, type)->gpus)
            return false;
    return true;
}

Fabric cluster_fabric(const ClusterSpec *cluster) {
    Fabric fabric = network_fabric(&cluster->node, &cluster->fabric, (int)cluster->nodes);
    fabric.nics_per_node = cluster->mix ? cluster->mix->nics_per_node : fabric.nics_per_node;
    return fabric;
}

Network cluster_network(const ClusterSpec *cluster) {
    return cluster->mix ? network_build_mixed(&cluster->node, cluster->mix, &cluster->fabric, (int)cluster->nodes)
                        : network_build(&cluster->node, &cluster->fabric, (int)cluster->nodes);
}
