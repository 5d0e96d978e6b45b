/*
 * event_queue: the pending events of one simulation, in the order (time, priority, insertion).
 *
 * A ladder queue (Tang, Goh, Thng, ACM TOMACS 2005): events far away lie unsorted, are spread into buckets when their
 * time comes near, and only the next bucket is ever sorted; a small queue is just the sorted bottom. Push and pop are
 * O(1) amortised, also for many equal times. Nothing is allocated per event once the queue has reached its largest
 * size.
 */
#ifndef SIM_ENGINE_EVENT_QUEUE_H
#define SIM_ENGINE_EVENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine/event.h"

typedef struct EventQueue EventQueue;

EventQueue *event_queue_create(void);
void event_queue_destroy(EventQueue *queue);

/* Smaller priority fires first among equal times; -32768 .. 32767. Equal (time, priority) fire in the order of
 * insertion. */
EventHandle event_queue_push(EventQueue *queue, SimTime time, int priority, Event event);

/* Takes the first event; false when none is left. */
bool event_queue_pop(EventQueue *queue, SimTime *time, int *priority, Event *event);

/* The same, but only if its time is at most `until`. */
bool event_queue_pop_until(EventQueue *queue, SimTime until, SimTime *time, int *priority, Event *event);

/* Time of the first event, SIM_TIME_MAX when none is left. */
SimTime event_queue_next_time(EventQueue *queue);

/* False when the handle is stale. */
bool event_queue_cancel(EventQueue *queue, EventHandle handle);

/* Moves an event to another time; it counts as inserted now. The handle stays valid. False when the handle is stale. */
bool event_queue_reschedule(EventQueue *queue, EventHandle handle, SimTime time);

bool event_queue_is_pending(const EventQueue *queue, EventHandle handle);
size_t event_queue_count(const EventQueue *queue);

#endif
