/*
 * collective_tuner: how long NCCL expects an all_reduce, a broadcast or a reduce over several nodes to take, by which
 * it chooses before anything runs. It is what the tuner believes, not what a call takes (collective_loads.h). For each
 * algorithm it is the least of its protocols, LL, LL128 and Simple, of latency + bytes / bandwidth with the latencies
 * that it has for a step inside a node and one between nodes (2 (n - 1) steps of a ring, a chain and log2 of the nodes
 * up and down for a tree), and the lines of the NICs: it knows 24 GB/s of 200 Gbit/s, not what a network reaches. A
 * ring gets all of them, a tree 0.92 or what its channels carry, on two nodes of twice the lines. A channel is a NIC;
 * one of more than 200 Gbit/s has two. So the larger a call, the more GPUs it takes until a tree is expected to be
 * faster: on 4 NICs of 100 Gbit/s and 8 A100, 1 GiB goes by a ring on 32 nodes and by a tree on 64.
 *
 * A chain of n ranks (broadcast, reduce) has n steps of one price, wherever they are. A ring enters and leaves a node
 * by one NIC. Where no two ranks of the call are next to one (data-parallel groups beside tensor groups of 2 on 4
 * NICs), it leaves through the GPU that is (PXN), with which LL128 is trusted on Hopper only. GPUs are taken as next to
 * a NIC in pairs, behind one PCIe switch as in a DGX A100.
 *
 * Source: src/graph/tuning.cc of NCCL 2.12 to 2.27 (ncclTopoTuneModel, ncclTopoGetAlgoTime and its tables); one NIC:
 * crossNic of src/graph/search.cc, ROCm/rocm-systems pull request 11573. Nodes whose switch reduces count as Hopper,
 * others as Ampere. Limits: LL's bandwidth is Intel's; a tuner of a plugin (AWS's for EFA) chooses otherwise; before
 * 2.12 a tree was trusted with 55 GB/s on two nodes whatever the NICs.
 */
#ifndef MODELS_COMMUNICATION_COLLECTIVE_TUNER_H
#define MODELS_COMMUNICATION_COLLECTIVE_TUNER_H

#include "models/communication/collective.h"
#include "models/hardware/network.h"

/* Whether the latencies are needed: an all_reduce over more than two nodes. Over two, small calls are faster than they
 * say, whatever the algorithm. */
bool collective_tuner_knows(const CollectiveCall *call);

/* Seconds that it expects of an all_reduce over several nodes; INFINITY for an algorithm that NCCL does not have. */
double collective_tuner_s(const CollectiveCall *call, const CollectiveAlgorithm *algorithm, const Network *network);

/* The same without latencies, of a call that is large. */
double collective_tuner_bytes_s(const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                                const Network *network);

typedef enum CollectiveProtocol {
    PROTOCOL_LL,     /* a flag beside every 4 bytes */
    PROTOCOL_LL128,  /* one beside every 120 bytes */
    PROTOCOL_SIMPLE, /* whole steps of a buffer */
    PROTOCOL_COUNT
} CollectiveProtocol;

/* How a broadcast or reduce over several nodes goes. */
typedef struct ChainChoice {
    CollectiveProtocol protocol;
    double nics;     /* of a node that it uses, >= 1 */
    double channels; /* >= 1; NCCL runs two for each that it found */
} ChainChoice;

ChainChoice collective_tuner_chain(const CollectiveCall *call, const Network *network);

#endif
