/*
 * collective_layout: how the ranks of a call lie on nodes and its bytes in chunks, for the algorithms of collectives/
 * and those who check them. Pure functions of the call.
 */
#ifndef MODELS_COMMUNICATION_COLLECTIVE_LAYOUT_H
#define MODELS_COMMUNICATION_COLLECTIVE_LAYOUT_H

#include "models/communication/collective.h"

/* How many of the first ranks are on the node of rank 0; O(answer). */
int collective_ranks_on_first_node(const CollectiveCall *call);

/* True when every node of the call has as many ranks, neighbours in rank order; O(ranks). */
bool collective_fills_nodes(const CollectiveCall *call);

/* Ranks and, behind them, a switch for each block of as many ranks as the first node has. */
int collective_member_count(const CollectiveCall *call);

/* Chunks of a call: see collective.h. At most 46,340 ranks for an all_to_all. */
int collective_chunk_count(const CollectiveCall *call);

#endif
