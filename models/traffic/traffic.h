/*
 * traffic: the communication operations of all jobs, as loads on the resources of the fair share. An operation is one
 * or more collectives that run at the same time in equal groups (the tensor groups of all replicas of a stage, say);
 * all of them are one activity that carries the load of each of them on every link.
 *
 * Links that carry exactly the same operations with the same bytes are one resource when folded: by symmetry they have
 * the same load at every moment. This is how thousands of NICs become one per stage, and leaves that are used alike
 * become one leaf. Unfolded, each link that is used is a resource of its own.
 *
 * Limits: collectives of one operation run in lockstep, as slow as the one on the fullest link. Where hashed flows take
 * unequal paths, the messages of folded replicas wait for each other a little longer than they would (within 1 %,
 * tests/unit/models/test_simulation.c).
 */
#ifndef MODELS_TRAFFIC_TRAFFIC_H
#define MODELS_TRAFFIC_TRAFFIC_H

#include "models/hardware/network.h"
#include "models/traffic/traffic_echo.h"
#include "models/traffic/traffic_gather.h"
#include "sim/engine/arena.h"
#include "sim/engine/fair_share.h"

typedef struct Traffic Traffic;

/* One phase of an operation, ready for a task. */
typedef struct TrafficLeg {
    double latency_s;
    double amount_bytes; /* 0 = nothing to move */
    double alone_s;      /* of both, with all links for itself */
    ShareWay way;        /* as links are now; owned by the traffic's arena */
    LinkKind link;       /* of the link that takes longest alone */
} TrafficLeg;

/* Frees what the arena does not own. */
void traffic_destroy(Traffic *traffic);

typedef enum TrafficDetail {
    TRAFFIC_FOLDED,    /* links that carry the same are one resource */
    TRAFFIC_UNFOLDED,  /* each link that is used is one */
    TRAFFIC_REROUTABLE /* the same, and traffic_reroute can be asked */
} TrafficDetail;

/* `network` is borrowed for the life of the traffic. */
Traffic *traffic_create(Arena *arena, const Network *network, TrafficDetail detail);

const Network *traffic_network(const Traffic *traffic);

/* Adds an operation and returns its number. */
int traffic_add(Traffic *traffic, const TrafficGroups *groups);

/* What folding left out of the shares; for accounts only. */
TrafficEcho *traffic_echo(const Traffic *traffic);

/* Bytes that one run of an operation puts on every link, added to link_bytes[link] `times` times. */
void traffic_add_bytes(const Traffic *traffic, int operation, double times, double *link_bytes);

/* Gives a link a resource of its own even when folded; before traffic_seal. */
void traffic_single_out(Traffic *traffic, LinkId link);

/* Makes the resources; no operation can be added after it. */
void traffic_seal(Traffic *traffic, FairShare *share);

/* Name of the algorithm that an operation runs. */
const char *traffic_algorithm(const Traffic *traffic, int operation);

/*
 * Moves the ways of all legs around the dead links ([link], NULL = none), where the fabric has other ways, and whatever
 * is on them. `key` names the set of dead links: a set seen before costs nothing.
 */
void traffic_reroute(Traffic *traffic, FairShare *share, const bool *dead, uint64_t key);

int traffic_leg_count(const Traffic *traffic, int operation);
const TrafficLeg *traffic_leg(const Traffic *traffic, int operation, int leg);

/* Seconds of one run of an operation with all links for itself, after traffic_seal. */
double traffic_alone_seconds(const Traffic *traffic, int operation);

/* Resources of all links, by link; makes those that are missing. Not when folded. */
const ResourceId *traffic_all_links(Traffic *traffic, FairShare *share);

/* The resource that stands for a link, false when no operation uses the link. */
bool traffic_resource(const Traffic *traffic, LinkId link, ResourceId *resource);

#endif
