#include "models/workload/collective_loads.h"

#include <math.h>
#include <stdlib.h>

#include "models/workload/collective_chain.h"
#include "models/workload/collective_latency.h"
#include "models/workload/collective_message.h"
#include "sim/engine/array.h"
#include "sim/engine/check.h"

/* One call being evaluated; what it owns is freed at its end. */
typedef struct Evaluation {
    CollectivePlace place;
    CollectiveSend *sends; /* room for one rank's sends */
    LoadList loads;        /* of the phase */
    LoadList flow;         /* of one flow */
    ChainHop *hops;        /* [rank] in a phase of equal steps */
    double *first_byte_s;  /* [rank, then the switch] in a pipelined phase: when a rank can pass on */
    double *next_byte_s;   /* the same after the step */
    bool *seen;            /* [rank], scratch */
    double latency_s;      /* most of any send of the phase */
    double ramp_s;
    bool in_network;
    int phase_count;
} Evaluation;

static void *room_for(int count, size_t item_bytes) {
    size_t none = 0;
    return array_grow(NULL, &none, (size_t)count, item_bytes);
}

static Evaluation evaluation_begin(const CollectiveCall *call, const Network *network) {
    int members = call->ranks + 1;
    return (Evaluation){.place = {call, network, node_exchange_create(call, network)},
                        .sends = room_for(members, sizeof(CollectiveSend)),
                        .hops = room_for(members, sizeof(ChainHop)),
                        .first_byte_s = room_for(members, sizeof(double)),
                        .next_byte_s = room_for(members, sizeof(double)),
                        .seen = room_for(members, sizeof(bool))};
}

