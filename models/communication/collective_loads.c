#include "models/communication/collective_loads.h"

#include <stdlib.h>

#include "models/communication/collective_chain.h"
#include "models/communication/collective_latency.h"
#include "models/communication/collective_layout.h"
#include "models/communication/collective_message.h"
#include "sim/engine/check.h"
#include "sim/engine/extremes.h"

/* One call being evaluated. */
typedef struct Evaluation {
    Arena *arena;
    CollectivePlace place;
    int members;           /* ranks and switches */
    CollectiveSend *sends; /* room for one rank's sends */
    LoadList loads;        /* of the phase */
    LoadList flow;         /* of one message */
    ChainHop *hops;        /* [rank] in a phase of equal steps */
    LinkId *ways;          /* in such a phase, the links of all messages of a step, rank after rank */
    size_t way_count;
    size_t way_capacity;
    size_t *way_end; /* [rank] */
    double *loads_s; /* of each load of such a phase, how long it takes its link */
    size_t loads_s_capacity;
    double *first_byte_s; /* [rank, then switch] in a pipelined phase: when a rank can pass on */
    double *next_byte_s;  /* the same after the step */
    bool *seen;           /* [rank], scratch */
    double latency_s;     /* most of any send of the phase */
    double ramp_s;
    int channels; /* CollectivePhase's, >= 1 */
    bool in_network;
    bool in_rings; /* the phase has equal steps, in each of which every rank sends one message */
} Evaluation;

static Evaluation evaluation_begin(const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                                   const Network *network, Arena *arena) {
    int members = collective_member_count(call);
    return (Evaluation){.arena = arena,
                        .place = collective_message_place(arena, call, algorithm, network),
                        .members = members,
                        .sends = ARENA_ARRAY(arena, members, CollectiveSend),
                        .loads = {.arena = arena},
                        .flow = {.arena = arena},
                        .hops = ARENA_ARRAY(arena, members, ChainHop),
                        .way_end = ARENA_ARRAY(arena, members, size_t),
                        .first_byte_s = ARENA_ARRAY(arena, members, double),
                        .next_byte_s = ARENA_ARRAY(arena, members, double),
                        .seen = ARENA_ARRAY(arena, members, bool)};
}

/* Puts one send on its links; what goes between nodes is spread when the phase is complete. */
static void add_loads(Evaluation *evaluation, int rank, const CollectiveSend *send, NetworkRoute *route) {
    CollectivePlace *place = &evaluation->place;
    if (collective_message_leaves_node(place, rank, send)) {
        node_exchange_add(place->exchange, rank, send, &evaluation->loads, route);
        return;
    }
    collective_message_route(place, rank, send, route);
    for (int i = 0; i < route->link_count; i++)
        load_list_add(&evaluation->loads, route->links[i], send->bytes);
}

/* Keeps the links of the one message that a rank sends in every step. */
static void keep_way(Evaluation *evaluation, int rank, const CollectiveSend *send, const NetworkRoute *route) {
    LoadList *flow = &evaluation->flow;
    flow->count = 0;
    collective_message_links(&evaluation->place, rank, send, route, flow);
    size_t needed = evaluation->way_count + flow->count;
    evaluation->ways =
        arena_grow(evaluation->arena, evaluation->ways, &evaluation->way_capacity, needed, sizeof *evaluation->ways);
    for (size_t i = 0; i < flow->count; i++)
        evaluation->ways[evaluation->way_count++] = flow->loads[i].link;
    evaluation->way_end[rank] = evaluation->way_count;
}

static void add_send(Evaluation *evaluation, int rank, const CollectiveSend *send) {
    CollectiveKind kind = evaluation->place.call->kind;
    NetworkRoute route;
    add_loads(evaluation, rank, send, &route);
    double latency_s = collective_message_latency_s(&evaluation->place, rank, &route);
    evaluation->latency_s = larger(evaluation->latency_s, latency_s);
    evaluation->ramp_s =
        larger(evaluation->ramp_s, collective_ramp_s(kind, &route, send->bytes * evaluation->channels));
    evaluation->hops[rank] = (ChainHop){.to_rank = send->to_rank, .latency_s = latency_s};
    double *arrival_s = &evaluation->next_byte_s[send->to_rank];
    *arrival_s = larger(*arrival_s, evaluation->first_byte_s[rank] + latency_s);
    if (evaluation->in_rings)
        keep_way(evaluation, rank, send, &route);
}

