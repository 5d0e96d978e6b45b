#include "models/workload/collective_loads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/workload/node_exchange.h"
#include "sim/engine/array.h"
#include "sim/engine/check.h"

/* Fitted to nccl-tests, common to all machines: see the header. */
static const double LAUNCH_S = 5e-6;
static const double RAMP_HALF_BYTES = 1048576;
static const double IN_NETWORK_S = 35e-6;
static const double ALL_TO_ALL_TRIPS = 3;

/* One call being evaluated; what it owns is freed at its end. */
typedef struct Evaluation {
    const CollectiveCall *call;
    const Network *network;
    NodeExchange *exchange;
    CollectiveSend *sends; /* room for one rank's sends */
    LoadList loads;
    double latency_s; /* over the steps of the phase, mean over the senders of their slowest send */
    double ramp_s;
    bool in_network;
} Evaluation;

static Evaluation evaluation_begin(const CollectiveCall *call, const Network *network) {
    size_t none = 0;
    return (Evaluation){.call = call,
                        .network = network,
                        .exchange = node_exchange_create(call, network),
                        .sends = array_grow(NULL, &none, (size_t)call->ranks, sizeof(CollectiveSend))};
}

static void evaluation_end(Evaluation *evaluation) {
    node_exchange_destroy(evaluation->exchange);
    free(evaluation->sends);
    load_list_free(&evaluation->loads);
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

/* Puts one send on its links. */
static NetworkRoute add_send(Evaluation *evaluation, int rank, const CollectiveSend *send) {
    const CollectiveCall *call = evaluation->call;
    const int *gpu = call->rank_gpu;
    NetworkRoute route;
    if (rank == call->ranks || send->to_rank == call->ranks)
        route_to_switch(evaluation, rank, send, &route);
    else if (gpu[rank] / call->gpus_per_node != gpu[send->to_rank] / call->gpus_per_node)
        return node_exchange_add(evaluation->exchange, rank, send, &evaluation->loads);
    else
        network_route(evaluation->network, gpu[rank], gpu[send->to_rank], &route);
    for (int i = 0; i < route.link_count; i++)
        load_list_add(&evaluation->loads, route.links[i], send->bytes);
    return route;
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
    int end = evaluation->call->ranks + (evaluation->in_network ? 1 : 0);
    for (int rank = 0; rank < end; rank++) {
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
    evaluation->loads.count = 0;
    evaluation->latency_s = evaluation->ramp_s = 0;
    evaluation->in_network = phase->in_network;
    int different = phase->pipelined ? phase->steps : 1;
    for (int step = 0; step < different; step++)
        evaluate_step(evaluation, algorithm, number, step);
    node_exchange_flush(evaluation->exchange, &evaluation->loads);
    load_list_merge(&evaluation->loads);
}

static CollectivePhaseLoads finish_phase(const Evaluation *evaluation, const CollectivePhase *phase, Arena *arena) {
    int times = phase->pipelined ? 1 : phase->steps;
    size_t count = evaluation->loads.count;
    LinkLoad *loads = ARENA_ARRAY(arena, count, LinkLoad);
    for (size_t i = 0; i < count; i++)
        loads[i] =
            (LinkLoad){.link = evaluation->loads.loads[i].link, .bytes = evaluation->loads.loads[i].bytes * times};
    double fixed_s = evaluation->ramp_s + (phase->in_network ? IN_NETWORK_S : 0);
    double trips = evaluation->call->kind == COLLECTIVE_ALL_TO_ALL ? ALL_TO_ALL_TRIPS : 1;
    return (CollectivePhaseLoads){
        .latency_s = trips * times * evaluation->latency_s + fixed_s, .loads = loads, .load_count = (int)count};
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

static double slowest_load_seconds(const CollectivePhaseLoads *phase, const Network *network) {
    double slowest_s = 0;
    for (int i = 0; i < phase->load_count; i++) {
        const LinkLoad *load = &phase->loads[i];
        slowest_s = fmax(slowest_s, load->bytes / network_link_bytes_per_s(network, load->link));
    }
    return slowest_s;
}

double collective_alone_seconds(const CollectiveLoads *loads, const Network *network) {
    double seconds = 0;
    for (int i = 0; i < loads->phase_count; i++)
        seconds += loads->phases[i].latency_s + slowest_load_seconds(&loads->phases[i], network);
    return seconds;
}
