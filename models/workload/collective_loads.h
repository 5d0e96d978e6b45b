/*
 * collective_loads: what a collective puts on the links of a network, and how long it takes alone. Pure functions; when
 * others use the links too, the fair_share decides, with these loads.
 *
 * A phase costs latency_s and then, at full rate, bytes / bandwidth of its most loaded link (the alpha-beta model):
 *   latency_s = sum over the steps of the mean over the senders of the latency of their route
 *               (three times that for an all_to_all: NCCL's grouped sends meet their receivers first)
 *             + max over the sends of ramp_s * c / (c + 1 MiB)       c = bytes of one send; not for send_recv
 *             + 35 us for a phase in_network                         the barriers of NVLS
 *             + 5 us once per call                                   launch of the kernel
 * The mean, because chunks pass the links of a ring in turn. The steps of a pipelined phase use their links at the same
 * time, so its bytes are those of all steps. The ramp is what NCCL loses between its low-latency protocols and full
 * pipelines. All are fitted with the constants of LinkSpec to nccl-tests on A100 and H100 (see the catalogue entries;
 * method and residuals in tests/validation/test_comm.c). What goes between nodes is node_exchange.h's.
 *
 * Limits: the sums are free (in the kernel's bandwidth); phases do not overlap; NCCL's choice among protocols is only
 * in the ramp.
 */
#ifndef MODELS_WORKLOAD_COLLECTIVE_LOADS_H
#define MODELS_WORKLOAD_COLLECTIVE_LOADS_H

#include "models/hardware/network.h"
#include "models/workload/collective.h"
#include "models/workload/load_list.h"
#include "sim/engine/arena.h"

typedef struct CollectivePhaseLoads {
    double latency_s;      /* fixed part, before the bytes */
    const LinkLoad *loads; /* over all steps; ascending by link, each link once */
    int load_count;
} CollectivePhaseLoads;

typedef struct CollectiveLoads {
    const CollectivePhaseLoads *phases;
    int phase_count; /* 0 for one rank */
} CollectiveLoads;

/* Loads of every phase, in the arena; O(sends log ranks). The algorithm must be able to run the call. */
void collective_loads(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network,
                      Arena *arena, CollectiveLoads *loads);

/* Time with all links for itself: the sum over the phases of latency and slowest link. */
double collective_alone_seconds(const CollectiveLoads *loads, const Network *network);

#endif
