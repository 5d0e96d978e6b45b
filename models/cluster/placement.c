#include "models/cluster/placement.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/hardware/network.h"
#include "sim/engine/random.h"

typedef struct Allocation {
    const SimulationSpec *spec;
    Arena *arena;
    Network network;
    int *free_gpus; /* by node; the last so many of each */
    int *order;     /* scratch: nodes in the order of the job */
    JobPlace *places;
} Allocation;

static bool read_number(const char **text, int64_t *number) {
    char *end;
    if (**text < '0' || **text > '9')
        return false;
    *number = strtoll(*text, &end, 10);
    *text = end;
    return true;
}

static void skip_blanks(const char **text) {
    while (**text == ' ')
        (*text)++;
}

/* Reads "3" or "3-7"; false when it is neither. */
static bool read_range(const char **text, int64_t *first, int64_t *last) {
    skip_blanks(text);
    if (!read_number(text, first))
        return false;
    *last = *first;
    skip_blanks(text);
    if (**text == '-') {
        (*text)++;
        skip_blanks(text);
        if (!read_number(text, last))
            return false;
        skip_blanks(text);
    }
    return **text == ',' || **text == '\0';
}

const int *placement_nodes(const char *text, int64_t nodes, Arena *arena, int64_t *count, const char **found) {
    int *list = ARENA_ARRAY(arena, nodes, int);
    bool *seen = ARENA_ARRAY(arena, nodes, bool);
    *count = 0;
    for (const char *rest = text;; rest++) {
        int64_t first, last;
        bool read = read_range(&rest, &first, &last);
        if (!read || first > last || last >= nodes) {
            *found = arena_format(arena, "\"%s\"%s", text, read && first > last ? ", which runs backwards" : "");
            return NULL;
        }
        for (int64_t node = first; node <= last; node++) {
            if (seen[node]) {
                *found = arena_format(arena, "node %" PRId64 " twice", node);
                return NULL;
            }
            seen[node] = true;
            list[(*count)++] = (int)node;
        }
        if (*rest == '\0')
            return list;
    }
}

/* Leaf by leaf, or one of each leaf in turn. */
static void order_by_leaf(Allocation *allocation, bool spread) {
    int per_leaf = spread ? network_nodes_per_leaf(&allocation->network) : 1, next = 0;
    for (int slot = 0; slot < per_leaf; slot++)
        for (int node = slot; node < allocation->network.nodes; node += per_leaf)
            allocation->order[next++] = node;
}

/* Fisher and Yates. */
static void shuffle(Allocation *allocation, const JobSpec *job) {
    RandomStream *stream = random_stream_create(
        &(RandomName){.seed = allocation->spec->seed, .entity = job->name, .purpose = "placement"});
    for (int i = allocation->network.nodes - 1; i > 0; i--) {
        int other = (int)random_below(stream, (uint64_t)i + 1), node = allocation->order[i];
        allocation->order[i] = allocation->order[other];
        allocation->order[other] = node;
    }
    random_stream_destroy(stream);
}

/* Nodes from which the job may take GPUs, in its order; returns their number. */
static int64_t order_nodes(Allocation *allocation, const JobSpec *job) {
    if (*job->nodes != '\0') {
        int64_t count;
        const char *found;
        const int *nodes = placement_nodes(job->nodes, allocation->network.nodes, allocation->arena, &count, &found);
        for (int64_t i = 0; nodes != NULL && i < count; i++)
            allocation->order[i] = nodes[i];
        return nodes != NULL ? count : 0;
    }
    order_by_leaf(allocation, job->placement == PLACEMENT_SPREAD);
    if (job->placement == PLACEMENT_RANDOM)
        shuffle(allocation, job);
    return allocation->network.nodes;
}

