#include "models/hardware/fabric_graph.h"

#include <math.h>
#include <string.h>

#include "models/hardware/graph_check.h"
#include "sim/engine/check.h"

int fabric_graph_across(const FabricGraph *graph, int cable, int vertex) {
    const int *ends = graph->plan.cables[cable].ends;
    return ends[0] == vertex ? ends[1] : ends[0];
}

int fabric_graph_hops(const FabricGraph *graph, int from, int to) {
    int hosts = graph->plan.hosts, row = graph->target_row[to - hosts];
    CHECK(row >= 0);
    return graph->hops[(size_t)row * (size_t)graph->plan.switches + (size_t)(from - hosts)];
}

int fabric_graph_parallel(const FabricGraph *graph, int cable) {
    return graph->plan.sprayed ? 1 : graph->plan.cables[cable].count;
}

int fabric_graph_link(const FabricGraph *graph, int cable, int which, int from) {
    const GraphCable *asked = &graph->plan.cables[cable];
    if (graph->first_link[cable] < 0)
        return -1;
    return graph->first_link[cable] + (asked->half_duplex ? which : 2 * which + (asked->ends[0] != from));
}

static void list_entries(FabricGraph *graph, Arena *arena) {
    const GraphPlan *plan = &graph->plan;
    int vertices = plan->hosts + plan->switches;
    int *first = ARENA_ARRAY(arena, vertices + 1, int), *entries = ARENA_ARRAY(arena, 2 * plan->cable_count, int);
    for (int i = 0; i < plan->cable_count; i++) {
        first[plan->cables[i].ends[0]]++;
        first[plan->cables[i].ends[1]]++;
    }
    for (int vertex = 1; vertex <= vertices; vertex++)
        first[vertex] += first[vertex - 1];
    /* From behind, so that each vertex has its cables in the order written. */
    for (int i = plan->cable_count - 1; i >= 0; i--) {
        entries[--first[plan->cables[i].ends[0]]] = i;
        entries[--first[plan->cables[i].ends[1]]] = i;
    }
    graph->first_entry = first;
    graph->entries = entries;
}

/* Bandwidth of the NICs that use a cable; infinite between switches. */
static double nics_bytes_per_s(const FabricGraph *graph, const GraphCable *cable) {
    const GraphPlan *plan = &graph->plan;
    int host = cable->ends[0] < plan->hosts ? cable->ends[0] : cable->ends[1];
    if (host >= plan->hosts)
        return INFINITY;
    int cables = graph->first_entry[host + 1] - graph->first_entry[host];
    int nics_on_it = (graph_plan_nics(plan, host) + cables - 1) / cables;
    return nics_on_it * graph_plan_nic_bytes_per_s(plan, host);
}

double fabric_graph_cable_bytes_per_s(const FabricGraph *graph, int cable) {
    const GraphCable *asked = &graph->plan.cables[cable];
    return asked->bytes_per_s > 0 ? asked->bytes_per_s : nics_bytes_per_s(graph, asked) / asked->count;
}

/* False for the cable of a host that its NICs stand for: as wide as they are, and as short. */
static bool is_link(const FabricGraph *graph, const GraphCable *cable) {
    double width = cable->bytes_per_s * cable->count * graph->plan.efficiency_fraction;
    bool narrow = cable->bytes_per_s > 0 && width < nics_bytes_per_s(graph, cable);
    return narrow || cable->latency_s > 0 || cable->half_duplex;
}

static bool number_links(FabricGraph *graph, Arena *arena, ErrorList *errors) {
    const GraphPlan *plan = &graph->plan;
    int *first = ARENA_ARRAY(arena, plan->cable_count, int);
    for (int i = 0; i < plan->cable_count; i++) {
        const GraphCable *cable = &plan->cables[i];
        int links = fabric_graph_parallel(graph, i) * (cable->half_duplex ? 1 : 2);
        first[i] = is_link(graph, cable) ? graph->link_count : -1;
        graph->link_count += first[i] < 0 ? 0 : links;
        if (graph->link_count > GRAPH_LINKS_MAX) {
            error_list_add(errors, cable->place, cable->path, "found too many links, expected at most %d",
                           GRAPH_LINKS_MAX);
            return false;
        }
    }
    int *owner = ARENA_ARRAY(arena, graph->link_count, int);
    for (int i = plan->cable_count - 1, end = graph->link_count; i >= 0; i--)
        for (; first[i] >= 0 && end > first[i]; end--)
            owner[end - 1] = i;
    graph->first_link = first;
    graph->link_cable = owner;
    return true;
}

