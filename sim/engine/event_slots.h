/*
 * event_slots: the table of pending events. A slot holds what an event does and the order of the one record that stands
 * for it; a record with any other order is dead (its event was cancelled or moved). Handles are checked against the
 * slot's generation. Slots are reused, the last freed first; a slot whose generations are used up is never given out
 * again.
 */
#ifndef SIM_ENGINE_EVENT_SLOTS_H
#define SIM_ENGINE_EVENT_SLOTS_H

#include "sim/engine/event_record.h"

typedef struct EventSlot {
    Event event;
    uint64_t order;      /* of the live record; 0 = free */
    uint32_t generation; /* of the next or present handle, 1.. */
    uint32_t next_free;  /* slot + 1; 0 = end of the list */
} EventSlot;

typedef struct EventSlots {
    EventSlot *items;
    size_t capacity;
    size_t count;        /* slots ever used */
    size_t live_count;   /* slots in use */
    uint32_t first_free; /* slot + 1; 0 = none */
} EventSlots;

void event_slots_destroy(EventSlots *slots);

/* Makes one more slot and puts it on the list of the free. */
void event_slots_add(EventSlots *slots);

static inline EventHandle event_slots_take(EventSlots *slots, Event event, uint64_t order) {
    if (slots->first_free == 0) {
        event_slots_add(slots);
    }
    uint32_t index = slots->first_free - 1;
    EventSlot *slot = &slots->items[index];
    slots->first_free = slot->next_free;
    slots->live_count++;
    slot->event = event;
    slot->order = order;
    return (EventHandle){index, slot->generation};
}

static inline void event_slots_free(EventSlots *slots, uint32_t index) {
    EventSlot *slot = &slots->items[index];
    slot->order = 0;
    slots->live_count--;
    if (++slot->generation != 0) {
        slot->next_free = slots->first_free;
        slots->first_free = index + 1;
    }
}

static inline bool event_slots_is_live(const EventSlots *slots, const EventRecord *record) {
    return slots->items[record->slot].order == record->order;
}

/* NULL when the handle is stale. */
static inline EventSlot *event_slots_find(const EventSlots *slots, EventHandle handle) {
    if (handle.generation == 0 || handle.slot >= slots->count) {
        return NULL;
    }
    EventSlot *slot = &slots->items[handle.slot];
    return slot->generation == handle.generation && slot->order != 0 ? slot : NULL;
}

#endif
