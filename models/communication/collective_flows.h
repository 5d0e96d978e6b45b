/*
 * collective_flows: a collective as explicit flows on an Engine and a FairShare, message by message. The slow and exact
 * counterpart of collective_loads.h, for placements without symmetry, for pictures and as its proof: alone on a
 * symmetric placement both take the same time within 1 % (tests/laws/test_collective_flows.c).
 *
 * A message starts when the chunks it carries have arrived at its sender and the messages of the sender's step before
 * have left; then its flows share the links of its way (collective_message.h) with all others; it arrives its latency
 * after the last of them. A rank begins a phase when all that it got in the phase before has arrived; that costs the
 * fixed part of the phase (collective_latency.h). In a pipelined phase small pieces stream through the steps: a message
 * starts with the first byte of its chunks and ends no sooner than their last.
 *
 * Limits: memory grows with the messages (a ring of n ranks has 2 n^2, about 200 bytes each) and, when there are
 * several steps, with ranks * chunks. A stream is not slowed down by the one that feeds it before both end.
 */
#ifndef MODELS_COMMUNICATION_COLLECTIVE_FLOWS_H
#define MODELS_COMMUNICATION_COLLECTIVE_FLOWS_H

#include "models/communication/collective.h"
#include "models/communication/flow_graph.h"
#include "models/hardware/network.h"
#include "sim/engine/arena.h"

/* A resource for every link of the network, in the order of LinkId; collectives that meet on it use the same ones. */
const ResourceId *collective_flows_add_links(const Network *network, FairShare *share, Arena *arena);

/*
 * The messages of a call as a graph, to be started and destroyed by the caller. The algorithm must be able to run the
 * call; `links` is what collective_flows_add_links returned.
 */
FlowGraph *collective_flows_create(const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                                   const Network *network, const ResourceId *links);

/* Time of the call with all links for itself, by an engine of its own. */
double collective_flows_alone_seconds(const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                                      const Network *network);

#endif