/* Distances of all switches to one; `queue` has room for all of them. False when one is too far. */
static bool search(FabricGraph *graph, int target, unsigned char *hops, int *queue) {
    int hosts = graph->plan.hosts, head = 0, tail = 0;
    memset(hops, GRAPH_HOPS_NONE, (size_t)graph->plan.switches);
    hops[target - hosts] = 0;
    queue[tail++] = target;
    while (head < tail) {
        int vertex = queue[head++], nearer = 0;
        for (int i = graph->first_entry[vertex]; i < graph->first_entry[vertex + 1]; i++) {
            int next = fabric_graph_across(graph, graph->entries[i], vertex);
            if (next < hosts)
                continue;
            if (hops[next - hosts] == GRAPH_HOPS_NONE) {
                hops[next - hosts] = (unsigned char)(hops[vertex - hosts] + 1);
                queue[tail++] = next;
            }
            bool towards = hops[next - hosts] + 1 == hops[vertex - hosts];
            nearer += towards ? fabric_graph_parallel(graph, graph->entries[i]) : 0;
        }
        graph->splits = graph->splits || (nearer > 1 && !graph->plan.sprayed);
        if (hops[vertex - hosts] > GRAPH_HOPS_MAX)
            return false;
    }
    return true;
}

/* Gives a row to every switch that has hosts; returns their number. */
static int number_targets(FabricGraph *graph, Arena *arena) {
    const GraphPlan *plan = &graph->plan;
    int *rows = ARENA_ARRAY(arena, plan->switches, int), count = 0;
    memset(rows, 0xff, (size_t)plan->switches * sizeof *rows);
    for (int host = 0; host < plan->hosts; host++) {
        int first = graph->first_entry[host], end = graph->first_entry[host + 1];
        graph->splits = graph->splits || end - first > 1;
        for (int i = first; i < end; i++) {
            int *row = &rows[fabric_graph_across(graph, graph->entries[i], host) - plan->hosts];
            *row = *row < 0 ? count++ : *row;
        }
    }
    graph->target_row = rows;
    return count;
}

/* The least of each column of `hops`. */
static const unsigned char *nearest_hosts(const GraphPlan *plan, const unsigned char *hops, int rows, Arena *arena) {
    unsigned char *least = ARENA_ARRAY(arena, plan->switches, unsigned char);
    memset(least, GRAPH_HOPS_NONE, (size_t)plan->switches);
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < plan->switches; i++) {
            unsigned char away = hops[(size_t)row * (size_t)plan->switches + (size_t)i];
            least[i] = away < least[i] ? away : least[i];
        }
    return least;
}

static bool measure(FabricGraph *graph, Arena *arena, ErrorList *errors) {
    const GraphPlan *plan = &graph->plan;
    int rows = number_targets(graph, arena);
    if ((double)rows * plan->switches > 4e8) {
        error_list_add(errors, (ErrorPlace){0}, "cluster.fabric.switches",
                       "found %d switches with hosts of %d, expected at most 4e8 pairs of them", rows, plan->switches);
        return false;
    }
    unsigned char *hops = ARENA_ARRAY(arena, (size_t)rows * (size_t)plan->switches, unsigned char);
    int *queue = ARENA_ARRAY(arena, plan->switches, int);
    for (int i = 0; i < plan->switches; i++) {
        int row = graph->target_row[i];
        if (row >= 0 && !search(graph, plan->hosts + i, hops + (size_t)row * (size_t)plan->switches, queue)) {
            const GraphVertex *vertex = &plan->vertices[plan->hosts + i];
            error_list_add(errors, vertex->place, vertex->path,
                           "found a switch more than %d hops from %s, expected shorter ways", GRAPH_HOPS_MAX,
                           graph_plan_name(plan, plan->hosts + i, errors->arena));
            return false;
        }
    }
    graph->hops = hops;
    graph->hops_to_hosts = nearest_hosts(plan, hops, rows, arena);
    return true;
}

const FabricGraph *fabric_graph_build(const GraphPlan *plan, Arena *arena, ErrorList *errors) {
    if (!graph_check_cables(plan, errors) || !graph_check_parts(plan, errors))
        return NULL;
    FabricGraph *graph = ARENA_NEW(arena, FabricGraph);
    graph->plan = *plan;
    list_entries(graph, arena);
    if (!number_links(graph, arena, errors) || !measure(graph, arena, errors))
        return NULL;
    return graph;
}
