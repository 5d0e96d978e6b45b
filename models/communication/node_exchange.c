#include "models/communication/node_exchange.h"

#include <stdlib.h>

/* Neighbouring ranks on one node, and what leaves and enters the node for them. */
typedef struct Neighbours {
    int first_rank;
    int ranks;
    double out_bytes;
    double in_bytes;
} Neighbours;

/* What one group sends to another. */
typedef struct Crossing {
    int from_group;
    int to_group;
    double bytes;
} Crossing;

struct NodeExchange {
    Arena *arena;
    const CollectiveCall *call;
    const Network *network;
    Neighbours *groups;
    int *group_of_rank;
    int group_count;
    Crossing *crossings; /* used when the network splits flows by NIC */
    size_t crossing_count;
    size_t crossing_capacity;
};

static void group_ranks(NodeExchange *exchange) {
    const CollectiveCall *call = exchange->call;
    for (int rank = 0; rank < call->ranks; rank++) {
        int node = call->rank_gpu[rank] / call->gpus_per_node;
        if (rank == 0 || node != call->rank_gpu[rank - 1] / call->gpus_per_node)
            exchange->groups[exchange->group_count++] = (Neighbours){.first_rank = rank};
        exchange->groups[exchange->group_count - 1].ranks++;
        exchange->group_of_rank[rank] = exchange->group_count - 1;
    }
}

NodeExchange *node_exchange_create(Arena *arena, const CollectiveCall *call, const Network *network) {
    NodeExchange *exchange = ARENA_NEW(arena, NodeExchange);
    *exchange = (NodeExchange){.arena = arena, .call = call, .network = network};
    exchange->groups = ARENA_ARRAY(arena, call->ranks, Neighbours);
    exchange->group_of_rank = ARENA_ARRAY(arena, call->ranks, int);
    group_ranks(exchange);
    return exchange;
}

static void add_links(const NodeExchange *exchange, const NetworkRoute *route, double bytes, LoadList *loads) {
    for (int i = 0; i < route->link_count; i++)
        if (network_link_kind(exchange->network, route->links[i]) != LINK_NIC)
            load_list_add(loads, route->links[i], bytes * route->share_fraction[i]);
}

/* The rank that receives when rings are turned so that a message enters by the NIC by which it left. */
static int facing_rank(const NodeExchange *exchange, int rank, int to_rank) {
    const Neighbours *from = &exchange->groups[exchange->group_of_rank[rank]];
    const Neighbours *to = &exchange->groups[exchange->group_of_rank[to_rank]];
    return to->first_rank + (rank - from->first_rank) % to->ranks;
}

void node_exchange_route(const NodeExchange *exchange, int rank, int to_rank, NetworkRoute *route) {
    const int *gpu = exchange->call->rank_gpu;
    int facing = exchange->network->splits_flows ? facing_rank(exchange, rank, to_rank) : to_rank;
    network_route(exchange->network, gpu[rank], gpu[facing], route);
}

void node_exchange_add(NodeExchange *exchange, int rank, const CollectiveSend *send, LoadList *loads,
                       NetworkRoute *route) {
    int from = exchange->group_of_rank[rank], to = exchange->group_of_rank[send->to_rank];
    node_exchange_route(exchange, rank, send->to_rank, route);
    if (exchange->network->splits_flows) {
        exchange->crossings = arena_grow(exchange->arena, exchange->crossings, &exchange->crossing_capacity,
                                         exchange->crossing_count + 1, sizeof *exchange->crossings);
        exchange->crossings[exchange->crossing_count++] = (Crossing){from, to, send->bytes};
    } else {
        add_links(exchange, route, send->bytes, loads);
        exchange->groups[from].out_bytes += send->bytes;
        exchange->groups[to].in_bytes += send->bytes;
    }
}

static int compare_crossings(const void *left, const void *right) {
    const Crossing *a = left, *b = right;
    if (a->from_group != b->from_group)
        return a->from_group < b->from_group ? -1 : 1;
    if (a->to_group != b->to_group)
        return a->to_group < b->to_group ? -1 : 1;
    return (a->bytes > b->bytes) - (a->bytes < b->bytes);
}

static int flows_between(const Neighbours *from, const Neighbours *to) {
    return from->ranks > to->ranks ? from->ranks : to->ranks;
}

