/*
 * link_use: what every link of the cluster carried in a run, from the fair share after its end. Where links were folded
 * into one resource each of them is given the load of that resource, which by symmetry is its own; what folding left
 * out is added (traffic_echo). Bytes are those of messages, not of protocols; a mean over the run says nothing of
 * bursts.
 */
#ifndef MODELS_ACCOUNT_LINK_USE_H
#define MODELS_ACCOUNT_LINK_USE_H

#include "models/results.h"
#include "models/traffic/traffic.h"

/* In clusters of more links than this, ports and NICs of a node are one row for each direction. */
enum { LINK_USE_SINGLE_MAX = 20000 };

typedef struct LinkUseQuery {
    const Network *network;
    const Traffic *traffic; /* of all jobs */
    const FairShare *share;
    SimTime span; /* > 0; length of the run */
} LinkUseQuery;

/* Fills in a row for every link and returns the number of rows. */
int link_use_fill(const LinkUseQuery *query, Arena *arena, const LinkUse **uses);

#endif
