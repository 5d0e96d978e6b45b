/*
 * collective_message: the way of one send of a collective through a network. Inside a node it is a route of the
 * network; between nodes it is cut over the NICs of the group, as node_exchange.h says; to and from the switch that
 * adds or copies it is half of a way inside the node. It knows no time.
 *
 * What takes more of a link than a ring does is more bytes on it: NVLS on Hopper 1 / 0.85, on the ports of Blackwell
 * 1 / 0.74 (nvlsEfficiency in NCCL's tuning; with ports at 0.82 that makes 488 and 849 GB/s of bus bandwidth on 8 GPUs,
 * where 480 and 847 are measured), an all_to_all of more than two ranks inside a node 1 / 0.92.
 */
#ifndef MODELS_COMMUNICATION_COLLECTIVE_MESSAGE_H
#define MODELS_COMMUNICATION_COLLECTIVE_MESSAGE_H

#include "models/communication/chain_pieces.h"
#include "models/communication/node_exchange.h"

/* A collective on its network; all borrowed. */
typedef struct CollectivePlace {
    const CollectiveCall *call;
    const CollectiveAlgorithm *algorithm;
    const Network *network;
    NodeExchange *exchange;
    ChainPieces pieces;
} CollectivePlace;

CollectivePlace collective_message_place(Arena *arena, const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                                         const Network *network);

/* What a rank sends in a step, as bytes on the wire; returns how many messages. */
int collective_message_sends(const CollectivePlace *place, int phase, int step, int rank, CollectiveSend *sends);

/* From the first byte that a rank has to the first that the receiver has, over the message's route. */
double collective_message_latency_s(const CollectivePlace *place, int rank, const NetworkRoute *route);

/* False when the message stays inside a node. */
bool collective_message_leaves_node(const CollectivePlace *place, int rank, const CollectiveSend *send);

/* Latency, ramp and, for a message inside a node, the links. */
void collective_message_route(const CollectivePlace *place, int rank, const CollectiveSend *send, NetworkRoute *route);

/* Into how many flows it is cut, >= 1, and the links of one of them with its bytes, put on the list. */
int collective_message_flow_count(const CollectivePlace *place, int rank, const CollectiveSend *send);
void collective_message_flow(const CollectivePlace *place, int rank, const CollectiveSend *send, int flow,
                             LoadList *loads);

/* The links of all its flows; `route` is the message's own. */
void collective_message_links(const CollectivePlace *place, int rank, const CollectiveSend *send,
                              const NetworkRoute *route, LoadList *loads);

#endif
