/*
 * link_fold: which links are one resource. Links of one kind and capacity that carry exactly the same loads, leg by
 * leg, in whole bytes, have the same load at every moment by symmetry; a signature of what a link carries finds them.
 */
#ifndef MODELS_COMMUNICATION_LINK_FOLD_H
#define MODELS_COMMUNICATION_LINK_FOLD_H

#include "models/hardware/network.h"
#include "sim/engine/arena.h"
#include "sim/engine/fair_share.h"

#define LINK_FOLD_NONE UINT32_MAX /* as a resource: of a link that nobody uses */

typedef struct LinkFold {
    Arena *arena;
    const Network *network;
    uint64_t *signatures; /* [link]; 0 = unused */
    bool *single;         /* [link]: has a resource of its own */
    uint64_t leg;         /* number of the leg whose loads come */
    uint64_t leg_hash;
} LinkFold;

LinkFold link_fold_create(Arena *arena, const Network *network);

/* Begins the loads of the next leg. */
void link_fold_next_leg(LinkFold *fold);

/* What the leg puts on a link; bytes >= 0. */
void link_fold_add(LinkFold *fold, LinkId link, double bytes);

/* Makes the resources; fills [link] with them. All links are single when not `folded`. */
void link_fold_resources(LinkFold *fold, bool folded, FairShare *share, ResourceId *link_resource);

#endif
