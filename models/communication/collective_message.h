/*
 * collective_message: the way of one send of a collective through a network. Inside a node it is a route of the
 * network; between nodes it is cut over the NICs of the group, as node_exchange.h says; to and from the switch that
 * adds or copies it is half of a way inside the node. It knows no time.
 */
#ifndef MODELS_COMMUNICATION_COLLECTIVE_MESSAGE_H
#define MODELS_COMMUNICATION_COLLECTIVE_MESSAGE_H

#include "models/communication/node_exchange.h"

/* A collective on its network; all borrowed. */
typedef struct CollectivePlace {
    const CollectiveCall *call;
    const Network *network;
    NodeExchange *exchange;
} CollectivePlace;

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