static void evaluate_step(Evaluation *evaluation, int phase, int step) {
    const CollectiveCall *call = evaluation->place.call;
    int senders = 0;
    /* Past the ranks are the switches, which send only in a phase that is in_network. */
    int end = evaluation->in_network ? evaluation->members : call->ranks;
    for (int rank = 0; rank < end; rank++) {
        int count = collective_message_sends(&evaluation->place, phase, step, rank, evaluation->sends);
        CHECK(!evaluation->in_rings || count == 1);
        for (int i = 0; i < count; i++)
            add_send(evaluation, rank, &evaluation->sends[i]);
        senders += count > 0;
    }
    CHECK(senders > 0);
    for (int rank = 0; rank < evaluation->members; rank++)
        evaluation->first_byte_s[rank] = evaluation->next_byte_s[rank];
}

static double link_seconds(const LinkLoad *load, const Network *network) {
    return load->bytes / network_link_bytes_per_s(network, load->link);
}

static int compare_links(const void *link, const void *load) {
    LinkId left = *(const LinkId *)link, right = ((const LinkLoad *)load)->link;
    return (left > right) - (left < right);
}

/* How long the fullest link on the way of a rank's message is taken when all ranks send. */
static double transfer_seconds(const Evaluation *evaluation, int rank) {
    double slowest_s = 0;
    for (size_t i = rank > 0 ? evaluation->way_end[rank - 1] : 0; i < evaluation->way_end[rank]; i++) {
        const LinkLoad *loads = evaluation->loads.loads;
        const LinkLoad *load =
            bsearch(&evaluation->ways[i], loads, evaluation->loads.count, sizeof *load, compare_links);
        slowest_s = larger(slowest_s, evaluation->loads_s[load - loads]);
    }
    return slowest_s;
}

static void time_loads(Evaluation *evaluation) {
    size_t count = evaluation->loads.count;
    evaluation->loads_s = arena_grow(evaluation->arena, evaluation->loads_s, &evaluation->loads_s_capacity, count,
                                     sizeof *evaluation->loads_s);
    for (size_t i = 0; i < count; i++)
        evaluation->loads_s[i] = link_seconds(&evaluation->loads.loads[i], evaluation->place.network);
}

/* What equal steps in rings take beyond the bytes of their slowest link. */
static double ring_latency_seconds(Evaluation *evaluation, const ChainSteps *steps) {
    int ranks = evaluation->place.call->ranks;
    double bytes_s = 0;
    time_loads(evaluation);
    for (int rank = 0; rank < ranks; rank++) {
        evaluation->hops[rank].transfer_s = transfer_seconds(evaluation, rank);
        bytes_s = larger(bytes_s, evaluation->hops[rank].transfer_s);
    }
    double whole_s = collective_chain_s(evaluation->hops, ranks, steps, evaluation->seen);
    return larger(whole_s - steps->count * bytes_s, 0);
}

static double last_first_byte_seconds(const Evaluation *evaluation) {
    double last_s = 0;
    for (int rank = 0; rank < evaluation->members; rank++)
        last_s = larger(last_s, evaluation->first_byte_s[rank]);
    return last_s;
}

/* All steps of a phase carry the same, so the first stands for them; those of a pipeline differ. */
static void gather_phase(Evaluation *evaluation, int number, const CollectivePhase *phase) {
    evaluation->loads.count = 0;
    evaluation->latency_s = evaluation->ramp_s = 0;
    evaluation->in_network = phase->in_network;
    evaluation->channels = phase->channels > 1 ? phase->channels : 1;
    evaluation->in_rings = phase->steps > 1 && !phase->pipelined;
    evaluation->way_count = 0;
    for (int rank = 0; rank < evaluation->members; rank++)
        evaluation->first_byte_s[rank] = evaluation->next_byte_s[rank] = 0;
    int different = phase->pipelined ? phase->steps : 1;
    for (int step = 0; step < different; step++)
        evaluate_step(evaluation, number, step);
    node_exchange_flush(evaluation->place.exchange, &evaluation->loads);
    load_list_merge(&evaluation->loads);
}

/* The latency of all steps of the phase that was gathered. */
static double phase_latency_seconds(Evaluation *evaluation, const CollectivePhase *phase, bool is_end) {
    if (phase->pipelined)
        return last_first_byte_seconds(evaluation);
    ChainSteps steps = {phase->steps, is_end};
    return evaluation->in_rings ? ring_latency_seconds(evaluation, &steps) : evaluation->latency_s;
}