/* GPUs that the job could have, or has when `rank_gpu` is given. */
static int64_t take(Allocation *allocation, const JobSpec *job, int64_t nodes, int *rank_gpu) {
    int per_node = allocation->network.gpus_per_node;
    int64_t taken = 0;
    for (int64_t i = 0; i < nodes && taken < job->gpus; i++) {
        int node = allocation->order[i], free_gpus = allocation->free_gpus[node];
        if (job->gpus % per_node == 0 && free_gpus < per_node)
            continue;
        for (int gpu = per_node - free_gpus; gpu < per_node && taken < job->gpus; gpu++, taken++) {
            if (rank_gpu != NULL) {
                rank_gpu[taken] = node * per_node + gpu;
                allocation->free_gpus[node]--;
            }
        }
    }
    return taken;
}

static bool is_on(const Allocation *allocation, int64_t job, int node) {
    const int *rank_gpu = allocation->places[job].rank_gpu;
    for (int64_t rank = 0; rank_gpu != NULL && rank < allocation->spec->jobs[job].gpus; rank++)
        if (rank_gpu[rank] / allocation->network.gpus_per_node == node)
            return true;
    return false;
}

/* Who is on the first of the job's nodes that is not its own: "; job b is on node 6"; "" = nobody. */
static const char *neighbour(const Allocation *allocation, int64_t index, int64_t nodes, Arena *arena) {
    for (int64_t i = 0; i < nodes; i++)
        for (int64_t other = 0; other < index; other++)
            if (is_on(allocation, other, allocation->order[i]))
                return arena_format(arena, "; job %s is on node %d", allocation->spec->jobs[other].name,
                                    allocation->order[i]);
    return "";
}

static bool place_job(Allocation *allocation, int64_t index, ErrorList *errors) {
    const JobSpec *job = &allocation->spec->jobs[index];
    int64_t nodes = order_nodes(allocation, job), taken = take(allocation, job, nodes, NULL);
    bool given = *job->nodes != '\0';
    if (taken < job->gpus) {
        error_list_add(
            errors, (ErrorPlace){0}, given ? arena_format(errors->arena, "jobs[%" PRId64 "].nodes", index) : "jobs",
            "found %" PRId64 " GPUs for job %s, %" PRId64 " of which are free%s%s, expected fewer GPUs or more nodes",
            job->gpus, job->name, taken, given ? " on its `nodes`" : "",
            given ? neighbour(allocation, index, nodes, errors->arena) : "");
        return false;
    }
    int *rank_gpu = ARENA_ARRAY(allocation->arena, job->gpus, int);
    take(allocation, job, nodes, rank_gpu);
    allocation->places[index].rank_gpu = rank_gpu;
    return true;
}

static bool place_jobs(Allocation *allocation, bool given, ErrorList *errors) {
    bool fits = true;
    for (int64_t i = 0; i < allocation->spec->job_count; i++)
        if ((*allocation->spec->jobs[i].nodes != '\0') == given)
            fits = place_job(allocation, i, errors) && fits;
    return fits;
}

static Allocation allocation_start(const SimulationSpec *spec, Arena *arena) {
    Allocation allocation = {.spec = spec, .arena = arena};
    allocation.network = network_build(&spec->cluster.node, &spec->cluster.fabric, (int)spec->cluster.nodes);
    allocation.free_gpus = ARENA_ARRAY(arena, spec->cluster.nodes, int);
    allocation.order = ARENA_ARRAY(arena, spec->cluster.nodes, int);
    allocation.places = ARENA_ARRAY(arena, spec->job_count, JobPlace);
    for (int64_t node = 0; node < spec->cluster.nodes; node++)
        allocation.free_gpus[node] = spec->cluster.node.gpus;
    return allocation;
}

/* Where a guest is met. */
typedef enum Site { SITE_NODE, SITE_LEAF, SITE_COUNT } Site;

/* Who is on a node and on a leaf: a hash that is the same for the same guests, 0 for nobody. */
typedef struct Guests {
    uint32_t *sum[SITE_COUNT];  /* by node, by leaf */
    uint32_t *last[SITE_COUNT]; /* scratch: who was added last, plus one */
    int nodes_per_site[SITE_COUNT];
} Guests;

