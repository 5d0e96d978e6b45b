/*
 * traffic: the communication operations of a job, as loads on the resources of the fair share. An operation is one or
 * more collectives that run at the same time in equal groups (the tensor groups of all replicas of a stage, say); all
 * of them are one activity that carries the load of each of them on every link.
 *
 * Links that carry exactly the same operations with the same bytes are one resource when folded: by symmetry they have
 * the same load at every moment. This is how thousands of NICs become one per stage, and leaves that are used alike
 * become one leaf. Unfolded, each link that is used is a resource of its own.
 */
#ifndef MODELS_WORKLOAD_TRAFFIC_H
#define MODELS_WORKLOAD_TRAFFIC_H

#include "models/hardware/network.h"
#include "models/workload/collective.h"
#include "sim/engine/arena.h"
#include "sim/engine/fair_share.h"

typedef struct Traffic Traffic;

/* One phase of an operation, ready for a task. */
typedef struct TrafficLeg {
    double latency_s;
    double amount_bytes;     /* 0 = nothing to move */
    const ResourceUse *uses; /* owned by the traffic's arena */
    int use_count;
    LinkKind link; /* of the link that takes longest alone */
} TrafficLeg;

/* `network` is borrowed for the life of the traffic. */
Traffic *traffic_create(Arena *arena, const Network *network, bool folded);

/* Opens an operation and returns its number; calls are added to the operation opened last. */
int traffic_open(Traffic *traffic);

/*
 * Adds `copies` >= 1 equal groups to the open operation, by the algorithm of that name or "auto": the one in `call`,
 * and others on the GPUs beside it in the same nodes, each with ports and NICs of its own, which only the leaves feel.
 * The first group decides the phases and their latency; the others must have as many phases (CHECK).
 */
void traffic_add(Traffic *traffic, const CollectiveCall *call, const char *algorithm, int copies);

/* Makes the resources; no operation can be opened after it. */
void traffic_seal(Traffic *traffic, FairShare *share);

int traffic_leg_count(const Traffic *traffic, int operation);
const TrafficLeg *traffic_leg(const Traffic *traffic, int operation, int leg);

/* The resource that stands for a link, false when no operation uses the link. */
bool traffic_resource(const Traffic *traffic, LinkId link, ResourceId *resource);

#endif
