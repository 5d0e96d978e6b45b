#include "models/workload/collective_loads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/array.h"
#include "sim/engine/check.h"

/* Fitted to nccl-tests, common to all machines: see the header. */
static const double LAUNCH_S = 5e-6;
static const double RAMP_HALF_BYTES = 1048576;

/* Neighbouring ranks on one node, and what leaves and enters the node for them in a step. */
typedef struct Neighbours {
    int first_rank;
    int ranks;
    double out_bytes;
    double in_bytes;
} Neighbours;

/* What one group sends to another in a step. */
typedef struct Crossing {
    int from_group;
    int to_group;
    double bytes;
} Crossing;

/* One call being evaluated; heap arrays are freed at its end. */
typedef struct Evaluation {
    const CollectiveCall *call;
    const Network *network;
    Neighbours *groups;
    int *group_of_rank;
    int group_count;
    CollectiveSend *sends; /* room for one rank's sends */
    LinkLoad *loads;
    size_t load_count;
    size_t load_capacity;
    Crossing *crossings; /* between groups; used when the network splits flows by NIC */
    size_t crossing_count;
    size_t crossing_capacity;
    double latency_sum_s; /* over senders, of their slowest send */
    int senders;
    double ramp_s;
} Evaluation;

static void group_ranks(Evaluation *evaluation) {
    const CollectiveCall *call = evaluation->call;
    for (int rank = 0; rank < call->ranks; rank++) {
        int node = call->rank_gpu[rank] / call->gpus_per_node;
        if (rank == 0 || node != call->rank_gpu[rank - 1] / call->gpus_per_node)
            evaluation->groups[evaluation->group_count++] = (Neighbours){.first_rank = rank};
        evaluation->groups[evaluation->group_count - 1].ranks++;
        evaluation->group_of_rank[rank] = evaluation->group_count - 1;
    }
}

static Evaluation evaluation_begin(const CollectiveCall *call, const Network *network) {
    size_t ranks = (size_t)call->ranks, none = 0;
    Evaluation evaluation = {.call = call, .network = network};
    evaluation.groups = array_grow(NULL, &none, ranks, sizeof *evaluation.groups);
    none = 0;
    evaluation.group_of_rank = array_grow(NULL, &none, ranks, sizeof *evaluation.group_of_rank);
    none = 0;
    evaluation.sends = array_grow(NULL, &none, ranks, sizeof *evaluation.sends);
    group_ranks(&evaluation);
    return evaluation;
}

static void evaluation_end(Evaluation *evaluation) {
    free(evaluation->groups);
    free(evaluation->group_of_rank);
    free(evaluation->sends);
    free(evaluation->loads);
    free(evaluation->crossings);
}

static void add_load(Evaluation *evaluation, LinkId link, double bytes) {
    size_t needed = evaluation->load_count + 1;
    evaluation->loads = array_grow(evaluation->loads, &evaluation->load_capacity, needed, sizeof *evaluation->loads);
    evaluation->loads[evaluation->load_count++] = (LinkLoad){.link = link, .bytes = bytes};
}

/* Notes bytes between two nodes; from which NIC to which they go is decided when the step is known. */
static void add_crossing(Evaluation *evaluation, int from_group, int to_group, double bytes) {
    size_t needed = evaluation->crossing_count + 1;
    evaluation->crossings =
        array_grow(evaluation->crossings, &evaluation->crossing_capacity, needed, sizeof *evaluation->crossings);
    evaluation->crossings[evaluation->crossing_count++] = (Crossing){from_group, to_group, bytes};
}

/* The rank that receives when rings are turned so that a message enters by the NIC by which it left. */
static int facing_rank(const Evaluation *evaluation, int rank, int to_rank) {
    const Neighbours *from = &evaluation->groups[evaluation->group_of_rank[rank]];
    const Neighbours *to = &evaluation->groups[evaluation->group_of_rank[to_rank]];
    return to->first_rank + (rank - from->first_rank) % to->ranks;
}

/* Puts the links of a send on the list, without its NICs, which the ranks of a node share. */
static void add_bundled(Evaluation *evaluation, int rank, const CollectiveSend *send, const NetworkRoute *route) {
    for (int i = 0; i < route->link_count; i++)
        if (network_link_kind(evaluation->network, route->links[i]) != LINK_NIC)
            add_load(evaluation, route->links[i], send->bytes * route->share_fraction[i]);
    if (route->kind != LINK_NVLINK) {
        evaluation->groups[evaluation->group_of_rank[rank]].out_bytes += send->bytes;
        evaluation->groups[evaluation->group_of_rank[send->to_rank]].in_bytes += send->bytes;
    }
}

