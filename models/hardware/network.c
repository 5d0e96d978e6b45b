#include "models/hardware/network.h"

#include <stdio.h>

#include "sim/engine/check.h"

FabricSpec fabric_default(void) {
    /* NVIDIA Quantum QM8700 datasheet: 130 ns port to port; and 4 m of cable at 5 ns/m. */
    return (FabricSpec){.nodes_per_leaf = 0, .oversubscription = 1, .hop_latency_s = 150e-9, .efficiency_fraction = 1};
}

static LinkSpec leaf_uplink(const NodeSpec *node, const FabricSpec *fabric, int nodes_per_leaf) {
    double below = node->nic.bytes_per_s * node->nics * nodes_per_leaf;
    return (LinkSpec){.bytes_per_s = below / fabric->oversubscription,
                      .latency_s = fabric->hop_latency_s,
                      .efficiency_fraction = fabric->efficiency_fraction};
}

Network network_build(const NodeSpec *node, const FabricSpec *fabric, int nodes) {
    CHECK(node->gpus >= 1 && nodes >= 1);
    CHECK(nodes == 1 || node->nics >= 1);
    CHECK(fabric->oversubscription >= 1);
    bool pcie = node->gpus == 1 || node->nvlink.bytes_per_s <= 0;
    int per_leaf = fabric->nodes_per_leaf > 0 ? fabric->nodes_per_leaf : nodes;
    return (Network){.gpus_per_node = node->gpus,
                     .nodes = nodes,
                     .nodes_per_leaf = per_leaf,
                     .leaves = (nodes + per_leaf - 1) / per_leaf,
                     .nics_per_node = node->nics,
                     .port_is_pcie = pcie,
                     .in_network_reduction = node->in_network_reduction && !pcie,
                     .port = pcie ? node->pcie : node->nvlink,
                     .nic = node->nic,
                     .uplink = leaf_uplink(node, fabric, per_leaf),
                     .hop_latency_s = fabric->hop_latency_s};
}

int network_gpu_count(const Network *network) {
    return network->nodes * network->gpus_per_node;
}

static LinkId first_nic(const Network *network) {
    return 2 * (LinkId)network_gpu_count(network);
}

static LinkId first_leaf(const Network *network) {
    return first_nic(network) + 2 * (LinkId)network->nodes * (LinkId)network->nics_per_node;
}

int network_link_count(const Network *network) {
    return (int)first_leaf(network) + 2 * network->leaves;
}

LinkId network_port_out(const Network *network, int gpu) {
    CHECK(gpu >= 0 && gpu < network_gpu_count(network));
    return 2 * (LinkId)gpu;
}

LinkId network_port_in(const Network *network, int gpu) {
    return network_port_out(network, gpu) + 1;
}

LinkId network_nic_out(const Network *network, int gpu) {
    CHECK(network->nics_per_node >= 1);
    int node = gpu / network->gpus_per_node;
    int nic = gpu % network->gpus_per_node * network->nics_per_node / network->gpus_per_node;
    return first_nic(network) + 2 * (LinkId)(node * network->nics_per_node + nic);
}

LinkId network_nic_in(const Network *network, int gpu) {
    return network_nic_out(network, gpu) + 1;
}

static void route_inside_node(const Network *network, int from_gpu, int to_gpu, NetworkRoute *route) {
    *route = (NetworkRoute){.link_count = 2,
                            .links = {2 * (LinkId)from_gpu, 2 * (LinkId)to_gpu + 1},
                            .kind = LINK_NVLINK,
                            .latency_s = network->port.latency_s,
                            .ramp_s = network->port.ramp_s};
}

static void route_between_nodes(const Network *network, int from_gpu, int to_gpu, NetworkRoute *route) {
    int gpus_per_leaf = network->gpus_per_node * network->nodes_per_leaf;
    int from_leaf = from_gpu / gpus_per_leaf, to_leaf = to_gpu / gpus_per_leaf;
    bool same_leaf = from_leaf == to_leaf;
    int count = 0;
    *route = (NetworkRoute){.kind = same_leaf ? LINK_NIC : LINK_FABRIC,
                            .latency_s = network->nic.latency_s + (same_leaf ? 1 : 3) * network->hop_latency_s,
                            .ramp_s = network->nic.ramp_s};
    route->links[count++] = network_nic_out(network, from_gpu);
    if (!same_leaf) {
        route->links[count++] = first_leaf(network) + 2 * (LinkId)from_leaf;
        route->links[count++] = first_leaf(network) + 2 * (LinkId)to_leaf + 1;
    }
    route->links[count++] = network_nic_in(network, to_gpu);
    route->link_count = count;
}

int network_route(const Network *network, int from_gpu, int to_gpu, NetworkRoute *route) {
    int gpus = network_gpu_count(network);
    CHECK(from_gpu >= 0 && from_gpu < gpus && to_gpu >= 0 && to_gpu < gpus);
    if (from_gpu == to_gpu)
        *route = (NetworkRoute){.kind = LINK_NVLINK};
    else if (from_gpu / network->gpus_per_node == to_gpu / network->gpus_per_node)
        route_inside_node(network, from_gpu, to_gpu, route);
    else
        route_between_nodes(network, from_gpu, to_gpu, route);
    return route->link_count;
}

LinkKind network_link_kind(const Network *network, LinkId link) {
    CHECK(link < (LinkId)network_link_count(network));
    if (link < first_nic(network))
        return LINK_NVLINK;
    return link < first_leaf(network) ? LINK_NIC : LINK_FABRIC;
}

static const LinkSpec *link_spec(const Network *network, LinkId link) {
    switch (network_link_kind(network, link)) {
    case LINK_NVLINK:
        return &network->port;
    case LINK_NIC:
        return &network->nic;
    case LINK_FABRIC:
    case LINK_KIND_COUNT:
        break;
    }
    return &network->uplink;
}

double network_link_bytes_per_s(const Network *network, LinkId link) {
    const LinkSpec *spec = link_spec(network, link);
    return spec->bytes_per_s * spec->efficiency_fraction;
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
        snprintf(text, size, "leaf[%u].%s", (link - first_leaf(network)) / 2, link % 2 ? "down" : "up");
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
