#include "models/communication/collective_latency.h"

#include <math.h>

/* Fitted to nccl-tests, common to all machines: see the header. */
static const double LAUNCH_S = 5e-6;
static const double PORT_RAMP_BYTES = 524288;
static const double NIC_RAMP_BYTES = 1048576;
static const double IN_NETWORK_S = 35e-6;
static const double ALL_TO_ALL_TRIPS = 3;

double collective_latency_s(CollectiveKind kind, double route_latency_s) {
    return kind == COLLECTIVE_ALL_TO_ALL ? ALL_TO_ALL_TRIPS * route_latency_s : route_latency_s;
}

double collective_ramp_s(CollectiveKind kind, const NetworkRoute *route, double bytes) {
    if (kind == COLLECTIVE_SEND_RECV)
        return 0;
    return route->ramp_s *
           (route->kind == LINK_NVLINK ? log1p(bytes / PORT_RAMP_BYTES) : bytes / (bytes + NIC_RAMP_BYTES));
}

double collective_fixed_s(const CollectivePhase *phase, double ramp_s) {
    return ramp_s * (1 + phase->more_ramps) + (phase->in_network ? IN_NETWORK_S : 0);
}

/* The largest chunk that a rank keeps, beside the links. */
static double own_bytes(const CollectiveCall *call) {
    double most = 0;
    if (call->kind == COLLECTIVE_ALL_GATHER || call->kind == COLLECTIVE_REDUCE_SCATTER)
        return call->bytes / call->ranks;
    if (call->kind != COLLECTIVE_ALL_TO_ALL)
        return 0;
    for (int rank = 0; rank < call->ranks; rank++)
        most = fmax(most, collective_pair_bytes(call, rank, rank));
    return most;
}

double collective_start_s(const CollectiveCall *call, const Network *network) {
    double copy_bytes_per_s = network_copy_bytes_per_s(network, call->rank_gpu, call->ranks);
    return LAUNCH_S + (copy_bytes_per_s > 0 ? own_bytes(call) / copy_bytes_per_s : 0);
}
