#include "models/communication/collective_message.h"

#include "models/communication/collective_latency.h"

CollectivePlace collective_message_place(Arena *arena, const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                                         const Network *network) {
    return (CollectivePlace){call, algorithm, network, node_exchange_create(arena, call, network),
                             chain_pieces_of(call, algorithm, network)};
}

int collective_message_sends(const CollectivePlace *place, int phase, int step, int rank, CollectiveSend *sends) {
    int count = place->algorithm->sends(place->call, phase, step, rank, sends);
    for (int i = 0; i < count; i++)
        sends[i].bytes *= place->pieces.wire_bytes_per_byte;
    return count;
}

double collective_message_latency_s(const CollectivePlace *place, int rank, const NetworkRoute *route) {
    return collective_latency_s(place->call->kind, route->latency_s) +
           chain_pieces_wait_s(&place->pieces, place->call, place->network, route, rank);
}

/* Half of a way inside a node: between a GPU and the switch that adds or copies. */
static void route_to_switch(const CollectivePlace *place, int rank, const CollectiveSend *send, NetworkRoute *route) {
    const Network *network = place->network;
    const int *gpu = place->call->rank_gpu;
    bool to_switch = send->to_rank >= place->call->ranks;
    int end_gpu = gpu[to_switch ? rank : send->to_rank];
    const LinkSpec *port = &network_ports(network, end_gpu / network->gpus_per_node)->port;
    route->link_count = 1;
    route->kind = LINK_NVLINK;
    route->latency_s = port->latency_s / 2;
    route->ramp_s = port->ramp_s;
    route->share_fraction[0] = 1;
    route->links[0] = to_switch ? network_port_out(network, end_gpu) : network_port_in(network, end_gpu);
}

static bool meets_switch(const CollectivePlace *place, int rank, const CollectiveSend *send) {
    return rank >= place->call->ranks || send->to_rank >= place->call->ranks;
}

bool collective_message_leaves_node(const CollectivePlace *place, int rank, const CollectiveSend *send) {
    const CollectiveCall *call = place->call;
    if (meets_switch(place, rank, send))
        return false;
    return call->rank_gpu[rank] / call->gpus_per_node != call->rank_gpu[send->to_rank] / call->gpus_per_node;
}

void collective_message_route(const CollectivePlace *place, int rank, const CollectiveSend *send, NetworkRoute *route) {
    const int *gpu = place->call->rank_gpu;
    if (meets_switch(place, rank, send))
        route_to_switch(place, rank, send, route);
    else if (collective_message_leaves_node(place, rank, send))
        node_exchange_route(place->exchange, rank, send->to_rank, route);
    else
        network_route(place->network, gpu[rank], gpu[send->to_rank], route);
}

int collective_message_flow_count(const CollectivePlace *place, int rank, const CollectiveSend *send) {
    bool leaves = collective_message_leaves_node(place, rank, send);
    return leaves ? node_exchange_flow_count(place->exchange, rank, send->to_rank) : 1;
}

void collective_message_flow(const CollectivePlace *place, int rank, const CollectiveSend *send, int flow,
                             LoadList *loads) {
    if (collective_message_leaves_node(place, rank, send)) {
        node_exchange_flow(place->exchange, rank, send, flow, loads);
        return;
    }
    NetworkRoute route;
    collective_message_route(place, rank, send, &route);
    for (int i = 0; i < route.link_count; i++)
        load_list_add(loads, route.links[i], send->bytes);
}

void collective_message_links(const CollectivePlace *place, int rank, const CollectiveSend *send,
                              const NetworkRoute *route, LoadList *loads) {
    bool leaves = collective_message_leaves_node(place, rank, send);
    if (leaves && !node_exchange_has_nic_each(place->exchange, rank, send->to_rank)) {
        for (int flow = node_exchange_flow_count(place->exchange, rank, send->to_rank) - 1; flow >= 0; flow--)
            node_exchange_flow(place->exchange, rank, send, flow, loads);
        return;
    }
    for (int i = 0; i < route->link_count; i++)
        load_list_add(loads, route->links[i], send->bytes * route->share_fraction[i]);
}