/* SplitMix64's finisher (Steele, Lea, Flood 2014): sums of different guests differ, but for one in 4e9. */
static uint32_t guest_key(int64_t guest, Site site) {
    uint64_t value = ((uint64_t)guest * SITE_COUNT + site + 1) * 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return (uint32_t)(value >> 32);
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

static void add_listed(const Allocation *allocation, Guests *guests, int64_t guest, const char *list) {
    int64_t count;
    const char *found;
    const int *nodes = placement_nodes(list, allocation->network.nodes, allocation->arena, &count, &found);
    for (int64_t i = 0; nodes != NULL && i < count; i++)
        add_guest(guests, guest, nodes[i]);
}

static Guests find_guests(const Allocation *allocation) {
    const SimulationSpec *spec = allocation->spec;
    int nodes = allocation->network.nodes, per_node = allocation->network.gpus_per_node;
    Guests guests = {.nodes_per_site = {1, network_nodes_per_leaf(&allocation->network)}};
    for (int site = 0; site < SITE_COUNT; site++) {
        guests.sum[site] = ARENA_ARRAY(allocation->arena, nodes, uint32_t);
        guests.last[site] = ARENA_ARRAY(allocation->arena, nodes, uint32_t);
    }
    for (int64_t i = 0; i < spec->job_count; i++)
        for (int64_t rank = 0; rank < spec->jobs[i].gpus; rank++)
            add_guest(&guests, i, allocation->places[i].rank_gpu[rank] / per_node);
    for (int64_t i = 0; i < spec->background_count; i++) {
        add_listed(allocation, &guests, spec->job_count + i, spec->background[i].from);
        add_listed(allocation, &guests, spec->job_count + i, spec->background[i].to);
    }
    return guests;
}

/* Nodes whose own links have events, and leaves whose links have. */
static uint32_t event_mark(const Allocation *allocation, int node) {
    int leaf = node / network_nodes_per_leaf(&allocation->network);
    uint32_t mark = 0;
    for (int64_t i = 0; i < allocation->spec->link_event_count; i++) {
        int number = -1;
        const char *link = allocation->spec->link_events[i].link;
        if ((sscanf(link, "node[%d]", &number) == 1 && number == node) ||
            (sscanf(link, "gpu[%d]", &number) == 1 && number / allocation->network.gpus_per_node == node) ||
            (sscanf(link, "leaf[%d]", &number) == 1 && number == leaf))
            mark += guest_key(-2 - i, SITE_LEAF);
    }
    return mark;
}

/* The others on the node and on its leaf, and the events of both. */
static uint32_t mark_of(const Allocation *allocation, const Guests *guests, int64_t index, int node) {
    uint32_t mark = event_mark(allocation, node);
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

static void mark_ranks(Allocation *allocation, const Guests *guests, int64_t index) {
    const JobSpec *job = &allocation->spec->jobs[index];
    JobPlace *place = &allocation->places[index];
    uint32_t *marks = ARENA_ARRAY(allocation->arena, job->gpus, uint32_t);
    int last_node = -1;
    for (int64_t rank = 0; rank < job->gpus; rank++) {
        int node = place->rank_gpu[rank] / allocation->network.gpus_per_node;
        marks[rank] = node == last_node ? marks[rank - 1] : mark_of(allocation, guests, index, node);
        last_node = node;
    }
    place->marks = marks;
    place->splits_nodes = events_split_nodes(allocation->spec);
}

const JobPlace *placement_of_jobs(const SimulationSpec *spec, Arena *arena, ErrorList *errors) {
    Allocation allocation = allocation_start(spec, arena);
    bool given = place_jobs(&allocation, true, errors), chosen = place_jobs(&allocation, false, errors);
    if (!given || !chosen)
        return NULL;
    Guests guests = find_guests(&allocation);
    for (int64_t i = 0; i < spec->job_count; i++)
        mark_ranks(&allocation, &guests, i);
    return allocation.places;
}
