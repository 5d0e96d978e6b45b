#include "scenarios/reader/graph_reader.h"

#include <inttypes.h>
#include <string.h>

#include "models/cluster_resolve.h"
#include "models/hardware/graph_walk.h"
#include "scenarios/reader/graph_file.h"
#include "scenarios/reader/graph_names.h"
#include "scenarios/reader/named_file.h"
#include "scenarios/reader/tree_path.h"

static bool read_file(const YamlNode *tree, const GraphSpec *own, GraphPlan *plan, Arena *arena, ErrorList *errors) {
    ErrorPlace place = tree_path_place(tree, "cluster.fabric.file");
    if (own->switch_count + own->host_count + own->link_count > 0) {
        error_list_add(errors, place, "cluster.fabric.file",
                       "found a file beside `switches`, `hosts` or `links`, expected one or the other");
        return false;
    }
    const char *file = named_file_find(tree, "cluster.fabric.file", own->file, errors);
    return file != NULL && graph_file_read(file, own->host_names, plan, arena, errors);
}

static bool count_hosts(const YamlNode *tree, ClusterSpec *cluster, const GraphPlan *plan, ErrorList *errors) {
    const char *path = cluster->fabric.own.file != NULL ? "cluster.fabric.file" : "cluster.fabric.hosts";
    if (plan->hosts == 0) {
        error_list_add(errors, (ErrorPlace){0}, path, "found no host, expected one or more");
        return false;
    }
    if (tree_path_find(tree, "cluster.nodes") == NULL)
        cluster->nodes = plan->hosts;
    if (cluster->nodes == plan->hosts)
        return true;
    error_list_add(errors, (ErrorPlace){0}, path, "found %d hosts, expected as many as `cluster.nodes`, %" PRId64,
                   plan->hosts, cluster->nodes);
    return false;
}

/* Groups that name a type are entries of other_nodes. */
static void add_types(ClusterSpec *cluster, Arena *arena) {
    const GraphSpec *own = &cluster->fabric.own;
    OtherNodesSpec *list = ARENA_ARRAY(arena, cluster->other_node_count + own->host_count, OtherNodesSpec);
    int64_t count = 0, first = 0;
    for (; count < cluster->other_node_count; count++)
        list[count] = cluster->other_nodes[count];
    for (int64_t i = 0; i < own->host_count; first += own->hosts[i++].count)
        if (own->hosts[i].node.name != NULL)
            list[count++] = (OtherNodesSpec){
                .nodes = arena_format(arena, "%" PRId64 "-%" PRId64, first, first + own->hosts[i].count - 1),
                .node = own->hosts[i].node,
                .path = arena_format(arena, "cluster.fabric.hosts[%" PRId64 "]", i)};
    cluster->other_nodes = list;
    cluster->other_node_count = count;
}

bool graph_reader_build(const YamlNode *tree, ClusterSpec *cluster, Arena *arena, ErrorList *errors) {
    const FabricSpec *fabric = &cluster->fabric;
    if (strcmp(fabric->topology, "graph") != 0)
        return true;
    GraphPlan plan = {.nics = cluster->node.nics > 0 ? cluster->node.nics : 1,
                      .nic_bytes_per_s = cluster->node.nic.bytes_per_s,
                      .efficiency_fraction = fabric->efficiency_fraction,
                      .sprayed = fabric->routing == ROUTING_SPRAY};
    bool read = fabric->own.file != NULL ? read_file(tree, &fabric->own, &plan, arena, errors)
                                         : graph_names_read(&fabric->own, &plan, arena, errors);
    if (!read || !count_hosts(tree, cluster, &plan, errors))
        return false;
    add_types(cluster, arena);
    if (!cluster_resolve_types(cluster, errors))
        return false;
    plan.mix = cluster->mix;
    const FabricGraph *graph = fabric_graph_build(&plan, arena, errors);
    if (graph == NULL || !graph_walk_check(graph, errors))
        return false;
    cluster->fabric.graph = graph;
    return true;
}
