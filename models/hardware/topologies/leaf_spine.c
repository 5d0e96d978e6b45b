/*
 * leaf_spine: nodes under leaf switches, every leaf on every spine. The uplinks of a leaf together carry the NICs below
 * it divided by the oversubscription; each of `spines` links has an equal part of it. With spines 0, or sprayed, they
 * are one bundle. A path is the choice of a spine: ECMP takes spine hash mod spines (RFC 2992).
 */
#include "models/hardware/topology.h"

static int nodes_per_leaf(const Fabric *fabric) {
    return fabric->spec.nodes_per_leaf > 0 ? fabric->spec.nodes_per_leaf : fabric->nodes;
}

static int leaf_spine_paths(const Fabric *fabric) {
    return fabric->spec.routing == ROUTING_SPRAY || fabric->spec.spines < 1 ? 1 : fabric->spec.spines;
}

static TopologyFault leaf_spine_needs(const Fabric *fabric) {
    double links = 2.0 * fabric->nodes / nodes_per_leaf(fabric) * leaf_spine_paths(fabric);
    if (fabric->spec.oversubscription > 1 && fabric->spec.nodes_per_leaf < 1)
        return (TopologyFault){"oversubscription", "`nodes_per_leaf` beside it, for all nodes are on one leaf"};
    if (links > 1e8)
        return (TopologyFault){"spines", "at most 1e8 links between leaves and spines"};
    return (TopologyFault){0};
}

static int leaf_spine_link_count(const Fabric *fabric) {
    int leaves = (fabric->nodes + nodes_per_leaf(fabric) - 1) / nodes_per_leaf(fabric);
    return 2 * leaves * leaf_spine_paths(fabric);
}

static FabricLink leaf_spine_link(const Fabric *fabric, int link) {
    int paths = leaf_spine_paths(fabric), spine = link / 2 % paths;
    double below = fabric->nic_bytes_per_s * fabric->nics_per_node * nodes_per_leaf(fabric);
    FabricEnd leaf = {FABRIC_SWITCH, link / 2 / paths}, top = {FABRIC_AGGREGATION, spine};
    return (FabricLink){.bytes_per_s = below / fabric->spec.oversubscription / paths,
                        .from = link % 2 ? top : leaf,
                        .to = link % 2 ? leaf : top,
                        .parts = {{"leaf", link / 2 / paths}, {link % 2 ? "down" : "up", paths > 1 ? spine : -1}}};
}

static void leaf_spine_route(const Fabric *fabric, const FabricPair *pair, FabricRoute *route) {
    int from_leaf = pair->from_node / nodes_per_leaf(fabric), to_leaf = pair->to_node / nodes_per_leaf(fabric);
    route->exit_nic = pair->from_nic;
    route->first_switch = from_leaf;
    route->switches = from_leaf == to_leaf ? 1 : 3;
    route->link_count = 0;
    if (from_leaf == to_leaf)
        return;
    int paths = leaf_spine_paths(fabric);
    int spine = paths > 1 ? (int)(fabric_choice(fabric, pair) % (uint64_t)paths) : 0;
    fabric_route_add(route, 2 * (from_leaf * paths + spine), 1);
    fabric_route_add(route, 2 * (to_leaf * paths + spine) + 1, 1);
}

const Topology topology_leaf_spine = {
    .name = "leaf_spine",
    .summary = "leaves of nodes under a row of spines; the usual two levels",
    .source = "Alizadeh, Edsall: On the data path performance of leaf-spine datacenter fabrics, HOTI 2013",
    .parameters = "nodes_per_leaf spines oversubscription",
    .needs = leaf_spine_needs,
    .link_count = leaf_spine_link_count,
    .link = leaf_spine_link,
    .paths = leaf_spine_paths,
    .route = leaf_spine_route,
};
