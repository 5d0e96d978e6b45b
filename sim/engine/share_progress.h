/*
 * share_progress: how far every activity of a share_graph has come, and which is done first. It is a part of fair_share
 * and knows neither why a rate is what it is nor events.
 *
 * All activities that one resource limits go at the same rate, that resource's level; they are a lane. A lane keeps the
 * distance gone since it was empty (virtual time, as in Parekh, Gallager, IEEE/ACM ToN 1993), and each activity the
 * distance at which it is done: however many share a lane, a new level is one multiplication, and an activity is only
 * touched when it changes lanes. Activities at their own cap, or with all they use to themselves, go alone; whoever
 * sends them off keeps their end.
 *
 * Completion times are rounded up to nanoseconds; one that is more than 126 years away never comes.
 */
#ifndef SIM_ENGINE_SHARE_PROGRESS_H
#define SIM_ENGINE_SHARE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine/engine.h"
#include "sim/engine/indexed_heap.h"

typedef struct ShareLane {
    IndexedHeap heap;   /* activities, by the distance at which they are done */
    double level_per_s; /* since `since` */
    double distance;    /* units, at `since` */
    double farthest;    /* units; beyond it all distances are reckoned anew, to lose no digits */
    SimTime since;
} ShareLane;

#define SHARE_ALONE UINT32_MAX /* as a lane: none */

typedef struct ShareRunner {
    double left;       /* units, at `since`; only while alone */
    double rate_per_s; /* only while alone */
    SimTime since;
    uint32_t lane; /* a resource, or SHARE_ALONE */
} ShareRunner;

typedef struct ShareProgress {
    ShareLane *lanes; /* by resource */
    uint32_t *lane_place;
    size_t lane_count;
    size_t lane_capacity[2];
    ShareRunner *runners; /* by slot of the activity */
    uint32_t *runner_place;
    size_t runner_count;
    size_t runner_capacity[2];
    IndexedHeap lane_ends; /* lanes, by the time when their first is done */
    IndexedHeap ready;     /* activities with nothing left, by the time since when */
} ShareProgress;

/* All zeros is empty. */
void share_progress_free(ShareProgress *progress);

/* Makes room for the next resource. */
void share_progress_add_resource(ShareProgress *progress);

/* A new activity, which does not move yet; 0 units are done now. */
void share_progress_begin(ShareProgress *progress, uint32_t slot, double amount, SimTime now);

/* From now on the activity goes in the lane of that resource, or alone at that rate. One that is done now, stays where
 * it is. */
void share_progress_join(ShareProgress *progress, uint32_t slot, uint32_t resource, SimTime now);
void share_progress_go_alone(ShareProgress *progress, uint32_t slot, double rate_per_s, SimTime now);

/* When an activity that goes alone is done; SIM_TIME_MAX = never, or share_progress_next says when. */
SimTime share_progress_alone_end(const ShareProgress *progress, uint32_t slot);

/* How long an amount takes at a rate that never changes; SIM_TIME_MAX = for ever. */
SimTime share_progress_time(double amount, double rate_per_s);

/* A lane's level from now on. */
void share_progress_set_level(ShareProgress *progress, uint32_t resource, double level_per_s, SimTime now);

/* Units left; 0 from the time on when it is done. */
double share_progress_left(const ShareProgress *progress, uint32_t slot, SimTime now);

/* Forgets an activity. */
void share_progress_end(ShareProgress *progress, uint32_t slot);

/* Who is done first, of those in lanes and those with nothing left, and when; false when nobody ever is. */
bool share_progress_next(const ShareProgress *progress, uint32_t *slot, SimTime *time);

#endif
