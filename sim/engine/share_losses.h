/*
 * share_losses: what the activities of a share_graph lose to each other. It is a part of fair_share and knows nothing
 * of events.
 *
 * While an activity goes at rate r and would go at R if it were alone on resources of their first capacities, it loses
 * the part 1 - r / R of the time. What it loses because capacities are lower now is lost to the last owner; the rest is
 * lost on the resource that limits it. There it would go at S = R * capacity / D if only its owner's activities were
 * there, with D the load of them all at R, where that is more than the capacity: the part 1 - r / S of the time is lost
 * to the other owners, by the load that each puts on it, and what is left to its own. So it does not matter whether an
 * owner's traffic is one activity or many. The sums close: served alone, an activity would have ended earlier by just
 * what it lost, if capacities had not changed in between.
 *
 * Limits: an activity that has gone over to another way counts R on that way: what the detour costs is nobody's loss.
 * Costs O(activities that note + users of what limits them) at every change; nothing when nobody notes.
 */
#ifndef SIM_ENGINE_SHARE_LOSSES_H
#define SIM_ENGINE_SHARE_LOSSES_H

#include "sim/engine/engine.h"
#include "sim/engine/share_graph.h"

/* Whose an activity is, by slot. */
typedef struct ShareNote {
    uint32_t owner;
    uint32_t place;     /* in `noting`, plus one; 0 = it does not note */
    double *lost_s;     /* the caller's row of numbers */
    double alone_per_s; /* R */
} ShareNote;

/* All zeros notes nothing. */
typedef struct ShareLosses {
    uint32_t owners; /* 0 = nothing is noted */
    SimTime since;   /* up to here all is noted */
    ShareNote *notes;
    size_t note_count;
    size_t note_capacity;
    uint32_t *noting; /* slots of activities that note */
    size_t noting_count;
    size_t noting_capacity;
    double *first_capacity_per_s; /* by resource */
    size_t resource_capacity;
    double *load_per_s; /* scratch, by owner */
} ShareLosses;

void share_losses_set_owners(ShareLosses *losses, uint32_t owners);
void share_losses_free(ShareLosses *losses);

void share_losses_add_resource(ShareLosses *losses, uint32_t resource, double capacity_per_s);

/* An activity whose uses are in the graph begins, at a time up to which all is noted; `lost_s` may be NULL. */
void share_losses_begin(ShareLosses *losses, const ShareGraph *graph, uint32_t activity, uint32_t owner,
                        double *lost_s);
void share_losses_end(ShareLosses *losses, uint32_t activity);

/* Notes the time up to `now`, at the rates that the graph holds. */
void share_losses_advance(ShareLosses *losses, const ShareGraph *graph, SimTime now);

#endif