/* One of the flows of a crossing, from the NIC of a rank to that of the rank it faces. */
static void add_flow(const NodeExchange *exchange, const Crossing *crossing, int flow, LoadList *loads) {
    const Neighbours *from = &exchange->groups[crossing->from_group], *to = &exchange->groups[crossing->to_group];
    const int *gpu = exchange->call->rank_gpu;
    NetworkRoute route;
    network_route(exchange->network, gpu[from->first_rank + flow % from->ranks], gpu[to->first_rank + flow % to->ranks],
                  &route);
    for (int i = 0; i < route.link_count; i++)
        load_list_add(loads, route.links[i], crossing->bytes / flows_between(from, to) * route.share_fraction[i]);
}

/* One flow per rank of the larger group. */
static void split_crossing(const NodeExchange *exchange, const Crossing *crossing, LoadList *loads) {
    int flows = flows_between(&exchange->groups[crossing->from_group], &exchange->groups[crossing->to_group]);
    for (int flow = 0; flow < flows; flow++)
        add_flow(exchange, crossing, flow, loads);
}

/* Sums up what every pair of nodes exchanges, then spreads it over their NICs. */
static void flush_crossings(NodeExchange *exchange, LoadList *loads) {
    Crossing *crossings = exchange->crossings;
    if (exchange->crossing_count > 0)
        qsort(crossings, exchange->crossing_count, sizeof *crossings, compare_crossings);
    for (size_t first = 0, next; first < exchange->crossing_count; first = next) {
        Crossing sum = crossings[first];
        for (next = first + 1; next < exchange->crossing_count; next++) {
            if (crossings[next].from_group != sum.from_group || crossings[next].to_group != sum.to_group)
                break;
            sum.bytes += crossings[next].bytes;
        }
        split_crossing(exchange, &sum, loads);
    }
    exchange->crossing_count = 0;
}

/* What leaves or enters a node for a group, shared evenly by its NICs. */
static void add_nics(const NodeExchange *exchange, const Neighbours *group, bool out, LoadList *loads) {
    double bytes = (out ? group->out_bytes : group->in_bytes) / group->ranks;
    for (int rank = group->first_rank; rank < group->first_rank + group->ranks && bytes > 0; rank++) {
        int gpu = exchange->call->rank_gpu[rank];
        load_list_add(loads, out ? network_nic_out(exchange->network, gpu) : network_nic_in(exchange->network, gpu),
                      bytes);
    }
}

void node_exchange_flush(NodeExchange *exchange, LoadList *loads) {
    flush_crossings(exchange, loads);
    for (int i = 0; i < exchange->group_count; i++) {
        Neighbours *group = &exchange->groups[i];
        add_nics(exchange, group, true, loads);
        add_nics(exchange, group, false, loads);
        group->out_bytes = group->in_bytes = 0;
    }
}

int node_exchange_flow_count(const NodeExchange *exchange, int rank, int to_rank) {
    if (!exchange->network->splits_flows)
        return 1;
    return flows_between(&exchange->groups[exchange->group_of_rank[rank]],
                         &exchange->groups[exchange->group_of_rank[to_rank]]);
}

void node_exchange_flow(const NodeExchange *exchange, int rank, const CollectiveSend *send, int flow, LoadList *loads) {
    int from = exchange->group_of_rank[rank], to = exchange->group_of_rank[send->to_rank];
    if (exchange->network->splits_flows) {
        add_flow(exchange, &(Crossing){from, to, send->bytes}, flow, loads);
        return;
    }
    NetworkRoute route;
    node_exchange_route(exchange, rank, send->to_rank, &route);
    add_links(exchange, &route, send->bytes, loads);
    Neighbours sender = exchange->groups[from], receiver = exchange->groups[to];
    sender.out_bytes = receiver.in_bytes = send->bytes;
    add_nics(exchange, &sender, true, loads);
    add_nics(exchange, &receiver, false, loads);
}

bool node_exchange_has_nic_each(const NodeExchange *exchange, int rank, int to_rank) {
    return exchange->groups[exchange->group_of_rank[rank]].ranks == 1 &&
           exchange->groups[exchange->group_of_rank[to_rank]].ranks == 1;
}
