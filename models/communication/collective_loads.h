/*
 * collective_loads: what a collective puts on the links of a network, and how long it takes alone. Pure functions; when
 * others use the links too, the fair_share decides, with these loads. The folded counterpart of collective_flows.h.
 *
 * A phase costs latency_s and then, at full rate, bytes / bandwidth of its most loaded link (the alpha-beta model):
 *   latency_s = the fixed part of the phase, with NCCL's protocols (collective_latency.h)
 *             + one step: the longest latency of a send
 *               equal steps in rings: what the chain of steps takes beyond the bytes (collective_chain.h); latencies
 *               hide behind a link that is slower than the others, a NIC between nodes
 *               a pipeline: the longest way of a first byte through its steps
 * The steps of a pipelined phase use their links at the same time, so its bytes are those of all steps. What goes
 * between nodes is node_exchange.h's. Constants, method and residuals: the catalogue entries,
 * tests/validation/test_comm.c and `chokepoint calibrate`.
 *
 * Limits: the sums are free (in the kernel's bandwidth); phases do not overlap; how much latency hides is that of the
 * call alone.
 */
#ifndef MODELS_COMMUNICATION_COLLECTIVE_LOADS_H
#define MODELS_COMMUNICATION_COLLECTIVE_LOADS_H

#include "models/communication/collective.h"
#include "models/communication/load_list.h"
#include "models/hardware/network.h"
#include "sim/engine/arena.h"

typedef struct CollectivePhaseLoads {
    double latency_s;      /* before the bytes, idle_s included */
    double idle_s;         /* >= 0; that no link is full while it has bytes: CollectivePhase.line_fraction */
    const LinkLoad *loads; /* over all steps; ascending by link, each link once */
    int load_count;
} CollectivePhaseLoads;

typedef struct CollectiveLoads {
    const CollectivePhaseLoads *phases;
    int phase_count; /* 0 for one rank */
} CollectiveLoads;

/* Loads of every phase, in the arena, as is the work for them; O(sends log ranks). The algorithm must be able to run
 * the call. */
void collective_loads(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network,
                      Arena *arena, CollectiveLoads *loads);

/* Time of one call by its algorithm, with all links for itself. */
double collective_seconds(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network);

/* Time with all links for itself: the sum over the phases of latency and slowest link. */
double collective_alone_seconds(const CollectiveLoads *loads, const Network *network);

#endif
