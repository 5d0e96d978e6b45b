#include "sim/engine/event_slots.h"

#include <stdlib.h>

#include "sim/engine/array.h"
#include "sim/engine/check.h"

void event_slots_destroy(EventSlots *slots) {
    free(slots->items);
    *slots = (EventSlots){0};
}

void event_slots_add(EventSlots *slots) {
    CHECK(slots->count < UINT32_MAX - 1);
    slots->items = array_grow(slots->items, &slots->capacity, slots->count + 1, sizeof(EventSlot));
    slots->items[slots->count] = (EventSlot){.generation = 1, .next_free = slots->first_free};
    slots->count++;
    slots->first_free = (uint32_t)slots->count;
}