/* Puts one send on its links; returns the latency of its route. */
static double add_send(Evaluation *evaluation, int rank, const CollectiveSend *send) {
    const Network *network = evaluation->network;
    const int *gpu = evaluation->call->rank_gpu;
    NetworkRoute route;
    network_route(network, gpu[rank], gpu[send->to_rank], &route);
    if (route.kind != LINK_NVLINK && network->splits_flows) {
        network_route(network, gpu[rank], gpu[facing_rank(evaluation, rank, send->to_rank)], &route);
        add_crossing(evaluation, evaluation->group_of_rank[rank], evaluation->group_of_rank[send->to_rank],
                     send->bytes);
    } else {
        add_bundled(evaluation, rank, send, &route);
    }
    double ramp_s = route.ramp_s * send->bytes / (send->bytes + RAMP_HALF_BYTES);
    if (evaluation->call->kind != COLLECTIVE_SEND_RECV)
        evaluation->ramp_s = fmax(evaluation->ramp_s, ramp_s);
    return route.latency_s;
}

static int compare_crossings(const void *left, const void *right) {
    const Crossing *a = left, *b = right;
    if (a->from_group != b->from_group)
        return a->from_group < b->from_group ? -1 : 1;
    if (a->to_group != b->to_group)
        return a->to_group < b->to_group ? -1 : 1;
    return (a->bytes > b->bytes) - (a->bytes < b->bytes);
}

/* One flow per rank of the larger group, each from the NIC of its rank to that of the rank it faces. */
static void split_crossing(Evaluation *evaluation, const Crossing *crossing) {
    const Neighbours *from = &evaluation->groups[crossing->from_group], *to = &evaluation->groups[crossing->to_group];
    int flows = from->ranks > to->ranks ? from->ranks : to->ranks;
    for (int flow = 0; flow < flows; flow++) {
        const int *gpu = evaluation->call->rank_gpu;
        NetworkRoute route;
        network_route(evaluation->network, gpu[from->first_rank + flow % from->ranks],
                      gpu[to->first_rank + flow % to->ranks], &route);
        for (int i = 0; i < route.link_count; i++)
            add_load(evaluation, route.links[i], crossing->bytes / flows * route.share_fraction[i]);
    }
}

/* Sums up what every pair of nodes exchanges, then spreads it over their NICs. */
static void split_crossings(Evaluation *evaluation) {
    Crossing *crossings = evaluation->crossings;
    if (evaluation->crossing_count == 0)
        return;
    qsort(crossings, evaluation->crossing_count, sizeof *crossings, compare_crossings);
    for (size_t first = 0, next; first < evaluation->crossing_count; first = next) {
        Crossing sum = crossings[first];
        for (next = first + 1; next < evaluation->crossing_count; next++) {
            if (crossings[next].from_group != sum.from_group || crossings[next].to_group != sum.to_group)
                break;
            sum.bytes += crossings[next].bytes;
        }
        split_crossing(evaluation, &sum);
    }
}

static void spread_over_nics(Evaluation *evaluation) {
    for (int i = 0; i < evaluation->group_count; i++) {
        Neighbours *group = &evaluation->groups[i];
        for (int rank = group->first_rank; rank < group->first_rank + group->ranks; rank++) {
            int gpu = evaluation->call->rank_gpu[rank];
            if (group->out_bytes > 0)
                add_load(evaluation, network_nic_out(evaluation->network, gpu), group->out_bytes / group->ranks);
            if (group->in_bytes > 0)
                add_load(evaluation, network_nic_in(evaluation->network, gpu), group->in_bytes / group->ranks);
        }
        group->out_bytes = group->in_bytes = 0;
    }
}

/* All steps of a phase carry the same, so the first stands for them. */
static void evaluate_step(Evaluation *evaluation, const CollectiveAlgorithm *algorithm, int phase) {
    evaluation->load_count = evaluation->crossing_count = 0;
    evaluation->latency_sum_s = evaluation->ramp_s = 0;
    evaluation->senders = 0;
    for (int rank = 0; rank < evaluation->call->ranks; rank++) {
        int count = algorithm->sends(evaluation->call, phase, 0, rank, evaluation->sends);
        double slowest_s = 0;
        for (int i = 0; i < count; i++)
            slowest_s = fmax(slowest_s, add_send(evaluation, rank, &evaluation->sends[i]));
        evaluation->latency_sum_s += slowest_s;
        evaluation->senders += count > 0;
    }
    CHECK(evaluation->senders > 0);
    spread_over_nics(evaluation);
    split_crossings(evaluation);
}

static int compare_loads(const void *left, const void *right) {
    const LinkLoad *a = left, *b = right;
    if (a->link != b->link)
        return a->link < b->link ? -1 : 1;
    return (a->bytes > b->bytes) - (a->bytes < b->bytes);
}

