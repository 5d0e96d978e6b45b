#include "models/hardware/network.h"

#include <stdio.h>

#include "sim/engine/check.h"

Fabric network_fabric(const NodeSpec *node, const FabricSpec *spec, int nodes) {
    return (Fabric){.spec = *spec,
                    .topology = topology_find(spec->topology),
                    .nodes = nodes,
                    .nics_per_node = node->nics,
                    .nic_bytes_per_s = node->nic.bytes_per_s};
}

Network network_build(const NodeSpec *node, const FabricSpec *spec, int nodes) {
    CHECK(node->gpus >= 1 && nodes >= 1);
    CHECK(nodes == 1 || node->nics >= 1);
    CHECK(spec->oversubscription >= 1);
    bool pcie = node->gpus == 1 || node->nvlink.bytes_per_s <= 0;
    Network network = {.gpus_per_node = node->gpus,
                       .nodes = nodes,
                       .nics_per_node = node->nics,
                       .port_is_pcie = pcie,
                       .in_network_reduction = node->in_network_reduction && !pcie,
                       .port = pcie ? node->pcie : node->nvlink,
                       .nic = node->nic,
                       .copy_bytes_per_s = node->gpu.hbm_bytes_per_s * node->gpu.kernels.hbm_fraction / 2,
                       .fabric = network_fabric(node, spec, nodes)};
    CHECK(!fabric_fault(&network.fabric).key);
    network.first_fabric_link = 2 * (LinkId)nodes * (LinkId)(node->gpus + node->nics);
    network.link_count = network.first_fabric_link + (LinkId)network.fabric.topology->link_count(&network.fabric);
    network.splits_flows = nodes > 1 && network.fabric.topology->paths(&network.fabric) > 1;
    return network;
}

int network_gpu_count(const Network *network) {
    return network->nodes * network->gpus_per_node;
}

static LinkId first_nic(const Network *network) {
    return 2 * (LinkId)network_gpu_count(network);
}

int network_link_count(const Network *network) {
    return (int)network->link_count;
}

LinkId network_port_out(const Network *network, int gpu) {
    CHECK(gpu >= 0 && gpu < network_gpu_count(network));
    return 2 * (LinkId)gpu;
}

LinkId network_port_in(const Network *network, int gpu) {
    return network_port_out(network, gpu) + 1;
}

/* Node and NIC of a GPU. */
typedef struct NicPlace {
    int node;
    int nic;
} NicPlace;

static NicPlace nic_place(const Network *network, int gpu) {
    int gpus = network->gpus_per_node, nics = network->nics_per_node, node = gpu / gpus;
    int place = gpu - node * gpus;
    return (NicPlace){node, nics == gpus ? place : place * nics / gpus};
}

static LinkId nic_out(const Network *network, NicPlace place) {
    return first_nic(network) + 2 * (LinkId)(place.node * network->nics_per_node + place.nic);
}

LinkId network_nic_out(const Network *network, int gpu) {
    CHECK(network->nics_per_node >= 1);
    return nic_out(network, nic_place(network, gpu));
}

LinkId network_nic_in(const Network *network, int gpu) {
    return network_nic_out(network, gpu) + 1;
}

static void add_link(NetworkRoute *route, LinkId link, double share_fraction) {
    route->links[route->link_count] = link;
    route->share_fraction[route->link_count] = share_fraction;
    route->link_count++;
}

static void route_inside_node(const Network *network, int from_gpu, int to_gpu, NetworkRoute *route) {
    route->kind = LINK_NVLINK;
    route->latency_s = network->port.latency_s;
    route->ramp_s = network->port.ramp_s;
    add_link(route, network_port_out(network, from_gpu), 1);
    add_link(route, network_port_out(network, to_gpu) + 1, 1);
}

/* From a GPU over NVLink to the first GPU of another NIC of its node. */
static void change_nic(const Network *network, int gpu, NicPlace exit_place, NetworkRoute *route) {
    int gpus = network->gpus_per_node, nics = network->nics_per_node;
    int exit_gpu = exit_place.node * gpus + (exit_place.nic * gpus + nics - 1) / nics;
    add_link(route, network_port_out(network, gpu), 1);
    add_link(route, network_port_out(network, exit_gpu) + 1, 1);
    route->latency_s += network->port.latency_s;
}

enum { DETOURS_MAX = 64 };

static bool meets_dead_link(const Network *network, const FabricRoute *between) {
    for (int i = 0; i < between->link_count; i++)
        if (network->dead[network->first_fabric_link + (LinkId)between->links[i]])
            return true;
    return false;
}

static void ask_topology(const Fabric *fabric, const FabricPair *pair, FabricRoute *between) {
    between->cable_latency_s = 0;
    fabric->topology->route(fabric, pair, between);
}

