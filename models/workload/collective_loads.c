#include "models/workload/collective_loads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/array.h"
#include "sim/engine/check.h"

/* Fitted to nccl-tests, common to all machines: see the header. */
static const double LAUNCH_S = 5e-6;
static const double RAMP_HALF_BYTES = 1048576;
static const double IN_NETWORK_S = 35e-6;
static const double ALL_TO_ALL_TRIPS = 3;

/* Loads are added up when there are so many, lest a direct exchange of many ranks fills the memory. */
enum { MERGE_LOADS_MIN = 65536 };

/* Neighbouring ranks on one node, and what leaves and enters the node for them in a step. */
typedef struct Neighbours {
    int first_rank;
    int ranks;
    double out_bytes;
    double in_bytes;
} Neighbours;

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
    size_t merge_at;
    double latency_s; /* over the steps of the phase, mean over the senders of their slowest send */
    double ramp_s;
    bool in_network;
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
    Evaluation evaluation = {.call = call, .network = network, .merge_at = MERGE_LOADS_MIN};
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

static void add_load(Evaluation *evaluation, LinkId link, double bytes) {
    if (evaluation->load_count >= evaluation->merge_at) {
        merge_loads(evaluation);
        evaluation->merge_at = MERGE_LOADS_MIN + 2 * evaluation->load_count;
    }
    size_t needed = evaluation->load_count + 1;
    evaluation->loads = array_grow(evaluation->loads, &evaluation->load_capacity, needed, sizeof *evaluation->loads);
    evaluation->loads[evaluation->load_count++] = (LinkLoad){.link = link, .bytes = bytes};
}

/* Half of a way inside a node: between a GPU and the switch that adds or copies. */
static void route_to_switch(const Evaluation *evaluation, int rank, const CollectiveSend *send, NetworkRoute *route) {
    const Network *network = evaluation->network;
    const int *gpu = evaluation->call->rank_gpu;
    bool to_switch = send->to_rank == evaluation->call->ranks;
    *route = (NetworkRoute){
        .link_count = 1, .kind = LINK_NVLINK, .latency_s = network->port.latency_s / 2, .ramp_s = network->port.ramp_s};
    route->links[0] = to_switch ? network_port_out(network, gpu[rank]) : network_port_in(network, gpu[send->to_rank]);
}