static void evaluation_end(Evaluation *evaluation) {
    node_exchange_destroy(evaluation->place.exchange);
    free(evaluation->sends);
    free(evaluation->hops);
    free(evaluation->first_byte_s);
    free(evaluation->next_byte_s);
    free(evaluation->seen);
    load_list_free(&evaluation->loads);
    load_list_free(&evaluation->flow);
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

static void add_send(Evaluation *evaluation, int rank, const CollectiveSend *send) {
    CollectiveKind kind = evaluation->place.call->kind;
    NetworkRoute route;
    add_loads(evaluation, rank, send, &route);
    double latency_s = collective_latency_s(kind, route.latency_s);
    evaluation->latency_s = fmax(evaluation->latency_s, latency_s);
    evaluation->ramp_s = fmax(evaluation->ramp_s, collective_ramp_s(kind, route.ramp_s, send->bytes));
    evaluation->hops[rank] = (ChainHop){.to_rank = send->to_rank, .latency_s = latency_s};
    double *arrival_s = &evaluation->next_byte_s[send->to_rank];
    *arrival_s = fmax(*arrival_s, evaluation->first_byte_s[rank] + latency_s);
}

static void evaluate_step(Evaluation *evaluation, const CollectiveAlgorithm *algorithm, int phase, int step) {
    const CollectiveCall *call = evaluation->place.call;
    int senders = 0;
    /* One past the ranks is the switch, which sends only in a phase that is in_network. */
    int end = call->ranks + (evaluation->in_network ? 1 : 0);
    for (int rank = 0; rank < end; rank++) {
        int count = algorithm->sends(call, phase, step, rank, evaluation->sends);
        for (int i = 0; i < count; i++)
            add_send(evaluation, rank, &evaluation->sends[i]);
        senders += count > 0;
    }
    CHECK(senders > 0);
    for (int rank = 0; rank < call->ranks + 1; rank++)
        evaluation->first_byte_s[rank] = evaluation->next_byte_s[rank];
}

static double link_seconds(const LinkLoad *load, const Network *network) {
    return load->bytes / network_link_bytes_per_s(network, load->link);
}

static int compare_links(const void *link, const void *load) {
    LinkId left = *(const LinkId *)link, right = ((const LinkLoad *)load)->link;
    return (left > right) - (left < right);
}

/* How long the fullest link on the way of a send is taken when all ranks send. */
static double transfer_seconds(Evaluation *evaluation, int rank, const CollectiveSend *send) {
    const CollectivePlace *place = &evaluation->place;
    double slowest_s = 0;
    evaluation->flow.count = 0;
    for (int flow = collective_message_flow_count(place, rank, send) - 1; flow >= 0; flow--)
        collective_message_flow(place, rank, send, flow, &evaluation->flow);
    for (size_t i = 0; i < evaluation->flow.count; i++) {
        const LinkLoad *load = bsearch(&evaluation->flow.loads[i].link, evaluation->loads.loads,
                                       evaluation->loads.count, sizeof *load, compare_links);
        slowest_s = fmax(slowest_s, link_seconds(load, place->network));
    }
    return slowest_s;
}

static double slowest_load_seconds(const LinkLoad *loads, size_t count, const Network *network) {
    double slowest_s = 0;
    for (size_t i = 0; i < count; i++)
        slowest_s = fmax(slowest_s, link_seconds(&loads[i], network));
    return slowest_s;
}

/* What equal steps in a ring take beyond the bytes of their slowest link. */
static double ring_latency_seconds(Evaluation *evaluation, const CollectiveAlgorithm *algorithm, int phase,
                                   const ChainSteps *steps) {
    const CollectiveCall *call = evaluation->place.call;
    for (int rank = 0; rank < call->ranks; rank++) {
        int count = algorithm->sends(call, phase, 0, rank, evaluation->sends);
        CHECK(count == 1);
        evaluation->hops[rank].transfer_s = transfer_seconds(evaluation, rank, &evaluation->sends[0]);
    }
    double whole_s = collective_chain_s(evaluation->hops, call->ranks, steps, evaluation->seen);
    double bytes_s = slowest_load_seconds(evaluation->loads.loads, evaluation->loads.count, evaluation->place.network);
    return fmax(whole_s - steps->count * bytes_s, 0);
}

static double last_first_byte_seconds(const Evaluation *evaluation) {
    double last_s = 0;
    for (int rank = 0; rank < evaluation->place.call->ranks + 1; rank++)
        last_s = fmax(last_s, evaluation->first_byte_s[rank]);
    return last_s;
}

/* All steps of a phase carry the same, so the first stands for them; those of a pipeline differ. Returns the latency of
 * all steps. */
static double evaluate_phase(Evaluation *evaluation, const CollectiveAlgorithm *algorithm, int number,
                             const CollectivePhase *phases) {
    const CollectivePhase *phase = &phases[number];
    evaluation->loads.count = 0;
    evaluation->latency_s = evaluation->ramp_s = 0;
    evaluation->in_network = phase->in_network;
    for (int rank = 0; rank < evaluation->place.call->ranks + 1; rank++)
        evaluation->first_byte_s[rank] = evaluation->next_byte_s[rank] = 0;
    int different = phase->pipelined ? phase->steps : 1;
    for (int step = 0; step < different; step++)
        evaluate_step(evaluation, algorithm, number, step);
    node_exchange_flush(evaluation->place.exchange, &evaluation->loads);
    load_list_merge(&evaluation->loads);
    if (phase->pipelined)
        return last_first_byte_seconds(evaluation);
    ChainSteps steps = {phase->steps, number + 1 == evaluation->phase_count};
    return phase->steps == 1 ? evaluation->latency_s : ring_latency_seconds(evaluation, algorithm, number, &steps);
}

/* The loads of the phase as they are kept. */
static CollectivePhaseLoads keep_phase(const Evaluation *evaluation, const CollectivePhase *phase, double latency_s,
                                       Arena *arena) {
    int times = phase->pipelined ? 1 : phase->steps;
    size_t count = evaluation->loads.count;
    LinkLoad *loads = ARENA_ARRAY(arena, count, LinkLoad);
    for (size_t i = 0; i < count; i++)
        loads[i] =
            (LinkLoad){.link = evaluation->loads.loads[i].link, .bytes = evaluation->loads.loads[i].bytes * times};
    return (CollectivePhaseLoads){.latency_s = latency_s, .loads = loads, .load_count = (int)count};
}

/* A message of one rank to another is its way: most of a pipeline's calls, so it has a short cut. */
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
    double latency_s = collective_latency_s(call->kind, route.latency_s) + collective_fixed_s(phase, 0, 0);
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
    if (call->kind == COLLECTIVE_SEND_RECV && count == 1 && !network->splits_flows) {
        out[0] = message_loads(call, &phases[0], network, arena);
        return;
    }
    Evaluation evaluation = evaluation_begin(call, network);
    evaluation.phase_count = count;
    for (int phase = 0; phase < count; phase++) {
        double latency_s = evaluate_phase(&evaluation, algorithm, phase, phases);
        latency_s += collective_fixed_s(&phases[phase], phase, evaluation.ramp_s);
        out[phase] = keep_phase(&evaluation, &phases[phase], latency_s, arena);
    }
    evaluation_end(&evaluation);
}

double collective_alone_seconds(const CollectiveLoads *loads, const Network *network) {
    double seconds = 0;
    for (int i = 0; i < loads->phase_count; i++) {
        const CollectivePhaseLoads *phase = &loads->phases[i];
        seconds += phase->latency_s + slowest_load_seconds(phase->loads, (size_t)phase->load_count, network);
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