/* Adds up the loads of each link, smallest first, so that the sum does not depend on the sort. */
static void merge_loads(Evaluation *evaluation) {
    if (evaluation->load_count == 0)
        return;
    qsort(evaluation->loads, evaluation->load_count, sizeof *evaluation->loads, compare_loads);
    size_t kept = 0;
    for (size_t i = 1; i < evaluation->load_count; i++) {
        if (evaluation->loads[i].link == evaluation->loads[kept].link)
            evaluation->loads[kept].bytes += evaluation->loads[i].bytes;
        else
            evaluation->loads[++kept] = evaluation->loads[i];
    }
    evaluation->load_count = kept + 1;
}

static CollectivePhaseLoads finish_phase(Evaluation *evaluation, int steps, Arena *arena) {
    merge_loads(evaluation);
    LinkLoad *loads = ARENA_ARRAY(arena, evaluation->load_count, LinkLoad);
    for (size_t i = 0; i < evaluation->load_count; i++)
        loads[i] = (LinkLoad){.link = evaluation->loads[i].link, .bytes = evaluation->loads[i].bytes * steps};
    double step_s = evaluation->latency_sum_s / evaluation->senders;
    return (CollectivePhaseLoads){
        .latency_s = steps * step_s + evaluation->ramp_s, .loads = loads, .load_count = (int)evaluation->load_count};
}

void collective_loads(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network,
                      Arena *arena, CollectiveLoads *loads) {
    CHECK(call->ranks >= 1 && call->bytes >= 0 && call->gpus_per_node == network->gpus_per_node);
    CHECK(!algorithm->needs(call));
    CollectivePhase phases[COLLECTIVE_PHASES_MAX];
    int count = algorithm->phases(call, phases);
    CollectivePhaseLoads *out = ARENA_ARRAY(arena, count, CollectivePhaseLoads);
    Evaluation evaluation = evaluation_begin(call, network);
    for (int phase = 0; phase < count; phase++) {
        evaluate_step(&evaluation, algorithm, phase);
        out[phase] = finish_phase(&evaluation, phases[phase].steps, arena);
    }
    evaluation_end(&evaluation);
    if (count > 0)
        out[0].latency_s += LAUNCH_S;
    *loads = (CollectiveLoads){.phases = out, .phase_count = count};
}

/* The load of a phase that needs longest, NULL when it has none. */
static const LinkLoad *slowest_load(const CollectivePhaseLoads *phase, const Network *network) {
    const LinkLoad *slowest = NULL;
    double longest_s = -1;
    for (int i = 0; i < phase->load_count; i++) {
        double seconds = phase->loads[i].bytes / network_link_bytes_per_s(network, phase->loads[i].link);
        if (seconds > longest_s) {
            longest_s = seconds;
            slowest = &phase->loads[i];
        }
    }
    return slowest;
}

double collective_alone_seconds(const CollectiveLoads *loads, const Network *network) {
    double seconds = 0;
    for (int i = 0; i < loads->phase_count; i++) {
        const LinkLoad *slowest = slowest_load(&loads->phases[i], network);
        seconds += loads->phases[i].latency_s;
        if (slowest)
            seconds += slowest->bytes / network_link_bytes_per_s(network, slowest->link);
    }
    return seconds;
}

LinkKind collective_slowest_kind(const CollectiveLoads *loads, const Network *network) {
    LinkKind kind = LINK_NVLINK;
    double longest_s = 0;
    for (int i = 0; i < loads->phase_count; i++) {
        const LinkLoad *slowest = slowest_load(&loads->phases[i], network);
        if (!slowest)
            continue;
        double seconds = slowest->bytes / network_link_bytes_per_s(network, slowest->link);
        if (seconds > longest_s) {
            longest_s = seconds;
            kind = network_link_kind(network, slowest->link);
        }
    }
    return kind;
}

static double alone_seconds(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network) {
    Arena *arena = arena_create();
    CollectiveLoads loads;
    collective_loads(call, algorithm, network, arena, &loads);
    double seconds = collective_alone_seconds(&loads, network);
    arena_destroy(arena);
    return seconds;
}

/* The only algorithm that can run the call is not priced. */
static const CollectiveAlgorithm *cheapest(const CollectiveCall *call, const Network *network) {
    const CollectiveAlgorithm *best = NULL;
    double best_s = INFINITY;
    for (size_t index = 0; collective_at(index); index++) {
        const CollectiveAlgorithm *next = collective_at(index);
        if (next->needs(call))
            continue;
        if (!best) {
            best = next;
            continue;
        }
        if (isinf(best_s))
            best_s = alone_seconds(call, best, network);
        double next_s = alone_seconds(call, next, network);
        if (next_s < best_s) {
            best_s = next_s;
            best = next;
        }
    }
    return best;
}

const CollectiveAlgorithm *collective_select(const char *name, const CollectiveCall *call, const Network *network) {
    if (strcmp(name, "auto") == 0)
        return cheapest(call, network);
    const CollectiveAlgorithm *named = collective_find(name);
    return named && named->needs(call) ? collective_find("ring") : named;
}
