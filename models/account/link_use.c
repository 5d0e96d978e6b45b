#include "models/account/link_use.h"

#include <math.h>

/* What the ports and NICs of a GPU carried in an operation is added to those of another. */
static void add_echo(const Network *network, const EchoPair *pair, const double *operation_bytes, double *link_bytes) {
    LinkId from_port = network_port_out(network, pair->from_gpu), to_port = network_port_out(network, pair->to_gpu);
    for (LinkId way = 0; way < 2; way++)
        link_bytes[to_port + way] += operation_bytes[from_port + way];
    if (network->nics_per_node < 1)
        return;
    LinkId from_nic = network_nic_out(network, pair->from_gpu), to_nic = network_nic_out(network, pair->to_gpu);
    for (LinkId way = 0; way < 2; way++)
        link_bytes[to_nic + way] += operation_bytes[from_nic + way];
}

static void add_echoes(const LinkUseQuery *query, double *link_bytes) {
    const TrafficEcho *echo = traffic_echo(query->traffic);
    Arena *scratch = arena_create();
    double *operation_bytes = ARENA_ARRAY(scratch, network_link_count(query->network), double);
    int count, last = -1;
    const EchoPair *pairs = traffic_echo_pairs(echo, &count);
    for (int i = 0; i < count; last = pairs[i++].operation) {
        if (pairs[i].operation != last && last >= 0)
            traffic_add_bytes(query->traffic, last, -traffic_echo_runs(echo, last), operation_bytes);
        if (pairs[i].operation != last)
            traffic_add_bytes(query->traffic, pairs[i].operation, traffic_echo_runs(echo, pairs[i].operation),
                              operation_bytes);
        add_echo(query->network, &pairs[i], operation_bytes, link_bytes);
    }
    arena_destroy(scratch);
}

/* [link]: served by the resource that stands for it, and what folding left out. */
static const double *carried_bytes(const LinkUseQuery *query, Arena *arena) {
    double *bytes = ARENA_ARRAY(arena, network_link_count(query->network), double);
    ResourceId resource;
    for (LinkId link = 0; link < (LinkId)network_link_count(query->network); link++)
        if (traffic_resource(query->traffic, link, &resource))
            bytes[link] = fair_share_served(query->share, resource);
    add_echoes(query, bytes);
    return bytes;
}

/* What a fill reads. */
typedef struct Filling {
    const Network *network;
    const double *bytes; /* [link] */
    double span_s;
    Arena *arena;
} Filling;

/* Links first, first + 2, .., of which all are alike, as one row; the name is the caller's. */
static LinkUse use_of(const Filling *filling, LinkId first, int links) {
    LinkUse use = {.kind = network_link_kind(filling->network, first),
                   .links = links,
                   .bytes_per_s = network_link_bytes_per_s(filling->network, first)};
    double most_bytes = 0;
    for (int i = 0; i < links; i++) {
        double bytes = filling->bytes[first + 2 * (LinkId)i];
        most_bytes = fmax(most_bytes, bytes);
        use.bytes += bytes;
    }
    double each_bytes = use.bytes_per_s * filling->span_s;
    use.mean_fraction = use.bytes / each_bytes / links;
    use.fullest_fraction = most_bytes / each_bytes;
    return use;
}

static const char *link_name(const Network *network, LinkId link, Arena *arena) {
    char name[NETWORK_LINK_NAME_BYTES];
    network_link_name(network, link, name, sizeof name);
    return arena_text(arena, name);
}

/* The switch that a NIC hangs on. */
static FabricEnd switch_of(const Network *network, int node, int nic) {
    if (network->nodes == 1)
        return (FabricEnd){FABRIC_SWITCH, 0};
    int other = (node + 1) % network->nodes, other_nics = network_ports(network, other)->nics;
    FabricPair pair = {
        .from_node = node, .from_nic = nic, .to_node = other, .to_nic = nic < other_nics ? nic : other_nics - 1};
    pair.from_nics = network_ports(network, node)->nics;
    FabricRoute route;
    network->fabric.topology->route(&network->fabric, &pair, &route);
    return (FabricEnd){FABRIC_SWITCH, route.first_switch};
}

/* A row of a node: `links` of its ports or NICs from `first` on, which are numbered from `place` in the node. */
typedef struct NodeRow {
    int node;
    int place;
    LinkId first;
    int links;
    const char *word; /* "nvlink" */
} NodeRow;

static LinkUse use_of_node(const Filling *filling, const NodeRow *row) {
    const Network *network = filling->network;
    LinkUse use = use_of(filling, row->first, row->links);
    FabricEnd node = {FABRIC_NODE, row->node};
    FabricEnd other = use.kind == LINK_NIC ? switch_of(network, row->node, row->place) : node;
    bool inwards = row->first % 2 == 1;
    use.from = inwards ? other : node;
    use.to = inwards ? node : other;
    use.name = row->links == 1
                   ? link_name(network, row->first, filling->arena)
                   : arena_format(filling->arena, "node[%d].%s.%s", row->node, row->word, inwards ? "in" : "out");
    return use;
}

/* Rows of a node for ports or NICs, of which it has `places`; `first` is the first of them. */
static int add_node(const Filling *filling, NodeRow row, int places, LinkUse *uses) {
    int rows = 0;
    LinkId first = row.first;
    for (int place = 0; place < places; place += row.links)
        for (int way = 0; way < 2; way++) {
            row.place = place;
            row.first = first + 2 * (LinkId)place + (LinkId)way;
            uses[rows++] = use_of_node(filling, &row);
        }
    return rows;
}

static int add_nodes(const Filling *filling, bool single, LinkUse *uses) {
    const Network *network = filling->network;
    int rows = 0;
    for (int node = 0; node < network->nodes; node++) {
        const NodePorts *ports = network_ports(network, node);
        LinkId port = network_port_out(network, node * network->gpus_per_node);
        NodeRow row = {node, 0, port, single ? 1 : ports->gpus, ports->port_is_pcie ? "pcie" : "nvlink"};
        rows += add_node(filling, row, ports->gpus, uses + rows);
    }
    for (int node = 0; node < network->nodes && network->nics_per_node > 0; node++) {
        LinkId nic = network_nic_out(network, node * network->gpus_per_node);
        int nics = network_ports(network, node)->nics;
        rows += add_node(filling, (NodeRow){node, 0, nic, single ? 1 : nics, "nic"}, nics, uses + rows);
    }
    return rows;
}

int link_use_fill(const LinkUseQuery *query, Arena *arena, const LinkUse **uses) {
    const Network *network = query->network;
    Filling filling = {network, carried_bytes(query, arena), sim_time_to_s(query->span), arena};
    int links = network_link_count(network), rows = 0;
    bool single = (int)network->first_fabric_link <= LINK_USE_SINGLE_MAX;
    int node_rows = single ? (int)network->first_fabric_link : 4 * network->nodes;
    LinkUse *list = ARENA_ARRAY(arena, node_rows + links - (int)network->first_fabric_link, LinkUse);
    rows = add_nodes(&filling, single, list);
    for (LinkId link = network->first_fabric_link; link < (LinkId)links; link++) {
        FabricLink between = network->fabric.topology->link(&network->fabric, (int)(link - network->first_fabric_link));
        list[rows] = use_of(&filling, link, 1);
        list[rows].name = link_name(network, link, arena);
        list[rows].from = between.from;
        list[rows].to = between.to;
        rows++;
    }
    *uses = list;
    return rows;
}
