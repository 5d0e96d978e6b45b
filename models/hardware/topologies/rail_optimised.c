/*
 * rail_optimised: NIC r of every node of a pod is on rail switch r of that pod; all rail switches are under one row of
 * spines. Equal NICs of a pod are one switch apart. Another rail is reached through NVLink and the NIC of that rail
 * (PXN), or over the spine without PXN or where the sender has no NIC on that rail. Uplinks of a rail switch are sized
 * as those of a leaf in leaf_spine. The order of a pod's switches in the list of links is pod * rails + rail.
 */
#include "models/hardware/topology.h"

static int nodes_per_pod(const Fabric *fabric) {
    return fabric->spec.nodes_per_leaf > 0 ? fabric->spec.nodes_per_leaf : fabric->nodes;
}

static int uplinks(const Fabric *fabric) {
    return fabric->spec.routing == ROUTING_SPRAY || fabric->spec.spines < 1 ? 1 : fabric->spec.spines;
}

static int rail_optimised_paths(const Fabric *fabric) {
    return uplinks(fabric) * fabric->nics_per_node;
}

static TopologyFault rail_optimised_needs(const Fabric *fabric) {
    double links = 2.0 * fabric->nodes / nodes_per_pod(fabric) * rail_optimised_paths(fabric);
    if (links > 1e8)
        return (TopologyFault){"spines", "at most 1e8 links between rails and spines"};
    return (TopologyFault){0};
}

static int rail_optimised_link_count(const Fabric *fabric) {
    int pods = (fabric->nodes + nodes_per_pod(fabric) - 1) / nodes_per_pod(fabric);
    return 2 * pods * fabric->nics_per_node * uplinks(fabric);
}

static FabricLink rail_optimised_link(const Fabric *fabric, int link) {
    int up = uplinks(fabric), rail_switch = link / 2 / up, rails = fabric->nics_per_node;
    double below = fabric->nic_bytes_per_s * nodes_per_pod(fabric);
    FabricEnd rail = {FABRIC_SWITCH, rail_switch}, spine = {FABRIC_AGGREGATION, link / 2 % up};
    return (FabricLink){.bytes_per_s = below / fabric->spec.oversubscription / up,
                        .from = link % 2 ? spine : rail,
                        .to = link % 2 ? rail : spine,
                        .parts = {{"pod", rail_switch / rails},
                                  {"rail", rail_switch % rails},
                                  {link % 2 ? "down" : "up", up > 1 ? link / 2 % up : -1}}};
}

static void rail_optimised_route(const Fabric *fabric, const FabricPair *pair, FabricRoute *route) {
    int rails = fabric->nics_per_node, up = uplinks(fabric);
    bool has_rail = pair->from_nics == 0 || pair->to_nic < pair->from_nics;
    int from_rail = fabric->spec.pxn && has_rail ? pair->to_nic : pair->from_nic;
    int from = pair->from_node / nodes_per_pod(fabric) * rails + from_rail;
    int to = pair->to_node / nodes_per_pod(fabric) * rails + pair->to_nic;
    route->exit_nic = from_rail;
    route->first_switch = from;
    route->switches = from == to ? 1 : 3;
    route->link_count = 0;
    if (from == to)
        return;
    int spine = up > 1 ? (int)(fabric_choice(fabric, pair) % (uint64_t)up) : 0;
    fabric_route_add(route, 2 * (from * up + spine), 1);
    fabric_route_add(route, 2 * (to * up + spine) + 1, 1);
}

const Topology topology_rail_optimised = {
    .name = "rail_optimised",
    .summary = "NIC r of every node on rail switch r of its pod; other rails over NVLink (pxn) or spine",
    .source = "NVIDIA DGX SuperPOD reference architecture (DGX H100), 2023; PXN: NCCL 2.12 release notes",
    .parameters = "nodes_per_leaf spines oversubscription pxn",
    .needs = rail_optimised_needs,
    .link_count = rail_optimised_link_count,
    .link = rail_optimised_link,
    .paths = rail_optimised_paths,
    .route = rail_optimised_route,
};