/* Puts one send on its links, except for NICs, which the ranks of a node share. */
static NetworkRoute add_send(Evaluation *evaluation, int rank, const CollectiveSend *send) {
    const CollectiveCall *call = evaluation->call;
    const Network *network = evaluation->network;
    NetworkRoute route;
    if (rank == call->ranks || send->to_rank == call->ranks)
        route_to_switch(evaluation, rank, send, &route);
    else
        network_route(network, call->rank_gpu[rank], call->rank_gpu[send->to_rank], &route);
    for (int i = 0; i < route.link_count; i++)
        if (network_link_kind(network, route.links[i]) != LINK_NIC)
            add_load(evaluation, route.links[i], send->bytes);
    if (route.kind != LINK_NVLINK) {
        evaluation->groups[evaluation->group_of_rank[rank]].out_bytes += send->bytes;
        evaluation->groups[evaluation->group_of_rank[send->to_rank]].in_bytes += send->bytes;
    }
    return route;
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

/* What a rank sends in a step; returns the latency of the slowest of its ways. */
static double add_sends(Evaluation *evaluation, int rank, int count) {
    double slowest_s = 0;
    for (int i = 0; i < count; i++) {
        const CollectiveSend *send = &evaluation->sends[i];
        NetworkRoute route = add_send(evaluation, rank, send);
        slowest_s = fmax(slowest_s, route.latency_s);
        double ramp_s = route.ramp_s * send->bytes / (send->bytes + RAMP_HALF_BYTES);
        if (evaluation->call->kind != COLLECTIVE_SEND_RECV)
            evaluation->ramp_s = fmax(evaluation->ramp_s, ramp_s);
    }
    return slowest_s;
}

static void evaluate_step(Evaluation *evaluation, const CollectiveAlgorithm *algorithm, int phase, int step) {
    double latency_sum_s = 0;
    int senders = 0;
    /* One past the ranks is the switch, which sends only in a phase that is in_network. */
    for (int rank = 0; rank <= evaluation->call->ranks; rank++) {
        bool is_switch = rank == evaluation->call->ranks;
        if (is_switch && !evaluation->in_network)
            break;
        int count = algorithm->sends(evaluation->call, phase, step, rank, evaluation->sends);
        latency_sum_s += add_sends(evaluation, rank, count);
        senders += count > 0;
    }
    CHECK(senders > 0);
    evaluation->latency_s += latency_sum_s / senders;
}

/* All steps of a phase carry the same, so the first stands for them; those of a pipeline differ. */
static void evaluate_phase(Evaluation *evaluation, const CollectiveAlgorithm *algorithm, int number,
                           const CollectivePhase *phase) {
    evaluation->load_count = 0;
    evaluation->latency_s = evaluation->ramp_s = 0;
    evaluation->in_network = phase->in_network;
    int different = phase->pipelined ? phase->steps : 1;
    for (int step = 0; step < different; step++)
        evaluate_step(evaluation, algorithm, number, step);
    spread_over_nics(evaluation);
    merge_loads(evaluation);
}

static CollectivePhaseLoads finish_phase(const Evaluation *evaluation, const CollectivePhase *phase, Arena *arena) {
    int times = phase->pipelined ? 1 : phase->steps;
    LinkLoad *loads = ARENA_ARRAY(arena, evaluation->load_count, LinkLoad);
    for (size_t i = 0; i < evaluation->load_count; i++)
        loads[i] = (LinkLoad){.link = evaluation->loads[i].link, .bytes = evaluation->loads[i].bytes * times};
    double fixed_s = evaluation->ramp_s + (phase->in_network ? IN_NETWORK_S : 0);
    double trips = evaluation->call->kind == COLLECTIVE_ALL_TO_ALL ? ALL_TO_ALL_TRIPS : 1;
    return (CollectivePhaseLoads){.latency_s = trips * times * evaluation->latency_s + fixed_s,
                                  .loads = loads,
                                  .load_count = (int)evaluation->load_count};
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
        evaluate_phase(&evaluation, algorithm, phase, &phases[phase]);
        out[phase] = finish_phase(&evaluation, &phases[phase], arena);
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

/* What a call takes alone, and the part of it that does not grow with the bytes. */
typedef struct Price {
    double seconds;
    double fixed_s;
} Price;

static Price price_of(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network) {
    Arena *arena = arena_create();
    CollectiveLoads loads;
    collective_loads(call, algorithm, network, arena, &loads);
    Price price = {.seconds = collective_alone_seconds(&loads, network)};
    for (int phase = 0; phase < loads.phase_count; phase++)
        price.fixed_s += loads.phases[phase].latency_s;
    arena_destroy(arena);
    return price;
}

/* A ring moves the fewest bytes there can be: where nearly all of its time is bytes, on NICs, nothing is cheaper. */
static bool is_unbeaten(const CollectiveCall *call, const Price *ring) {
    return ring->fixed_s < 0.01 * ring->seconds && call->ranks > call->gpus_per_node;
}

/* The only algorithm that can run the call is not priced. */
static const CollectiveAlgorithm *cheapest(const CollectiveCall *call, const Network *network) {
    const CollectiveAlgorithm *best = NULL;
    Price best_price = {.seconds = INFINITY};
    for (size_t index = 0; collective_at(index); index++) {
        const CollectiveAlgorithm *next = collective_at(index);
        if (!next->automatic[call->kind] || next->needs(call))
            continue;
        if (!best) {
            best = next;
            continue;
        }
        if (isinf(best_price.seconds))
            best_price = price_of(call, best, network);
        if (is_unbeaten(call, &best_price))
            break;
        Price price = price_of(call, next, network);
        if (price.seconds < best_price.seconds) {
            best_price = price;
            best = next;
        }
    }
    return best;
}

const CollectiveAlgorithm *collective_select(const char *name, const CollectiveCall *call, const Network *network) {
    if (strcmp(name, "auto") == 0)
        return cheapest(call, network);
    const CollectiveAlgorithm *named = collective_find(name);
    if (!named || !named->needs(call))
        return named;
    return collective_find(call->kind == COLLECTIVE_ALL_TO_ALL ? "direct" : "ring");
}