/* The loads of the phase as they are kept. */
static void keep_loads(const Evaluation *evaluation, const CollectivePhase *phase, Arena *arena,
                       CollectivePhaseLoads *kept) {
    int times = phase->pipelined ? 1 : phase->steps;
    size_t count = evaluation->loads.count;
    LinkLoad *loads = ARENA_ARRAY(arena, count, LinkLoad);
    for (size_t i = 0; i < count; i++)
        loads[i] =
            (LinkLoad){.link = evaluation->loads.loads[i].link, .bytes = evaluation->loads.loads[i].bytes * times};
    kept->loads = loads;
    kept->load_count = (int)count;
}

/* What NICs that fill so much of their line take beyond the bytes of the fullest link. */
static double idle_seconds(const Evaluation *evaluation, const CollectivePhase *phase) {
    const Network *network = evaluation->place.network;
    double nic_s = 0, bytes_s = 0, reached_fraction = network->usual.nic.efficiency_fraction;
    if (phase->line_fraction <= 0 || phase->line_fraction >= reached_fraction)
        return 0;
    for (size_t i = 0; i < evaluation->loads.count; i++) {
        double link_s = link_seconds(&evaluation->loads.loads[i], network);
        bytes_s = larger(bytes_s, link_s);
        if (network_link_kind(network, evaluation->loads.loads[i].link) == LINK_NIC)
            nic_s = larger(nic_s, link_s);
    }
    return larger(nic_s * reached_fraction / phase->line_fraction - bytes_s, 0);
}

/* A message of one rank to another is its way; most calls of a pipeline are such. */
static CollectivePhaseLoads message_loads(const CollectiveCall *call, const CollectivePhase *phase,
                                          const Network *network, Arena *arena) {
    NetworkRoute route;
    network_route(network, call->rank_gpu[0], call->rank_gpu[1], &route);
    LinkLoad *loads = ARENA_ARRAY(arena, route.link_count, LinkLoad);
    for (int i = 0; i < route.link_count; i++) {
        int place = i;
        for (; place > 0 && loads[place - 1].link > route.links[i]; place--)
            loads[place] = loads[place - 1];
        loads[place] = (LinkLoad){.link = route.links[i], .bytes = call->bytes * route.share_fraction[i]};
    }
    double latency_s = collective_latency_s(call->kind, route.latency_s) + collective_fixed_s(phase, 0) +
                       collective_start_s(call, network);
    return (CollectivePhaseLoads){.latency_s = latency_s, .loads = loads, .load_count = route.link_count};
}

void collective_loads(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network,
                      Arena *arena, CollectiveLoads *loads) {
    CHECK(call->ranks >= 1 && call->bytes >= 0 && call->gpus_per_node == network->gpus_per_node);
    CHECK(!algorithm->needs(call));
    CollectivePhase phases[COLLECTIVE_PHASES_MAX];
    int count = algorithm->phases(call, phases);
    CollectivePhaseLoads *out = ARENA_ARRAY(arena, count, CollectivePhaseLoads);
    *loads = (CollectiveLoads){.phases = out, .phase_count = count};
    if (call->kind == COLLECTIVE_SEND_RECV) {
        CHECK(count == 1);
        out[0] = message_loads(call, &phases[0], network, arena);
        return;
    }
    Evaluation evaluation = evaluation_begin(call, algorithm, network, arena);
    for (int i = 0; i < count; i++) {
        if (phases[i].repeats) {
            out[i] = out[i - 1];
        } else {
            gather_phase(&evaluation, i, &phases[i]);
            keep_loads(&evaluation, &phases[i], arena, &out[i]);
            out[i].idle_s = idle_seconds(&evaluation, &phases[i]);
        }
        out[i].latency_s = phase_latency_seconds(&evaluation, &phases[i], i + 1 == count) +
                           collective_fixed_s(&phases[i], evaluation.ramp_s) + out[i].idle_s;
    }
    if (count > 0)
        out[0].latency_s += collective_start_s(call, network);
}

double collective_alone_seconds(const CollectiveLoads *loads, const Network *network) {
    double seconds = 0;
    for (int i = 0; i < loads->phase_count; i++) {
        const CollectivePhaseLoads *phase = &loads->phases[i];
        double slowest_s = 0;
        for (int j = 0; j < phase->load_count; j++)
            slowest_s = larger(slowest_s, link_seconds(&phase->loads[j], network));
        seconds += phase->latency_s + slowest_s;
    }
    return seconds;
}

double collective_seconds(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network) {
    Arena *arena = arena_create();
    CollectiveLoads loads;
    collective_loads(call, algorithm, network, arena, &loads);
    double seconds = collective_alone_seconds(&loads, network);
    arena_destroy(arena);
    return seconds;
}
