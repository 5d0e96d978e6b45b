/*
 * node_exchange: what the ranks of one node send to those of others in a phase of a collective, and over which NICs it
 * goes. Neighbouring ranks of a node share their NICs evenly: NCCL turns its rings and trees so that each NIC has one.
 * Where the NIC decides the way through the fabric (ECMP over several paths, rails), each of these rings is a flow of
 * its own, from a NIC to the NIC in the same place of the other node.
 */
#ifndef MODELS_COMMUNICATION_NODE_EXCHANGE_H
#define MODELS_COMMUNICATION_NODE_EXCHANGE_H

#include "models/communication/collective.h"
#include "models/communication/load_list.h"

typedef struct NodeExchange NodeExchange;

/* For the ranks of the call, which must stay as long as the exchange; in the arena. */
NodeExchange *node_exchange_create(Arena *arena, const CollectiveCall *call, const Network *network);

/* Bytes from one rank to another of another node; puts on the list what its NICs do not decide. */
void node_exchange_add(NodeExchange *exchange, int rank, const CollectiveSend *send, LoadList *loads,
                       NetworkRoute *route);

/* The route whose latency and ramp a message to a rank of another node has. */
void node_exchange_route(const NodeExchange *exchange, int rank, int to_rank, NetworkRoute *route);

/* Into how many flows such a message is cut, and the links of one of them with its bytes, put on the list. What all
 * messages of a step put there is what node_exchange_add and node_exchange_flush do. */
int node_exchange_flow_count(const NodeExchange *exchange, int rank, int to_rank);
void node_exchange_flow(const NodeExchange *exchange, int rank, const CollectiveSend *send, int flow, LoadList *loads);

/* Puts what was exchanged on the list, over NICs and their ways, and forgets it. */
void node_exchange_flush(NodeExchange *exchange, LoadList *loads);

/* True when both ranks are alone on their nodes: then the route of a message has all its links. */
bool node_exchange_has_nic_each(const NodeExchange *exchange, int rank, int to_rank);

#endif
