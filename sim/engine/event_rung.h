/*
 * event_rung: one step of the ladder, a row of bags for equal stretches of time. Bags are opened from the left; the
 * last one also takes whatever is later than the rung. Stretches are powers of two, so that finding the bag needs no
 * division.
 */
#ifndef SIM_ENGINE_EVENT_RUNG_H
#define SIM_ENGINE_EVENT_RUNG_H

#include "sim/engine/event_bag.h"

/* How records lie in time. */
typedef struct EventSpread {
    SimTime first;
    SimTime last;
    double mean_ns; /* mean distance from the first */
    size_t count;   /* records */
} EventSpread;

typedef struct EventRung {
    SimTime open_time; /* start of the first bag not yet opened: earlier records are not for this rung */
    SimTime start;     /* of bag 0 */
    int shift;         /* a bag covers 2^shift ns */
    uint32_t next;     /* first bag not yet opened, < bag_count */
    uint32_t bag_count;
    EventBag *bags; /* all empty outside [next, bag_count) */
    size_t capacity;
} EventRung;

void event_rung_destroy(EventRung *rung);

/* Sets up an empty rung for records of this spread. */
void event_rung_begin(EventRung *rung, const EventSpread *spread);

/* The next bag that is not empty, moved out; when it was the last, *exhausted is set and the rung takes nothing more.
 */
EventBag event_rung_open(EventRung *rung, bool *exhausted);

/* record.time >= open_time */
static inline void event_rung_add(EventRung *rung, EventStock *stock, EventRecord record) {
    uint64_t bag = (uint64_t)(record.time - rung->start) >> rung->shift;
    uint64_t last = rung->bag_count - 1;
    event_bag_add(&rung->bags[bag < last ? bag : last], stock, record);
}

#endif
