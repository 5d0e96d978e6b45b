/*
 * collective_loads: what a collective puts on the links of a network, and how long it takes alone. Pure functions; when
 * others use the links too, the fair_share decides, with these loads.
 *
 * A phase costs latency_s and then, at full rate, bytes / bandwidth of its most loaded link (the alpha-beta model):
 *   latency_s = steps * mean over the senders of the latency of their route      chunks pass the links of a ring in
 * turn
 *             + max over the sends of ramp_s * c / (c + 1 MiB)                   c = bytes of one send, not for
 * send_recv
 *             + 5 us once per call                                               launch of the kernel
 * The ramp is what NCCL loses between its low-latency protocols and full pipelines; fitted with the constants of
 * LinkSpec to nccl-tests on A100 and H100 (see the catalogue entries; residuals in tests/validation/test_comm.c).
 * What a node sends and receives is spread evenly over the NICs of its ranks: NCCL turns its rings so that each NIC has
 * one. Where the NIC decides the way through the fabric (ECMP over several paths, rails), each of these rings is a flow
 * of its own, from a NIC to the NIC in the same place of the other node.
 *
 * Limits: the sums are free (in the kernel's bandwidth); phases do not overlap; in-network reduction inside an NVSwitch
 * (NVLS on H100) is in no algorithm yet.
 */
#ifndef MODELS_WORKLOAD_COLLECTIVE_LOADS_H
#define MODELS_WORKLOAD_COLLECTIVE_LOADS_H

#include "models/hardware/network.h"
#include "models/workload/collective.h"
#include "sim/engine/arena.h"

typedef struct LinkLoad {
    LinkId link;
    double bytes; /* >= 0; over all steps of the phase */
} LinkLoad;

typedef struct CollectivePhaseLoads {
    double latency_s;      /* fixed part, before the bytes */
    const LinkLoad *loads; /* ascending by link, each link once */
    int load_count;
} CollectivePhaseLoads;

typedef struct CollectiveLoads {
    const CollectivePhaseLoads *phases;
    int phase_count; /* 0 for one rank */
} CollectiveLoads;

/* Loads of every phase, in the arena; O(ranks log ranks). The algorithm must be able to run the call. */
void collective_loads(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network,
                      Arena *arena, CollectiveLoads *loads);

/* Time with all links for itself: the sum over the phases of latency and slowest link. */
double collective_alone_seconds(const CollectiveLoads *loads, const Network *network);

/* Kind of the link that needs longest over all phases; nvlink when nothing is sent. */
LinkKind collective_slowest_kind(const CollectiveLoads *loads, const Network *network);

/*
 * The algorithm to use for a name of the menu or "auto", the cheapest alone. A named one that cannot run the call gives
 * way to ring, which always can. NULL when there is no such name.
 */
const CollectiveAlgorithm *collective_select(const char *name, const CollectiveCall *call, const Network *network);

#endif
