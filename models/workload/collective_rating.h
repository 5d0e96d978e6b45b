/*
 * collective_rating: how long NCCL's tuner expects the bytes of a call to take, by which it chooses ring or tree before
 * anything runs. It knows the line of a NIC (24 GB/s of 200 Gbit/s), not what the network reaches; so the slowest link
 * counts with its line where it is a NIC, and with what it reaches elsewhere.
 *
 * Of an all_reduce over a tree it expects, in bytes of the buffer per second (src/graph/tuning.cc, NCCL 2.12 to 2.27):
 *   at most 0.92 / 2 of what its channels carry: on two nodes of as much as twice the NICs' lines, on more of the lines
 *   at most half of 23.6 GB/s per channel on two nodes, 17.8 on more (perChMaxTreeBws, Ampere)
 * A channel is a NIC; one of more than 25 GB/s has two. So on two nodes 8 NICs of 200 Gbit/s run a ring, 4 or 8 of 100
 * Gbit/s a tree, and on more nodes large sums a ring.
 *
 * Limits: Volta's 18.5 and 10.0 and Hopper's 41.4 and 36.0 GB/s per channel are not kept apart: on the NICs that nodes
 * of these have, they choose alike. Before 2.12 a tree was trusted with 55 GB/s on two nodes whatever the NICs.
 */
#ifndef MODELS_WORKLOAD_COLLECTIVE_RATING_H
#define MODELS_WORKLOAD_COLLECTIVE_RATING_H

#include "models/hardware/network.h"
#include "models/workload/collective.h"
#include "models/workload/collective_loads.h"

/* What it is at least, whatever the loads. */
double collective_rating_least_s(const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                                 const Network *network);

/* Of the loads of the call by that algorithm; without latency. */
double collective_rating_s(const CollectiveCall *call, const CollectiveAlgorithm *algorithm,
                           const CollectiveLoads *loads, const Network *network);

#endif
