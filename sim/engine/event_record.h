/*
 * event_record: what the queue moves about for a pending event: its key and where the rest of it is. Also the order of
 * keys, and a sort that takes time linear in an already sorted sequence and allocates nothing.
 */
#ifndef SIM_ENGINE_EVENT_RECORD_H
#define SIM_ENGINE_EVENT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/engine/event.h"

/*
 * `order` is the priority + 32768 in the upper 16 bits and the number of the insertion, from 1, below. No two records
 * share one. 2^48 insertions are 325 days at ten million a second; running out is a CHECK.
 */
typedef struct EventRecord {
    SimTime time;
    uint64_t order;
    uint32_t slot; /* in the table of event_slots.h */
} EventRecord;

enum { EVENT_ORDER_BITS = 48, EVENT_PRIORITY_SHIFT = 32768 };

static inline int event_order_priority(uint64_t order) {
    return (int)(order >> EVENT_ORDER_BITS) - EVENT_PRIORITY_SHIFT;
}

static inline bool event_record_before(const EventRecord *one, const EventRecord *other) {
    return one->time != other->time ? one->time < other->time : one->order < other->order;
}

/* Sorts `records`; `scratch` has room for as many. */
void event_record_sort(EventRecord *records, size_t count, EventRecord *scratch);

#endif
