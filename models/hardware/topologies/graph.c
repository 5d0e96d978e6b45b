/*
 * graph: the user's own hosts, switches and cables, as a fabric_graph has them. Routing by fewest hops; of equal ones
 * ECMP takes one by hash, spraying all (graph_walk). NIC n of a host uses cable n * cables / nics of it; of several
 * cables the one with the shortest way, then by hash. A NIC from whose cables there is no way lends the message to the
 * NIC of its node that has one (as PXN does). A cable of a host that is as wide as its NICs and without latency has no
 * link of its own.
 */
#include "models/hardware/graph_walk.h"
#include "sim/engine/splitmix.h"

static TopologyFault graph_needs(const Fabric *fabric) {
    if (!fabric->spec.graph)
        return (TopologyFault){"topology", "`switches`, `hosts` and `links`, or a `file`, beside graph"};
    if (fabric->spec.graph->plan.hosts != fabric->nodes)
        return (TopologyFault){"hosts", "as many hosts in all as `cluster.nodes`"};
    const GraphPlan *plan = &fabric->spec.graph->plan;
    int most_nics = plan->mix ? plan->mix->nics_per_node : plan->nics;
    if (most_nics != fabric->nics_per_node && fabric->nics_per_node > 0)
        return (TopologyFault){"hosts", "a graph that was made for these NICs"};
    return (TopologyFault){0};
}

static int graph_link_count(const Fabric *fabric) {
    return fabric->spec.graph->link_count;
}

static FabricEnd end_of(const FabricGraph *graph, int vertex) {
    if (vertex < graph->plan.hosts)
        return (FabricEnd){FABRIC_NODE, vertex};
    int number = vertex - graph->plan.hosts, away = graph->hops_to_hosts[number];
    return (FabricEnd){away < 2 ? (FabricLevel)(FABRIC_SWITCH + away) : FABRIC_CORE, number};
}

static FabricLink graph_link(const Fabric *fabric, int link) {
    const FabricGraph *graph = fabric->spec.graph;
    int number = graph->link_cable[link], place = link - graph->first_link[number];
    const GraphCable *cable = &graph->plan.cables[number];
    int from = cable->half_duplex ? 0 : place % 2, parallel = fabric_graph_parallel(graph, number);
    const GraphVertex *first = &graph->plan.vertices[cable->ends[from]];
    const GraphVertex *second = &graph->plan.vertices[cable->ends[!from]];
    FabricLink answer = {.bytes_per_s =
                             fabric_graph_cable_bytes_per_s(graph, number) * (parallel > 1 ? 1 : cable->count),
                         .cable_latency_s = cable->latency_s,
                         .from = end_of(graph, cable->ends[from]),
                         .to = end_of(graph, cable->ends[!from]),
                         .both_ways = cable->half_duplex,
                         .parts = {{first->word, first->index}, {second->word, second->index}}};
    if (parallel > 1)
        answer.parts[2] = (FabricLinkPart){"cable", cable->half_duplex ? place : place / 2};
    return answer;
}

static int graph_paths(const Fabric *fabric) {
    return fabric->spec.graph->splits ? 2 : 1;
}

/* Entries first .. end - 1 of fabric_graph's `entries`. */
typedef struct Entries {
    int first;
    int end;
} Entries;

/* The cables that a NIC has for itself or shares. */
static Entries cables_of_nic(const FabricGraph *graph, int host, int nic) {
    int first = graph->first_entry[host], cables = graph->first_entry[host + 1] - first;
    int nics = graph_plan_nics(&graph->plan, host);
    int from = nic * cables / nics, end = (nic + 1) * cables / nics;
    return (Entries){first + from, first + (end > from ? end : from + 1)};
}

static int switch_at(const FabricGraph *graph, int host, int entry) {
    return fabric_graph_across(graph, graph->entries[entry], host);
}

/* The first and the last cable of a way. */
typedef struct Access {
    int from_entry;
    int to_entry;
    int hops;
} Access;

/* The nearest pair of cables; `choice` decides among equal ones. */
static Access choose_access(const FabricGraph *graph, const FabricPair *pair, Entries from, uint64_t choice) {
    Entries to = cables_of_nic(graph, pair->to_node, pair->to_nic);
    Access best = {.hops = GRAPH_HOPS_NONE};
    uint64_t equal = 0;
    for (int i = from.first; i < from.end; i++)
        for (int j = to.first; j < to.end; j++) {
            int target = switch_at(graph, pair->to_node, j);
            int hops = fabric_graph_hops(graph, switch_at(graph, pair->from_node, i), target);
            equal = hops < best.hops ? 1 : equal + (hops == best.hops);
            /* The k-th of equal ones replaces the others with chance 1 / k. */
            if (hops < best.hops || (hops == best.hops && splitmix_hash(choice + equal) % equal == 0))
                best = (Access){i, j, hops};
        }
    return best;
}

static void add_cable(const FabricGraph *graph, const int ends[2], uint64_t choice, int entry, FabricRoute *route) {
    int cable = graph->entries[entry];
    int link = fabric_graph_link(graph, cable, (int)(choice % (uint64_t)fabric_graph_parallel(graph, cable)), ends[0]);
    route->cable_latency_s += graph->plan.cables[cable].latency_s;
    if (link >= 0)
        fabric_route_add(route, link, 1);
}

static void graph_route(const Fabric *fabric, const FabricPair *pair, FabricRoute *route) {
    const FabricGraph *graph = fabric->spec.graph;
    uint64_t choice = fabric_choice(fabric, pair);
    Access access = choose_access(graph, pair, cables_of_nic(graph, pair->from_node, pair->from_nic), choice);
    route->exit_nic = pair->from_nic;
    route->link_count = 0;
    if (access.hops == GRAPH_HOPS_NONE) {
        int first = graph->first_entry[pair->from_node], end = graph->first_entry[pair->from_node + 1];
        access = choose_access(graph, pair, (Entries){first, end}, choice);
        int nics = graph_plan_nics(&graph->plan, pair->from_node);
        route->exit_nic = ((access.from_entry - first) * nics + end - first - 1) / (end - first);
    }
    int ends[2] = {switch_at(graph, pair->from_node, access.from_entry),
                   switch_at(graph, pair->to_node, access.to_entry)};
    route->first_switch = ends[0] - graph->plan.hosts;
    route->switches = access.hops + 1;
    add_cable(graph, (int[2]){pair->from_node, ends[0]}, splitmix_hash(~choice), access.from_entry, route);
    if (graph->plan.sprayed)
        graph_walk_sprayed(graph, ends, route);
    else
        graph_walk_hashed(graph, ends, choice, route);
    add_cable(graph, (int[2]){ends[1], pair->to_node}, splitmix_hash(choice), access.to_entry, route);
}

const Topology topology_graph = {
    .name = "graph",
    .summary = "your own switches, groups of nodes and links, in YAML or as an edge list in CSV",
    .source = "shortest paths: Moore 1959; equal-cost multipath by hash: RFC 2992, 2000",
    .parameters = "switches hosts links file host_names",
    .needs = graph_needs,
    .link_count = graph_link_count,
    .link = graph_link,
    .paths = graph_paths,
    .route = graph_route,
};
