#include "models/cluster_resolve.h"

#include <inttypes.h>

#include "models/cluster/node_list.h"
#include "models/hardware/gpu_power.h"

enum { TYPES_MAX = UINT16_MAX };

/* "cluster.other_nodes[2]" */
static const char *entry_path(const ClusterSpec *cluster, int64_t index, Arena *arena) {
    const char *path = cluster->other_nodes[index].path;
    return path ? path : arena_format(arena, "cluster.other_nodes[%" PRId64 "]", index);
}

const char *cluster_type_path(const ClusterSpec *cluster, int type, Arena *arena) {
    return type > 0 ? arena_format(arena, "%s.node", entry_path(cluster, type - 1, arena)) : "cluster.node";
}

/* Gives the nodes of an entry its type. */
static void read_entry(const ClusterSpec *cluster, int64_t index, uint16_t *type_of_node, ErrorList *errors) {
    const char *path = arena_format(errors->arena, "%s.nodes", entry_path(cluster, index, errors->arena));
    int64_t count;
    const char *found;
    const int *nodes = node_list_read(cluster->other_nodes[index].nodes, cluster->nodes, errors->arena, &count, &found);
    if (!nodes) {
        error_list_add(errors, (ErrorPlace){0}, path,
                       "found %s, expected nodes in 0 .. %" PRId64 ", such as \"0-7, 12\"", found, cluster->nodes - 1);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        if (type_of_node[nodes[i]] != 0) {
            error_list_add(errors, (ErrorPlace){0}, path, "found node %d again, expected each node in one entry",
                           nodes[i]);
            return;
        }
        type_of_node[nodes[i]] = (uint16_t)(index + 1);
    }
}

bool cluster_resolve_types(ClusterSpec *cluster, ErrorList *errors) {
    int before = errors->count;
    cluster->mix = NULL;
    if (cluster->other_node_count == 0)
        return true;
    if (cluster->other_node_count > TYPES_MAX) {
        error_list_add(errors, (ErrorPlace){0}, "cluster.other_nodes", "found %" PRId64 " entries, expected at most %d",
                       cluster->other_node_count, TYPES_MAX);
        return false;
    }
    NodeMix *mix = ARENA_NEW(errors->arena, NodeMix);
    NodePorts *others = ARENA_ARRAY(errors->arena, cluster->other_node_count, NodePorts);
    uint16_t *type_of_node = ARENA_ARRAY(errors->arena, cluster->nodes, uint16_t);
    *mix = (NodeMix){type_of_node, others, cluster->node.gpus, cluster->node.nics};
    for (int64_t i = 0; i < cluster->other_node_count; i++) {
        read_entry(cluster, i, type_of_node, errors);
        others[i] = node_ports(&cluster->other_nodes[i].node);
        mix->gpus_per_node = others[i].gpus > mix->gpus_per_node ? others[i].gpus : mix->gpus_per_node;
        mix->nics_per_node = others[i].nics > mix->nics_per_node ? others[i].nics : mix->nics_per_node;
    }
    cluster->mix = errors->count == before ? mix : NULL;
    return errors->count == before;
}

static void check_slow_gpus(const ClusterSpec *cluster, ErrorList *errors) {
    int per_node = cluster_gpus_per_node(cluster);
    int64_t gpus = cluster->nodes * per_node;
    bool *seen = ARENA_ARRAY(errors->arena, gpus, bool);
    for (int64_t i = 0; i < cluster->slow_gpu_count; i++) {
        int64_t gpu = cluster->slow_gpus[i].gpu;
        const char *path = arena_format(errors->arena, "cluster.slow_gpus[%" PRId64 "].gpu", i);
        if (gpu >= gpus)
            error_list_add(errors, (ErrorPlace){0}, path, "found %" PRId64 ", expected a GPU in 0 .. %" PRId64, gpu,
                           gpus - 1);
        else if (gpu % per_node >= cluster_node(cluster, (int)(gpu / per_node))->gpus)
            error_list_add(errors, (ErrorPlace){0}, path,
                           "found %" PRId64 ", an empty place, expected one of node %" PRId64 "'s GPUs %" PRId64
                           " .. %" PRId64,
                           gpu, gpu / per_node, gpu - gpu % per_node,
                           gpu - gpu % per_node + cluster_node(cluster, (int)(gpu / per_node))->gpus - 1);
        else if (seen[gpu])
            error_list_add(errors, (ErrorPlace){0}, path, "found GPU %" PRId64 " again, expected each once", gpu);
        else
            seen[gpu] = true;
    }
}

/* What a limit above the default one would change is not known: GPUs are measured at theirs. */
static void check_power(const GpuSpec *gpu, const char *path, ErrorList *errors) {
    double least_watts = GPU_POWER_LEAST_FRACTION * gpu->tdp_watts;
    if (gpu->power_limit_watts > 0 && (gpu->power_limit_watts < least_watts || gpu->power_limit_watts > gpu->tdp_watts))
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.gpu.power_limit", path),
                       "found %g W, expected %g to %g W: from a quarter of the default limit (tdp) of %s to all of it",
                       gpu->power_limit_watts, least_watts, gpu->tdp_watts, gpu->name);
}

static void check_type(const ClusterSpec *cluster, int type, ErrorList *errors) {
    const NodeSpec *node = cluster_type(cluster, type);
    const char *path = cluster_type_path(cluster, type, errors->arena);
    check_power(&node->gpu, path, errors);
    if (node->in_network_reduction && node->nvlink.bytes_per_s <= 0)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.in_network_reduction", path),
                       "found true on a node without NVLink, expected `nvlink`, whose switch reduces");
    if (cluster->nodes > 1 && node->nics < 1 && type > 0)
        error_list_add(errors, (ErrorPlace){0}, path,
                       "found no NICs (%s) in a cluster of %" PRId64 " nodes, expected a node type with `nics`",
                       node->name, cluster->nodes);
    else if (cluster->nodes > 1 && node->nics < 1)
        error_list_add(errors, (ErrorPlace){0}, "cluster.nodes",
                       "found %" PRId64 " nodes without NICs, expected 1 node, or a node type with `nics`",
                       cluster->nodes);
    if (node->nics > 0 && node->nic.bytes_per_s <= 0)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.nics", path),
                       "found %d NICs without a bandwidth, expected `nic`", node->nics);
}

void cluster_resolve(const ClusterSpec *cluster, ErrorList *errors) {
    for (int type = 0; type < cluster_type_count(cluster); type++)
        check_type(cluster, type, errors);
    Fabric fabric = cluster_fabric(cluster);
    TopologyFault fault = fabric_fault(&fabric);
    if (fault.key)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "cluster.fabric.%s", fault.key),
                       "found %s for %" PRId64 " nodes with %d NICs, expected %s", cluster->fabric.topology,
                       cluster->nodes, fabric.nics_per_node, fault.expected);
    check_slow_gpus(cluster, errors);
}
