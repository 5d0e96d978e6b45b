/*
 * event_bottom: the end of the ladder from which events are taken. A sorted run is consumed from its head. A record
 * that belongs near the end of the run is inserted there; one that belongs further in goes to a heap beside it, so that
 * no insertion costs more than a few moves or a logarithm.
 */
#ifndef SIM_ENGINE_EVENT_BOTTOM_H
#define SIM_ENGINE_EVENT_BOTTOM_H

#include "sim/engine/event_heap.h"

typedef struct EventBottom {
    EventRecord *run; /* ascending in [head, tail) */
    size_t capacity;
    size_t head;
    size_t tail;
    EventHeap late;
    size_t filled_count; /* records in the run when it was last filled */
    SimTime latest;      /* no record is later than this */
    EventRecord *scratch;
    size_t scratch_capacity;
} EventBottom;

void event_bottom_destroy(EventBottom *bottom);

/* Adds one record, given by its parts, in its place. */
void event_bottom_add(EventBottom *bottom, SimTime time, uint64_t order, uint32_t slot);

/* Filling an empty bottom: begin with room for `count`, write up to as many at run[tail++] in any order, finish. */
void event_bottom_begin_fill(EventBottom *bottom, size_t count);
void event_bottom_finish_fill(EventBottom *bottom);

/* True when so many records came late that spreading all of them over a new rung pays. */
bool event_bottom_is_overfull(const EventBottom *bottom);

/* Forgets all records. */
void event_bottom_clear(EventBottom *bottom);

/* The first record, NULL when there is none. */
static inline const EventRecord *event_bottom_first(const EventBottom *bottom) {
    const EventRecord *run = bottom->head < bottom->tail ? &bottom->run[bottom->head] : NULL;
    if (bottom->late.count == 0) {
        return run;
    }
    return run != NULL && event_record_before(run, bottom->late.records) ? run : bottom->late.records;
}

/* Removes what event_bottom_first() answered. */
static inline void event_bottom_drop_first(EventBottom *bottom, const EventRecord *first) {
    if (bottom->late.count > 0 && first == bottom->late.records) {
        event_heap_drop_first(&bottom->late);
    } else {
        bottom->head++;
    }
}

#endif
