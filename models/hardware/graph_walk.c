#include "models/hardware/graph_walk.h"

#include <math.h>

#include "sim/engine/check.h"
#include "sim/engine/splitmix.h"

/* Beyond it, trying the ways between all switches takes too long. */
enum { SPRAYED_TARGETS_MAX = 1500, FRONT_MAX = 256 };

/* The switch that a cable leads to when that is one hop nearer to the target, otherwise -1. */
static int nearer(const FabricGraph *graph, int cable, int vertex, int target) {
    int next = fabric_graph_across(graph, cable, vertex);
    if (next < graph->plan.hosts)
        return -1;
    return fabric_graph_hops(graph, next, target) + 1 == fabric_graph_hops(graph, vertex, target) ? next : -1;
}

/* Cables side by side, over all that lead nearer. */
static int count_ways(const FabricGraph *graph, int vertex, int target) {
    int ways = 0;
    for (int i = graph->first_entry[vertex]; i < graph->first_entry[vertex + 1]; i++)
        if (nearer(graph, graph->entries[i], vertex, target) >= 0)
            ways += graph->plan.cables[graph->entries[i]].count;
    return ways;
}

/* Takes way number `way` out of a switch and returns the next switch. */
static int take_way(const FabricGraph *graph, const int ends[2], int way, FabricRoute *route) {
    int vertex = ends[0];
    for (int i = graph->first_entry[vertex]; i < graph->first_entry[vertex + 1]; i++) {
        int cable = graph->entries[i], next = nearer(graph, cable, vertex, ends[1]);
        if (next < 0)
            continue;
        if (way < graph->plan.cables[cable].count) {
            fabric_route_add(route, fabric_graph_link(graph, cable, way, vertex), 1);
            route->cable_latency_s += graph->plan.cables[cable].latency_s;
            return next;
        }
        way -= graph->plan.cables[cable].count;
    }
    CHECK(false);
}

void graph_walk_hashed(const FabricGraph *graph, const int ends[2], uint64_t choice, FabricRoute *route) {
    int vertex = ends[0];
    while (vertex != ends[1]) {
        int ways = count_ways(graph, vertex, ends[1]);
        vertex = take_way(graph, (int[2]){vertex, ends[1]}, (int)(choice % (uint64_t)ways), route);
        choice = splitmix_hash(choice);
    }
}

/* What a message has reached after some hops: a switch, the share of it there, the longest cables so far. */
typedef struct Front {
    int vertices[FRONT_MAX];
    double shares[FRONT_MAX];
    double latencies_s[FRONT_MAX];
    int count;
} Front;

/* False when there is no room. */
static bool arrive(Front *front, int vertex, double share, double latency_s) {
    int at = 0;
    while (at < front->count && front->vertices[at] != vertex)
        at++;
    if (at == FRONT_MAX)
        return false;
    if (at == front->count) {
        front->count++;
        front->vertices[at] = vertex;
        front->shares[at] = front->latencies_s[at] = 0;
    }
    front->shares[at] += share;
    front->latencies_s[at] = fmax(front->latencies_s[at], latency_s);
    return true;
}

/* Sends on what is at place `at` of fronts[0], to fronts[1]; false when there is no room. */
static bool leave(const FabricGraph *graph, Front *const fronts[2], int at, int target, FabricRoute *route) {
    const Front *front = fronts[0];
    int vertex = front->vertices[at], ways = count_ways(graph, vertex, target);
    for (int i = graph->first_entry[vertex]; i < graph->first_entry[vertex + 1]; i++) {
        int cable = graph->entries[i], next = nearer(graph, cable, vertex, target);
        if (next < 0)
            continue;
        const GraphCable *taken = &graph->plan.cables[cable];
        double share = front->shares[at] * taken->count / ways;
        if (route->link_count == FABRIC_ROUTE_LINKS_MAX - 2)
            return false;
        fabric_route_add(route, fabric_graph_link(graph, cable, 0, vertex), share);
        if (!arrive(fronts[1], next, share, front->latencies_s[at] + taken->latency_s))
            return false;
    }
    return true;
}

