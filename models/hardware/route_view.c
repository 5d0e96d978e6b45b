#include "models/hardware/route_view.h"

/* The topology's description of a link that is its own. */
static FabricLink fabric_link_of(const Network *network, LinkId link) {
    return network->fabric.topology->link(&network->fabric, (int)(link - network->first_fabric_link));
}

static bool touches(FabricEnd end, int node) {
    return end.level == FABRIC_NODE && end.index == node;
}

/* Does a fabric link on a way from one node to another start at the sender, or end at the receiver? */
static bool starts_at(const FabricLink *link, int node) {
    return touches(link->from, node) || (link->both_ways && touches(link->to, node));
}

static bool ends_at(const FabricLink *link, int node) {
    return touches(link->to, node) || (link->both_ways && touches(link->from, node));
}

static double nic_latency_s(const Network *network, const NetworkRoute *route, int at, const int nodes[2]) {
    if (route->links[at] % 2 == 0)
        return (network_ports(network, nodes[0])->nic.latency_s + network_ports(network, nodes[1])->nic.latency_s) / 2;
    if (network_link_kind(network, route->links[at - 1]) == LINK_FABRIC) {
        FabricLink last = fabric_link_of(network, route->links[at - 1]);
        if (ends_at(&last, nodes[1]))
            return 0;
    }
    return network->fabric.spec.hop_latency_s;
}

static double hop_latency_s(const Network *network, const NetworkRoute *route, int at, const int nodes[2]) {
    switch (network_link_kind(network, route->links[at])) {
    case LINK_NVLINK:
        return route->links[at] % 2 == 0 ? network_ports(network, nodes[0])->port.latency_s : 0;
    case LINK_NIC:
        return nic_latency_s(network, route, at, nodes);
    case LINK_FABRIC:
    case LINK_KIND_COUNT:
        break;
    }
    FabricLink link = fabric_link_of(network, route->links[at]);
    bool behind_switch = !starts_at(&link, nodes[0]);
    return link.cable_latency_s + (behind_switch ? network->fabric.spec.hop_latency_s : 0);
}

void route_view_fill(const Network *network, int from_gpu, int to_gpu, RouteView *view) {
    NetworkRoute route;
    const int nodes[2] = {from_gpu / network->gpus_per_node, to_gpu / network->gpus_per_node};
    view->hop_count = network_route(network, from_gpu, to_gpu, &route);
    view->latency_s = route.latency_s;
    view->narrowest = -1;
    view->bytes_per_s = 0;
    for (int i = 0; i < view->hop_count; i++) {
        RouteHop hop = {.link = route.links[i],
                        .kind = network_link_kind(network, route.links[i]),
                        .bytes_per_s = network_link_bytes_per_s(network, route.links[i]),
                        .latency_s = hop_latency_s(network, &route, i, nodes),
                        .share_fraction = route.share_fraction[i]};
        view->hops[i] = hop;
        double alone = hop.bytes_per_s / hop.share_fraction;
        if (view->narrowest < 0 || alone < view->bytes_per_s) {
            view->narrowest = i;
            view->bytes_per_s = alone;
        }
    }
}
