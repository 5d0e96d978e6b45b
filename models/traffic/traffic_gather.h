/*
 * traffic_gather: what equal collectives that run at the same time (the tensor groups of all replicas of a stage, say)
 * put on the links together. It chooses their algorithm and adds up collective_loads.h group by group.
 */
#ifndef MODELS_TRAFFIC_TRAFFIC_GATHER_H
#define MODELS_TRAFFIC_TRAFFIC_GATHER_H

#include "models/communication/collective.h"
#include "models/communication/load_list.h"
#include "models/hardware/network.h"
#include "sim/engine/arena.h"

/* Equal collectives that run at the same time. */
typedef struct TrafficGroups {
    CollectiveKind kind;
    double bytes;               /* as in CollectiveCall */
    const char *algorithm;      /* name in collectives/table.h, or "auto" */
    int ranks;                  /* of one group */
    int count;                  /* groups, >= 1 */
    const int *gpus;            /* [count * ranks], group by group */
    const double *pair_weights; /* as in CollectiveCall; lives as long as the traffic */
    bool split; /* an all_reduce that is a reduce_scatter and an all_gather, by what "auto" takes for those */
    int copies; /* >= 1: each group stands for so many, on GPUs beside its own in the same nodes with ports and
                   NICs of their own; only the leaves feel the others */
} TrafficGroups;

/* One phase of the groups. */
typedef struct LegLoads {
    double latency_s;  /* the longest of any group */
    double flow_bytes; /* of one flow: most that one group puts on a port or NIC */
    LinkLoad *loads;   /* each link once, in the order of first use */
    int load_count;
} LegLoads;

/* All phases. */
typedef struct TrafficLoads {
    LegLoads *legs;
    int leg_count;
} TrafficLoads;

typedef struct TrafficGather TrafficGather;

/* `network` is borrowed and read anew by every call: its dead links may change between them. */
TrafficGather *traffic_gather_create(Arena *arena, const Network *network);
void traffic_gather_destroy(TrafficGather *gather);

/* Chooses the algorithm, by its name or for "auto" the cheapest for the first group, the ring where a group cannot run
 * it, and adds up what the groups put on the links, in the arena. */
TrafficLoads traffic_gather_choose(TrafficGather *gather, const TrafficGroups *groups,
                                   const CollectiveAlgorithm **algorithm);

/* Adds it up by an algorithm that has been chosen. */
TrafficLoads traffic_gather_loads(TrafficGather *gather, const TrafficGroups *groups,
                                  const CollectiveAlgorithm *algorithm);

#endif
