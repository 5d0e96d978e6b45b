/*
 * collective_choice: which algorithm runs a call. "auto" is the cheapest of those that NCCL runs for the kind:
 * halving_doubling and hierarchical, which it does not have, and direct for anything but all_to_all are taken by name
 * only. Over more than two nodes that is what NCCL's tuner expects to be (collective_tuner.h), which need not be the
 * best one. Over two it is what the tuner expects of the bytes, and the latency of the call by the algorithm; inside a
 * node, what takes least.
 *
 * Limit: the price is that of the call without other traffic.
 */
#ifndef MODELS_COMMUNICATION_COLLECTIVE_CHOICE_H
#define MODELS_COMMUNICATION_COLLECTIVE_CHOICE_H

#include "models/communication/collective.h"
#include "models/communication/collective_loads.h"
#include "models/hardware/network.h"

/*
 * The algorithm to use for a name of the menu or "auto". A named one that cannot run the call gives way to ring, or to
 * direct for an all_to_all, which always can. NULL when there is no such name.
 */
const CollectiveAlgorithm *collective_select(const char *name, const CollectiveCall *call, const Network *network);

/* The same. Where the choice needed the loads of the call by it, they are `loads`, in the arena; otherwise these have
 * no phases. */
const CollectiveAlgorithm *collective_select_priced(const char *name, const CollectiveCall *call,
                                                    const Network *network, Arena *arena, CollectiveLoads *loads);

#endif
