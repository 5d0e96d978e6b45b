#include "models/cluster/placement_marks.h"

#include <stdio.h>
#include <string.h>

#include "models/cluster/node_list.h"
#include "sim/engine/splitmix.h"

/* Where a guest is met. */
typedef enum Site { SITE_NODE, SITE_LEAF, SITE_COUNT } Site;

/* Who is on a node and on a leaf: a hash that is the same for the same guests, 0 for nobody. */
typedef struct Guests {
    const SimulationSpec *spec;
    const Network *network;
    Arena *arena;
    uint32_t *sum[SITE_COUNT];  /* by node, by leaf */
    uint32_t *last[SITE_COUNT]; /* scratch: who was added last, plus one */
    int nodes_per_site[SITE_COUNT];
} Guests;

/* Sums of different guests differ, but for one in 4e9. */
static uint32_t guest_key(int64_t guest, Site site) {
    return (uint32_t)(splitmix_finish(((uint64_t)guest * SITE_COUNT + site + 1) * SPLITMIX_STEP) >> 32);
}

static void add_guest(Guests *guests, int64_t guest, int node) {
    for (int site = 0; site < SITE_COUNT; site++) {
        int place = node / guests->nodes_per_site[site];
        if (guests->last[site][place] == (uint32_t)guest + 1)
            continue;
        guests->last[site][place] = (uint32_t)guest + 1;
        guests->sum[site][place] += guest_key(guest, (Site)site);
    }
}

static void add_job(Guests *guests, int64_t index, const JobPlace *place) {
    int per_node = guests->network->gpus_per_node, last_node = -1;
    for (int64_t rank = 0; rank < guests->spec->jobs[index].gpus; rank++) {
        int node = place->rank_gpu[rank] / per_node;
        if (node != last_node)
            add_guest(guests, index, node);
        last_node = node;
    }
}

static void add_listed(Guests *guests, int64_t guest, const char *list) {
    int64_t count;
    const char *found;
    const int *nodes = node_list_read(list, guests->network->nodes, guests->arena, &count, &found);
    for (int64_t i = 0; nodes != NULL && i < count; i++)
        add_guest(guests, guest, nodes[i]);
}

static void add_all(Guests *guests, const JobPlace *places) {
    const SimulationSpec *spec = guests->spec;
    for (int64_t i = 0; i < spec->job_count; i++)
        add_job(guests, i, &places[i]);
    for (int64_t i = 0; i < spec->background_count; i++) {
        add_listed(guests, spec->job_count + i, spec->background[i].from);
        add_listed(guests, spec->job_count + i, spec->background[i].to);
    }
}

/* Nodes whose own links have events, and leaves whose links have. */
static uint32_t event_mark(const Guests *guests, int node) {
    int leaf = node / guests->nodes_per_site[SITE_LEAF];
    uint32_t mark = 0;
    for (int64_t i = 0; i < guests->spec->link_event_count; i++) {
        int number = -1;
        const char *link = guests->spec->link_events[i].link;
        if ((sscanf(link, "node[%d]", &number) == 1 && number == node) ||
            (sscanf(link, "gpu[%d]", &number) == 1 && number / guests->network->gpus_per_node == node) ||
            (sscanf(link, "leaf[%d]", &number) == 1 && number == leaf))
            mark += guest_key(-2 - i, SITE_LEAF);
    }
    return mark;
}

/* The others on the node and on its leaf, and the events of both. */
static uint32_t mark_of(const Guests *guests, int64_t index, int node) {
    uint32_t mark = event_mark(guests, node);
    for (int site = 0; site < SITE_COUNT; site++)
        mark += guests->sum[site][node / guests->nodes_per_site[site]] - guest_key(index, (Site)site);
    return mark;
}

/* True when an event is on some links of a node and not on others. */
static bool events_split_nodes(const SimulationSpec *spec) {
    for (int64_t i = 0; i < spec->link_event_count; i++)
        if (strncmp(spec->link_events[i].link, "gpu", 3) == 0 || strstr(spec->link_events[i].link, "nic[") != NULL)
            return true;
    return false;
}

static void mark_ranks(Guests *guests, int64_t index, JobPlace *place) {
    int64_t ranks = guests->spec->jobs[index].gpus;
    uint32_t *marks = ARENA_ARRAY(guests->arena, ranks, uint32_t);
    int last_node = -1;
    for (int64_t rank = 0; rank < ranks; rank++) {
        int node = place->rank_gpu[rank] / guests->network->gpus_per_node;
        marks[rank] = node == last_node ? marks[rank - 1] : mark_of(guests, index, node);
        last_node = node;
    }
    place->marks = marks;
    place->splits_nodes = events_split_nodes(guests->spec);
}

void placement_marks_add(const SimulationSpec *spec, const Network *network, Arena *arena, JobPlace *places) {
    Guests guests = {.spec = spec, .network = network, .arena = arena};
    for (int site = 0; site < SITE_COUNT; site++) {
        guests.sum[site] = ARENA_ARRAY(arena, network->nodes, uint32_t);
        guests.last[site] = ARENA_ARRAY(arena, network->nodes, uint32_t);
    }
    guests.nodes_per_site[SITE_NODE] = 1;
    guests.nodes_per_site[SITE_LEAF] = network_nodes_per_leaf(network);
    add_all(&guests, places);
    for (int64_t i = 0; i < spec->job_count; i++)
        mark_ranks(&guests, i, &places[i]);
}
