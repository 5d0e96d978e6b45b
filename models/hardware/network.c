#include "models/hardware/network.h"

#include <math.h>
#include <stdio.h>

#include "sim/engine/check.h"

Fabric network_fabric(const NodeSpec *node, const FabricSpec *spec, int nodes) {
    return (Fabric){.spec = *spec,
                    .topology = topology_find(spec->topology),
                    .nodes = nodes,
                    .nics_per_node = node->nics,
                    .nic_bytes_per_s = node->nic.bytes_per_s};
}

/* Numbers of links and what the fabric does with flows, once the nodes are known. */
static Network finished(Network network) {
    CHECK(network.fabric.spec.oversubscription >= 1);
    CHECK(!fabric_fault(&network.fabric).key);
    network.first_fabric_link = 2 * (LinkId)network.nodes * (LinkId)(network.gpus_per_node + network.nics_per_node);
    network.link_count = network.first_fabric_link + (LinkId)network.fabric.topology->link_count(&network.fabric);
    network.splits_flows = network.nodes > 1 && network.fabric.topology->paths(&network.fabric) > 1;
    return network;
}

Network network_build(const NodeSpec *node, const FabricSpec *spec, int nodes) {
    CHECK(node->gpus >= 1 && nodes >= 1);
    CHECK(nodes == 1 || node->nics >= 1);
    return finished((Network){.gpus_per_node = node->gpus,
                              .nodes = nodes,
                              .nics_per_node = node->nics,
                              .usual = node_ports(node),
                              .fabric = network_fabric(node, spec, nodes)});
}

Network network_build_mixed(const NodeSpec *node, const NodeMix *mix, const FabricSpec *spec, int nodes) {
    Network network = {.gpus_per_node = mix->gpus_per_node,
                       .nodes = nodes,
                       .nics_per_node = mix->nics_per_node,
                       .usual = node_ports(node),
                       .mix = mix,
                       .fabric = network_fabric(node, spec, nodes)};
    network.fabric.nics_per_node = mix->nics_per_node;
    return finished(network);
}

static const NodePorts *ports_of(const Network *network, int node) {
    int type = network->mix ? network->mix->type_of_node[node] : 0;
    return type > 0 ? &network->mix->others[type - 1] : &network->usual;
}

const NodePorts *network_ports(const Network *network, int node) {
    return ports_of(network, node);
}

bool network_reduces(const Network *network, const int *gpus, int count) {
    bool reduces = network->usual.in_network_reduction;
    if (!network->mix)
        return reduces;
    reduces = true;
    for (int i = 0; i < count && reduces; i++)
        reduces = ports_of(network, gpus[i] / network->gpus_per_node)->in_network_reduction;
    return reduces;
}

double network_copy_bytes_per_s(const Network *network, const int *gpus, int count) {
    double least = network->mix ? INFINITY : network->usual.copy_bytes_per_s;
    for (int i = 0; i < count && network->mix; i++)
        least = fmin(least, ports_of(network, gpus[i] / network->gpus_per_node)->copy_bytes_per_s);
    return least;
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
    int node = gpu / network->gpus_per_node, place = gpu - node * network->gpus_per_node;
    const NodePorts *ports = ports_of(network, node);
    return (NicPlace){node, ports->nics == ports->gpus ? place : place * ports->nics / ports->gpus};
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
    const NodePorts *ports = network->mix ? ports_of(network, from_gpu / network->gpus_per_node) : &network->usual;
    route->latency_s = ports->port.latency_s;
    route->ramp_s = ports->port.ramp_s;
    add_link(route, network_port_out(network, from_gpu), 1);
    add_link(route, network_port_out(network, to_gpu) + 1, 1);
}

/* From a GPU over NVLink to the first GPU of another NIC of its node. */
static void change_nic(const Network *network, int gpu, NicPlace exit_place, NetworkRoute *route) {
    const NodePorts *ports = ports_of(network, exit_place.node);
    int exit_gpu =
        exit_place.node * network->gpus_per_node + (exit_place.nic * ports->gpus + ports->nics - 1) / ports->nics;
    add_link(route, network_port_out(network, gpu), 1);
    add_link(route, network_port_out(network, exit_gpu) + 1, 1);
    route->latency_s += ports->port.latency_s;
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
    const NodePorts *sender = ports_of(network, from.node), *receiver = ports_of(network, to.node);
    FabricPair pair = {from.node, from.nic, to.node, to.nic, sender->nics};
    FabricRoute between;
    route_in_fabric(network, &pair, &between);
    route->kind = between.link_count ? LINK_FABRIC : LINK_NIC;
    route->latency_s = (sender->nic.latency_s + receiver->nic.latency_s) / 2 +
                       between.switches * network->fabric.spec.hop_latency_s + between.cable_latency_s;
    route->ramp_s = sender->nic.ramp_s;
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

/* Of a port or NIC, out or in: its node, and its number there in *place. */
static int node_of_link(const Network *network, LinkId link, int *place) {
    bool is_port = link < first_nic(network);
    int number = (int)(is_port ? link : link - first_nic(network)) / 2;
    int per_node = is_port ? network->gpus_per_node : network->nics_per_node;
    *place = number % per_node;
    return number / per_node;
}

bool network_has_link(const Network *network, LinkId link) {
    int place;
    if (!network->mix || link >= network->first_fabric_link)
        return true;
    const NodePorts *ports = ports_of(network, node_of_link(network, link, &place));
    return place < (link < first_nic(network) ? ports->gpus : ports->nics);
}

static const NodePorts *ports_of_link(const Network *network, LinkId link) {
    int place;
    return network->mix ? ports_of(network, node_of_link(network, link, &place)) : &network->usual;
}

static double large_bytes_per_s(const LinkSpec *link) {
    return link->bytes_per_s * link->efficiency_fraction;
}

double network_link_bytes_per_s(const Network *network, LinkId link) {
    switch (network_link_kind(network, link)) {
    case LINK_NVLINK:
        return large_bytes_per_s(&ports_of_link(network, link)->port);
    case LINK_NIC:
        return large_bytes_per_s(&ports_of_link(network, link)->nic);
    case LINK_FABRIC:
    case LINK_KIND_COUNT:
        break;
    }
    FabricLink between = network->fabric.topology->link(&network->fabric, (int)(link - network->first_fabric_link));
    return between.bytes_per_s * network->fabric.spec.efficiency_fraction;
}

double network_nic_line_bytes_per_s(const Network *network, LinkId nic) {
    CHECK(network_link_kind(network, nic) == LINK_NIC);
    return ports_of_link(network, nic)->nic.bytes_per_s;
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
    int place, node = kind == LINK_FABRIC ? 0 : node_of_link(network, link, &place);
    if (kind == LINK_NVLINK) {
        const char *port = ports_of(network, node)->port_is_pcie ? "pcie" : "nvlink";
        snprintf(text, size, "gpu[%u].%s.%s", link / 2, port, link % 2 ? "in" : "out");
    } else if (kind == LINK_NIC) {
        snprintf(text, size, "node[%d].nic[%d].%s", node, place, link % 2 ? "in" : "out");
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
