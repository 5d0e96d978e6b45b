#include "models/communication/collective_message.h"

#include "models/communication/collective_latency.h"

/* NCCL's nvlsEfficiency, of Hopper and, whose ports are twice as wide, of Blackwell: see the header. */
static const double NVLINK5_BYTES_PER_S = 900e9;
static const double SWITCH_FRACTION = 0.85, NVLINK5_SWITCH_FRACTION = 0.74;
static const double PAIRS_FRACTION = 0.92; /* fitted to all_to_alls of nccl-tests on A100 and H100 */

static bool meets_switch(const CollectivePlace *place, int rank, const CollectiveSend *send) {
    return rank >= place->call->ranks || send->to_rank >= place->call->ranks;
}

/* The GPU at whose port a message meets the switch of its node. */
static int gpu_at_switch(const CollectivePlace *place, int rank, const CollectiveSend *send) {
    return place->call->rank_gpu[send->to_rank >= place->call->ranks ? rank : send->to_rank];
}

/* A port carries what the switch adds and copies at a part of its speed. */
static double switch_bytes_per_byte(const CollectivePlace *place, int rank, const CollectiveSend *send) {
    int node = gpu_at_switch(place, rank, send) / place->network->gpus_per_node;
    bool is_nvlink5 = network_ports(place->network, node)->port.bytes_per_s >= NVLINK5_BYTES_PER_S;
    return 1 / (is_nvlink5 ? NVLINK5_SWITCH_FRACTION : SWITCH_FRACTION);
}

bool collective_message_leaves_node(const CollectivePlace *place, int rank, const CollectiveSend *send) {
    const CollectiveCall *call = place->call;
    if (meets_switch(place, rank, send))
        return false;
    return call->rank_gpu[rank] / call->gpus_per_node != call->rank_gpu[send->to_rank] / call->gpus_per_node;
}

static double link_bytes_per_byte(const CollectivePlace *place, int rank, const CollectiveSend *send) {
    if (meets_switch(place, rank, send))
        return switch_bytes_per_byte(place, rank, send);
    if (place->call->kind == COLLECTIVE_ALL_TO_ALL && place->call->ranks > 2 &&
        !collective_message_leaves_node(place, rank, send))
        return 1 / PAIRS_FRACTION;
    return place->pieces.wire_bytes_per_byte;
}

CollectivePlace collective_message_place(Arena *arena, const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                                         const Network *network) {
    return (CollectivePlace){call, algorithm, network, node_exchange_create(arena, call, network),
                             chain_pieces_of(call, algorithm, network)};
}

int collective_message_sends(const CollectivePlace *place, int phase, int step, int rank, CollectiveSend *sends) {
    int count = place->algorithm->sends(place->call, phase, step, rank, sends);
    for (int i = 0; i < count; i++)
        sends[i].bytes *= link_bytes_per_byte(place, rank, &sends[i]);
    return count;
}

double collective_message_latency_s(const CollectivePlace *place, int rank, const NetworkRoute *route) {
    return collective_latency_s(place->call->kind, route->latency_s) +
           chain_pieces_wait_s(&place->pieces, place->call, place->network, route, rank);
}

/* Half of a way inside a node: between a GPU and the switch that adds or copies. */
static void route_to_switch(const CollectivePlace *place, int rank, const CollectiveSend *send, NetworkRoute *route) {
    const Network *network = place->network;
    bool to_switch = send->to_rank >= place->call->ranks;
    int end_gpu = gpu_at_switch(place, rank, send);
    const LinkSpec *port = &network_ports(network, end_gpu / network->gpus_per_node)->port;
    route->link_count = 1;
    route->kind = LINK_NVLINK;
    route->latency_s = port->latency_s / 2;
    route->ramp_s = port->ramp_s;
    route->share_fraction[0] = 1;
    route->links[0] = to_switch ? network_port_out(network, end_gpu) : network_port_in(network, end_gpu);
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
