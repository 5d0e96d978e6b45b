/*
 * event: what an event is and how it is named, apart from the queue that orders it.
 */
#ifndef SIM_ENGINE_EVENT_H
#define SIM_ENGINE_EVENT_H

#include <stdint.h>

/* Simulated time in nanoseconds since the start of the run, 0 .. SIM_TIME_MAX (292 years). */
typedef int64_t SimTime;
#define SIM_TIME_MAX INT64_MAX

struct Engine;

/* What happens when an event fires. `subject` is whose event it is, `argument` is the caller's (an id; part of the
 * run's hash). */
typedef void EventAction(struct Engine *engine, void *subject, uint64_t argument);

typedef struct Event {
    EventAction *action;
    void *subject; /* borrowed; may be NULL */
    uint64_t argument;
} Event;

/* Names one scheduled event for ever: after it fired or was cancelled, the handle is stale and every call answers
 * false. */
typedef struct EventHandle {
    uint32_t slot;
    uint32_t generation; /* 0 = no event */
} EventHandle;

#endif
