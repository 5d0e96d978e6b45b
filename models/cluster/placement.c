#include "models/cluster/placement.h"

#include <inttypes.h>

#include "models/cluster/node_list.h"
#include "models/cluster/placement_marks.h"
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
        const int *nodes = node_list_read(job->nodes, allocation->network.nodes, allocation->arena, &count, &found);
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
    int places = allocation->network.gpus_per_node;
    bool whole = job->gpus % places == 0;
    int64_t taken = 0;
    for (int64_t i = 0; i < nodes && taken < job->gpus; i++) {
        int node = allocation->order[i], free_gpus = allocation->free_gpus[node];
        int per_node = cluster_node(&allocation->spec->cluster, node)->gpus;
        if (whole && free_gpus < per_node)
            continue;
        for (int gpu = per_node - free_gpus; gpu < per_node && taken < job->gpus; gpu++, taken++) {
            if (rank_gpu != NULL) {
                rank_gpu[taken] = node * places + gpu;
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
        error_list_add(errors, (ErrorPlace){0},
                       given ? arena_format(errors->arena, "jobs[%" PRId64 "].nodes", job->index) : "jobs",
                       "found %" PRId64 " GPUs for job %s, %" PRId64
                       " of which are free%s%s, expected fewer GPUs or more nodes",
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
    allocation.network = cluster_network(&spec->cluster);
    allocation.free_gpus = ARENA_ARRAY(arena, spec->cluster.nodes, int);
    allocation.order = ARENA_ARRAY(arena, spec->cluster.nodes, int);
    allocation.places = ARENA_ARRAY(arena, spec->job_count, JobPlace);
    for (int node = 0; node < spec->cluster.nodes; node++)
        allocation.free_gpus[node] = cluster_node(&spec->cluster, node)->gpus;
    return allocation;
}

const JobPlace *placement_of_jobs(const SimulationSpec *spec, Arena *arena, ErrorList *errors) {
    Allocation allocation = allocation_start(spec, arena);
    bool given = place_jobs(&allocation, true, errors), chosen = place_jobs(&allocation, false, errors);
    if (!given || !chosen)
        return NULL;
    placement_marks_add(spec, &allocation.network, arena, allocation.places);
    return allocation.places;
}
