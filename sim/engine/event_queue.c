#include "sim/engine/event_queue.h"

#include <stdlib.h>

#include "sim/engine/check.h"
#include "sim/engine/event_ladder.h"
#include "sim/engine/fatal.h"

/* Below this many dead records a purge is not worth the walk. */
enum { FEWEST_DEAD = 1024 };

#define LARGEST_INSERTION ((UINT64_C(1) << EVENT_ORDER_BITS) - 1)

struct EventQueue {
    uint64_t insertion; /* number of the last */
    EventSlots slots;
    EventLadder ladder;
};

EventQueue *event_queue_create(void) {
    EventQueue *queue = calloc(1, sizeof(EventQueue));
    if (queue == NULL) {
        fatal("out of memory: an event queue");
    }
    event_ladder_init(&queue->ladder);
    return queue;
}

void event_queue_destroy(EventQueue *queue) {
    if (queue == NULL) {
        return;
    }
    event_slots_destroy(&queue->slots);
    event_ladder_destroy(&queue->ladder);
    free(queue);
}

static uint64_t next_order(EventQueue *queue, int priority) {
    CHECK(queue->insertion < LARGEST_INSERTION);
    return (uint64_t)(priority + EVENT_PRIORITY_SHIFT) << EVENT_ORDER_BITS | ++queue->insertion;
}

EventHandle event_queue_push(EventQueue *queue, SimTime time, int priority, Event event) {
    CHECK(time >= 0);
    CHECK(priority >= INT16_MIN && priority <= INT16_MAX);
    uint64_t order = next_order(queue, priority);
    EventHandle handle = event_slots_take(&queue->slots, event, order);
    event_ladder_add(&queue->ladder, time, order, handle.slot);
    return handle;
}

/* The first record whose event is alive, NULL when there is none. */
static inline const EventRecord *find_first(EventQueue *queue) {
    EventBottom *bottom = &queue->ladder.bottom;
    for (;;) {
        const EventRecord *first = event_bottom_first(bottom);
        if (first == NULL) {
            if (!event_ladder_refill(&queue->ladder, &queue->slots)) {
                return NULL;
            }
        } else if (event_slots_is_live(&queue->slots, first)) {
            return first;
        } else {
            event_bottom_drop_first(bottom, first);
            queue->ladder.record_count--;
        }
    }
}

bool event_queue_pop_until(EventQueue *queue, SimTime until, SimTime *time, int *priority, Event *event) {
    const EventRecord *first = find_first(queue);
    if (first == NULL || first->time > until) {
        return false;
    }
    *time = first->time;
    *priority = event_order_priority(first->order);
    *event = queue->slots.items[first->slot].event;
    event_slots_free(&queue->slots, first->slot);
    event_bottom_drop_first(&queue->ladder.bottom, first);
    queue->ladder.record_count--;
    return true;
}

bool event_queue_pop(EventQueue *queue, SimTime *time, int *priority, Event *event) {
    return event_queue_pop_until(queue, SIM_TIME_MAX, time, priority, event);
}

SimTime event_queue_next_time(EventQueue *queue) {
    const EventRecord *first = find_first(queue);
    return first != NULL ? first->time : SIM_TIME_MAX;
}

/* Keeps the dead below half of all records, so that an event moved for ever does not fill the memory. */
static void purge_if_due(EventQueue *queue) {
    size_t live = queue->slots.live_count;
    size_t dead = queue->ladder.record_count - live;
    if (dead > live && dead > FEWEST_DEAD) {
        event_ladder_purge(&queue->ladder, &queue->slots);
    }
}

bool event_queue_cancel(EventQueue *queue, EventHandle handle) {
    if (event_slots_find(&queue->slots, handle) == NULL) {
        return false;
    }
    event_slots_free(&queue->slots, handle.slot);
    purge_if_due(queue);
    return true;
}

bool event_queue_reschedule(EventQueue *queue, EventHandle handle, SimTime time) {
    CHECK(time >= 0);
    EventSlot *slot = event_slots_find(&queue->slots, handle);
    if (slot == NULL) {
        return false;
    }
    slot->order = next_order(queue, event_order_priority(slot->order));
    event_ladder_add(&queue->ladder, time, slot->order, handle.slot);
    purge_if_due(queue);
    return true;
}

bool event_queue_is_pending(const EventQueue *queue, EventHandle handle) {
    return event_slots_find(&queue->slots, handle) != NULL;
}

size_t event_queue_count(const EventQueue *queue) {
    return queue->slots.live_count;
}
