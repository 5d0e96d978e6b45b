#include "tests/oracle/flow_case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_HOPS = 16, MAX_NODES = 40 };

static double chance(uint64_t *random) {
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (double)(*random >> 11) / 9007199254740992.0;
}

static int pick(uint64_t *random, int count) {
    return (int)(chance(random) * count);
}

static void *list_grow(void *items, int count, size_t item_bytes) {
    if ((count & (count - 1)) != 0)
        return items;
    items = realloc(items, (size_t)(count > 0 ? 2 * count : 1) * item_bytes);
    if (items == NULL)
        abort();
    return items;
}

static int add_link(FlowCase *flow_case, double bytes_per_s) {
    flow_case->bytes_per_s = list_grow(flow_case->bytes_per_s, flow_case->link_count, sizeof(double));
    flow_case->bytes_per_s[flow_case->link_count] = bytes_per_s;
    return flow_case->link_count++;
}

static void add_hop(FlowCase *flow_case, int link) {
    flow_case->hops = list_grow(flow_case->hops, flow_case->hop_count, sizeof(int));
    flow_case->hops[flow_case->hop_count++] = link;
    flow_case->flows[flow_case->flow_count - 1].hop_count++;
}

/* A flow whose hops follow. */
static void add_flow(FlowCase *flow_case, int from, int to, double start_s, double bytes) {
    flow_case->flows = list_grow(flow_case->flows, flow_case->flow_count, sizeof(Flow));
    flow_case->flows[flow_case->flow_count++] = (Flow){start_s, ceil(bytes), from, to, flow_case->hop_count, 0};
}

static void add_star_flow(FlowCase *flow_case, int from, int to, double start_s, double bytes) {
    add_flow(flow_case, from, to, start_s, bytes);
    add_hop(flow_case, from);
    add_hop(flow_case, flow_case->host_count + to);
}

static void begin_star(FlowCase *flow_case, int host_count, double bytes_per_s) {
    *flow_case = (FlowCase){.host_count = host_count, .is_star = true};
    for (int i = 0; i < 2 * host_count; i++)
        add_link(flow_case, bytes_per_s);
}

/* Sizes and starts for the small cases: equal or not, at once or not. */
typedef struct Traffic {
    bool equal;
    bool at_once;
} Traffic;

static double random_start_s(uint64_t *random, Traffic traffic) {
    return traffic.at_once ? 0.0 : 0.02 * chance(random);
}

static double random_bytes(uint64_t *random, Traffic traffic) {
    return traffic.equal ? 2385000.0 : 1e5 * pow(10.0, 2.0 * chance(random));
}

static int other_host(uint64_t *random, int count, int host) {
    return (host + 1 + pick(random, count - 1)) % count;
}

/* Links by the nodes they join: [from][to], -1 = none. */
typedef struct Nodes {
    int count;
    int link[MAX_NODES][MAX_NODES];
} Nodes;

static void join(FlowCase *flow_case, Nodes *nodes, int a, int b, double bytes_per_s) {
    if (nodes->link[a][b] >= 0)
        return;
    nodes->link[a][b] = add_link(flow_case, bytes_per_s);
    nodes->link[b][a] = add_link(flow_case, bytes_per_s);
}

/* A shortest path by breadth first; the first found stands for the pair. */
static void add_shortest_path(FlowCase *flow_case, const Nodes *nodes, int from, int to) {
    int before[MAX_NODES], queue[MAX_NODES], head = 0, tail = 0, path[MAX_NODES], length = 0;
    memset(before, -1, sizeof before);
    before[to] = to;
    queue[tail++] = to;
    while (head < tail) {
        int node = queue[head++];
        for (int next = 0; next < nodes->count; next++) {
            if (nodes->link[next][node] < 0 || before[next] >= 0)
                continue;
            before[next] = node;
            queue[tail++] = next;
        }
    }
    for (int node = from; node != to; node = before[node])
        path[length++] = nodes->link[node][before[node]];
    for (int i = 0; i < length; i++)
        add_hop(flow_case, path[i]);
}

static void random_graph(FlowCase *flow_case, uint64_t *random, Traffic traffic) {
    Nodes nodes = {.count = 6 + pick(random, MAX_NODES - 6)};
    memset(nodes.link, -1, sizeof nodes.link);
    *flow_case = (FlowCase){.host_count = nodes.count};
    for (int i = 1; i < nodes.count; i++)
        join(flow_case, &nodes, i, pick(random, i), 1e8 + 1e9 * chance(random));
    for (int i = 0; i < nodes.count; i++)
        join(flow_case, &nodes, i, other_host(random, nodes.count, i), 1e8 + 1e9 * chance(random));
    for (int i = 0; i < 3 * nodes.count; i++) {
        int from = pick(random, nodes.count), to = other_host(random, nodes.count, from);
        add_flow(flow_case, from, to, random_start_s(random, traffic), random_bytes(random, traffic));
        add_shortest_path(flow_case, &nodes, from, to);
    }
}

/* Two levels: leaves of 4 hosts, and spines; who goes to `to` crosses spine (from + to) modulo their number. */
static void fat_tree(FlowCase *flow_case, uint64_t *random, Traffic traffic) {
    int leaves = 2 + pick(random, 7), spines = 1 + pick(random, 4), hosts = 4 * leaves;
    *flow_case = (FlowCase){.host_count = hosts};
    for (int i = 0; i < 2 * hosts + 2 * leaves * spines; i++)
        add_link(flow_case, i < 2 * hosts ? 1.25e9 : 2.5e9);
    for (int i = 0; i < 4 * hosts; i++) {
        int from = pick(random, hosts), to = other_host(random, hosts, from), spine = (from + to) % spines;
        add_flow(flow_case, from, to, random_start_s(random, traffic), random_bytes(random, traffic));
        add_hop(flow_case, from);
        if (from / 4 != to / 4) {
            add_hop(flow_case, 2 * hosts + (from / 4) * spines + spine);
            add_hop(flow_case, 2 * hosts + (leaves + to / 4) * spines + spine);
        }
        add_hop(flow_case, hosts + to);
    }
}