/* The way of the hash, or where that meets a dead link, the way of the first other hash that does not. */
static void route_in_fabric(const Network *network, const FabricPair *pair, FabricRoute *between) {
    ask_topology(&network->fabric, pair, between);
    if (!network->dead || !meets_dead_link(network, between))
        return;
    Fabric other = network->fabric;
    for (uint64_t detour = 1; detour <= DETOURS_MAX; detour++) {
        FabricRoute around;
        other.spec.seed = network->fabric.spec.seed + detour;
        ask_topology(&other, pair, &around);
        if (!meets_dead_link(network, &around)) {
            *between = around;
            return;
        }
    }
}

static void route_between_nodes(const Network *network, int from_gpu, int to_gpu, NetworkRoute *route) {
    NicPlace from = nic_place(network, from_gpu), to = nic_place(network, to_gpu);
    FabricPair pair = {from.node, from.nic, to.node, to.nic};
    FabricRoute between;
    route_in_fabric(network, &pair, &between);
    route->kind = between.link_count ? LINK_FABRIC : LINK_NIC;
    route->latency_s =
        network->nic.latency_s + between.switches * network->fabric.spec.hop_latency_s + between.cable_latency_s;
    route->ramp_s = network->nic.ramp_s;
    NicPlace exit_place = {from.node, between.exit_nic};
    if (exit_place.nic != from.nic)
        change_nic(network, from_gpu, exit_place, route);
    add_link(route, nic_out(network, exit_place), 1);
    for (int i = 0; i < between.link_count; i++)
        add_link(route, network->first_fabric_link + (LinkId)between.links[i], between.share_fraction[i]);
    add_link(route, nic_out(network, to) + 1, 1);
}

int network_route(const Network *network, int from_gpu, int to_gpu, NetworkRoute *route) {
    int gpus = network_gpu_count(network);
    CHECK(from_gpu >= 0 && from_gpu < gpus && to_gpu >= 0 && to_gpu < gpus);
    route->link_count = 0;
    route->kind = LINK_NVLINK;
    route->latency_s = route->ramp_s = 0;
    if (from_gpu == to_gpu)
        return 0;
    if (from_gpu / network->gpus_per_node == to_gpu / network->gpus_per_node)
        route_inside_node(network, from_gpu, to_gpu, route);
    else
        route_between_nodes(network, from_gpu, to_gpu, route);
    return route->link_count;
}

LinkKind network_link_kind(const Network *network, LinkId link) {
    CHECK(link < network->link_count);
    if (link < first_nic(network))
        return LINK_NVLINK;
    return link < network->first_fabric_link ? LINK_NIC : LINK_FABRIC;
}

double network_link_bytes_per_s(const Network *network, LinkId link) {
    switch (network_link_kind(network, link)) {
    case LINK_NVLINK:
        return network->port.bytes_per_s * network->port.efficiency_fraction;
    case LINK_NIC:
        return network->nic.bytes_per_s * network->nic.efficiency_fraction;
    case LINK_FABRIC:
    case LINK_KIND_COUNT:
        break;
    }
    FabricLink between = network->fabric.topology->link(&network->fabric, (int)(link - network->first_fabric_link));
    return between.bytes_per_s * network->fabric.spec.efficiency_fraction;
}

int network_nodes_per_leaf(const Network *network) {
    FabricRoute route;
    int count = 1;
    for (; count < network->nodes; count++) {
        FabricPair pair = {.from_node = 0, .to_node = count};
        network->fabric.topology->route(&network->fabric, &pair, &route);
        if (route.switches > 1)
            break;
    }
    return count;
}

static void fabric_link_name(const FabricLink *link, char *text, size_t size) {
    size_t used = 0;
    for (int i = 0; i < FABRIC_LINK_PARTS && link->parts[i].word && used < size; i++) {
        const FabricLinkPart *part = &link->parts[i];
        const char *dot = i ? "." : "";
        if (part->index < 0)
            used += (size_t)snprintf(text + used, size - used, "%s%s", dot, part->word);
        else
            used += (size_t)snprintf(text + used, size - used, "%s%s[%d]", dot, part->word, part->index);
    }
}

void network_link_name(const Network *network, LinkId link, char *text, size_t size) {
    LinkKind kind = network_link_kind(network, link);
    if (kind == LINK_NVLINK) {
        const char *port = network->port_is_pcie ? "pcie" : "nvlink";
        snprintf(text, size, "gpu[%u].%s.%s", link / 2, port, link % 2 ? "in" : "out");
    } else if (kind == LINK_NIC) {
        LinkId nic = (link - first_nic(network)) / 2, per_node = (LinkId)network->nics_per_node;
        snprintf(text, size, "node[%u].nic[%u].%s", nic / per_node, nic % per_node, link % 2 ? "in" : "out");
    } else {
        FabricLink between = network->fabric.topology->link(&network->fabric, (int)(link - network->first_fabric_link));
        fabric_link_name(&between, text, size);
    }
}

const char *link_kind_name(LinkKind kind) {
    switch (kind) {
    case LINK_NVLINK:
        return "nvlink";
    case LINK_NIC:
        return "nic";
    case LINK_FABRIC:
        return "fabric";
    case LINK_KIND_COUNT:
        break;
    }
    CHECK(false);
}