bool graph_walk_sprayed(const FabricGraph *graph, const int ends[2], FabricRoute *route) {
    Front fronts[2];
    Front *now = &fronts[0], *after = &fronts[1];
    now->count = 0;
    after->latencies_s[0] = now->latencies_s[0] = 0;
    arrive(now, ends[0], 1, 0);
    for (int hop = fabric_graph_hops(graph, ends[0], ends[1]); hop > 0; hop--) {
        after->count = 0;
        for (int i = 0; i < now->count; i++)
            if (!leave(graph, (Front *const[2]){now, after}, i, ends[1], route))
                return false;
        Front *last = now;
        now = after;
        after = last;
    }
    route->cable_latency_s += now->latencies_s[0];
    return true;
}

static bool report_wide(const FabricGraph *graph, const int ends[2], ErrorList *errors) {
    error_list_add(errors, (ErrorPlace){0}, "cluster.fabric.routing",
                   "found spray over more than %d links from %s to %s, expected fewer, or ecmp",
                   FABRIC_ROUTE_LINKS_MAX - 2, graph_plan_name(&graph->plan, ends[0], errors->arena),
                   graph_plan_name(&graph->plan, ends[1], errors->arena));
    return false;
}

/* The most links on the ways to a target, from the switches of `away` hops: one for each nearer neighbour and theirs.
 */
static void bound_widths(const FabricGraph *graph, int target, int away, double *widths) {
    int hosts = graph->plan.hosts;
    for (int vertex = hosts; vertex < hosts + graph->plan.switches; vertex++) {
        if (fabric_graph_hops(graph, vertex, target) != away)
            continue;
        widths[vertex - hosts] = 0;
        for (int i = graph->first_entry[vertex]; i < graph->first_entry[vertex + 1]; i++) {
            int next = nearer(graph, graph->entries[i], vertex, target);
            widths[vertex - hosts] += next >= 0 ? 1 + widths[next - hosts] : 0;
        }
    }
}

/* Tries the ways from every switch with hosts to one of them where the bound does not tell that they fit. */
static bool check_target(const FabricGraph *graph, int target, double *widths, ErrorList *errors) {
    int farthest = 0;
    for (int i = 0; i < graph->plan.switches; i++) {
        int away = fabric_graph_hops(graph, graph->plan.hosts + i, target);
        farthest = away != GRAPH_HOPS_NONE && away > farthest ? away : farthest;
    }
    for (int away = 0; away <= farthest; away++)
        bound_widths(graph, target, away, widths);
    for (int i = 0; i < graph->plan.switches; i++) {
        int ends[2] = {graph->plan.hosts + i, target};
        FabricRoute route = {.link_count = 0};
        bool sends = graph->target_row[i] >= 0 && fabric_graph_hops(graph, ends[0], target) != GRAPH_HOPS_NONE;
        if (sends && widths[i] > FABRIC_ROUTE_LINKS_MAX - 2 && !graph_walk_sprayed(graph, ends, &route))
            return report_wide(graph, ends, errors);
    }
    return true;
}

bool graph_walk_check(const FabricGraph *graph, ErrorList *errors) {
    int targets = 0;
    for (int i = 0; i < graph->plan.switches && graph->plan.sprayed; i++)
        targets += graph->target_row[i] >= 0;
    if (targets > SPRAYED_TARGETS_MAX) {
        error_list_add(errors, (ErrorPlace){0}, "cluster.fabric.routing",
                       "found spray between %d switches with hosts, expected at most %d, or ecmp", targets,
                       SPRAYED_TARGETS_MAX);
        return false;
    }
    Arena *scratch = arena_create();
    double *widths = ARENA_ARRAY(scratch, graph->plan.switches, double);
    bool fits = true;
    for (int i = 0; i < graph->plan.switches && targets > 0 && fits; i++)
        fits = graph->target_row[i] < 0 || check_target(graph, graph->plan.hosts + i, widths, errors);
    arena_destroy(scratch);
    return fits;
}
