/*
 * event_ladder: the order of the records. Far records lie unsorted in the top; when everything before them is gone they
 * are spread over a rung, a full bag of a rung over a rung below, and a small bag is sorted into the bottom, from which
 * records are taken. Records whose event was cancelled or moved stay until they come up, or until they are more than
 * half of all.
 */
#ifndef SIM_ENGINE_EVENT_LADDER_H
#define SIM_ENGINE_EVENT_LADDER_H

#include "sim/engine/event_bottom.h"
#include "sim/engine/event_rung.h"
#include "sim/engine/event_slots.h"

/* With no rung left, records go to the bottom: correct, at the cost of a heap. */
enum { EVENT_LADDER_RUNGS = 24 };

typedef struct EventLadder {
    EventBottom bottom;
    EventStock stock;
    EventBag top;
    SimTime top_start; /* later records than this are for the top; -1 = all */
    SimTime top_last;  /* time of the last record in the top, when there is one */
    int rung_count;    /* rungs[rung_count - 1] is the next in time */
    EventRung rungs[EVENT_LADDER_RUNGS];
    size_t record_count; /* dead ones included */
} EventLadder;

void event_ladder_init(EventLadder *ladder);
void event_ladder_destroy(EventLadder *ladder);

/* The parts of a record come in registers: through memory they would stall the next step. */
void event_ladder_add(EventLadder *ladder, SimTime time, uint64_t order, uint32_t slot);

/* Brings the next records, without the dead, to the bottom, which is empty; false when there are none. */
bool event_ladder_refill(EventLadder *ladder, const EventSlots *slots);

/* Drops the dead records everywhere. */
void event_ladder_purge(EventLadder *ladder, const EventSlots *slots);

#endif