static void permutation(FlowCase *flow_case, uint64_t *random, Traffic traffic) {
    int hosts = 8 + pick(random, 40), to[48];
    begin_star(flow_case, hosts, 1.25e9);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < hosts; i++) {
            int j = pick(random, i + 1);
            to[i] = to[j];
            to[j] = i;
        }
        for (int i = 0; i < hosts; i++) {
            if (to[i] != i)
                add_star_flow(flow_case, i, to[i], random_start_s(random, traffic), random_bytes(random, traffic));
        }
    }
}

static void all_to_all(FlowCase *flow_case, uint64_t *random, Traffic traffic) {
    int hosts = 4 + pick(random, 12);
    begin_star(flow_case, hosts, 1.25e9);
    for (int i = 0; i < hosts * hosts; i++) {
        if (i / hosts != i % hosts)
            add_star_flow(flow_case, i / hosts, i % hosts, random_start_s(random, traffic),
                          random_bytes(random, traffic));
    }
}

static void staggered(FlowCase *flow_case, uint64_t *random, Traffic traffic) {
    int hosts = 8 + pick(random, 24);
    begin_star(flow_case, hosts, 1.25e9);
    for (int i = 0; i < 2 * hosts; i++)
        flow_case->bytes_per_s[i] *= 0.2 + chance(random);
    traffic.at_once = false;
    for (int i = 0; i < 6 * hosts; i++) {
        int from = pick(random, hosts);
        add_star_flow(flow_case, from, other_host(random, hosts, from), random_start_s(random, traffic),
                      random_bytes(random, traffic));
    }
}

/* Latencies apart: the same on every route of a star, so that they delay a flow and change no share. */
static void delayed(FlowCase *flow_case, uint64_t *random, Traffic traffic) {
    staggered(flow_case, random, traffic);
    flow_case->latency_s = 1e-6 + 1e-4 * chance(random);
}

typedef void MakeCase(FlowCase *flow_case, uint64_t *random, Traffic traffic);

void flow_case_random(FlowCase *flow_case, uint64_t number) {
    static const struct {
        const char *name;
        MakeCase *make;
    } families[] = {{"random graph", random_graph}, {"fat tree", fat_tree},   {"permutation", permutation},
                    {"all-to-all", all_to_all},     {"staggered", staggered}, {"latency", delayed}};
    enum { FAMILIES = sizeof families / sizeof families[0] };
    uint64_t random = (number + 1) * 0x9e3779b97f4a7c15u;
    chance(&random);
    const Traffic traffic = {.equal = pick(&random, 3) == 0, .at_once = pick(&random, 2) == 0};
    families[number % FAMILIES].make(flow_case, &random, traffic);
    snprintf(flow_case->name, sizeof flow_case->name, "%s", families[number % FAMILIES].name);
}

static void large_all_to_all(FlowCase *flow_case, int host_count, bool equal) {
    uint64_t random = 88172645463325252u;
    begin_star(flow_case, host_count, 50e9);
    for (int i = 0; i < host_count * host_count; i++) {
        if (i / host_count != i % host_count)
            add_star_flow(flow_case, i / host_count, i % host_count, 0.0, equal ? 1e6 : 1e6 * (0.5 + chance(&random)));
    }
}

/* 1 to 30 MB over links of 50 GB/s. As many a second as give 430 flows under way on average on 256 hosts and 1,280 on
 * 1,024; overloaded, half of the hosts' links cannot keep up, and 1,600 are under way on 256. */
static void large_staggered(FlowCase *flow_case, int host_count, bool overloaded) {
    enum { FLOWS = 10000 };
    uint64_t random = 88172645463325252u;
    begin_star(flow_case, host_count, 50e9);
    double host_seconds = overloaded ? 2.944 : host_count <= 256 ? 5.632 : 4.864;
    for (int i = 0; i < FLOWS; i++) {
        int from = pick(&random, host_count), to = other_host(&random, host_count, from);
        add_star_flow(flow_case, from, to, host_seconds / host_count * chance(&random), 1e6 + 29e6 * chance(&random));
    }
}

bool flow_case_large(FlowCase *flow_case, const char *name, int host_count) {
    if (strcmp(name, "ring") == 0) {
        begin_star(flow_case, host_count, 50e9);
        for (int i = 0; i < host_count; i++)
            add_star_flow(flow_case, i, (i + 1) % host_count, 0.0, 1e6);
        flow_case->ring_steps = 2 * (host_count - 1);
    } else if (strcmp(name, "all_to_all") == 0 || strcmp(name, "unequal") == 0) {
        large_all_to_all(flow_case, host_count, strcmp(name, "all_to_all") == 0);
    } else if (strcmp(name, "staggered") == 0 || strcmp(name, "overloaded") == 0) {
        large_staggered(flow_case, host_count, strcmp(name, "overloaded") == 0);
    } else {
        return false;
    }
    snprintf(flow_case->name, sizeof flow_case->name, "%s", name);
    return true;
}

void flow_case_free(FlowCase *flow_case) {
    free(flow_case->bytes_per_s);
    free(flow_case->flows);
    free(flow_case->hops);
}
