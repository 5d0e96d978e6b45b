/*
 * share_ends: the completions of a share_graph's activities, as events. In a lane all move together, so of all lanes
 * only the next completion is an event; an activity that goes alone has an event of its own, for hardly anything moves
 * it. It is a part of fair_share and adds nothing to share_progress but the clock: the terms are that header's.
 */
#ifndef SIM_ENGINE_SHARE_ENDS_H
#define SIM_ENGINE_SHARE_ENDS_H

#include "sim/engine/engine.h"
#include "sim/engine/share_progress.h"

/* An activity has nothing left; called in its event. */
typedef void ShareDone(void *subject, uint32_t slot);

/* Event of an activity that goes alone, by slot. */
typedef struct ShareAlone {
    EventHandle event;
    SimTime time; /* SIM_TIME_MAX = none pending */
} ShareAlone;

typedef struct ShareEnds {
    Engine *engine; /* borrowed */
    ShareDone *done;
    void *subject;
    ShareProgress progress;
    ShareAlone *alone;
    size_t alone_count;
    size_t alone_capacity;
    EventHandle next_event; /* of the lanes */
    SimTime next_time;      /* SIM_TIME_MAX = none pending */
    uint32_t next_slot;
} ShareEnds;

ShareEnds share_ends_create(Engine *engine, ShareDone *done, void *subject);
void share_ends_free(ShareEnds *ends);

void share_ends_add_resource(ShareEnds *ends);

/* As share_progress's, from now on. After a change of lanes or levels, and a start with nothing to do,
 * share_ends_schedule must follow before the next event. */
void share_ends_begin(ShareEnds *ends, uint32_t slot, double amount);
void share_ends_join(ShareEnds *ends, uint32_t slot, uint32_t resource);
void share_ends_go_alone(ShareEnds *ends, uint32_t slot, double rate_per_s);
void share_ends_set_level(ShareEnds *ends, uint32_t resource, double level_per_s);
void share_ends_end(ShareEnds *ends, uint32_t slot);

bool share_ends_is_alone(const ShareEnds *ends, uint32_t slot);
double share_ends_left(const ShareEnds *ends, uint32_t slot);

/* Makes the next completion of the lanes the event that it is now. */
void share_ends_schedule(ShareEnds *ends);

#endif
