/*
 * event_heap: a binary heap of records, for those that come too late for the sorted part of the queue.
 */
#ifndef SIM_ENGINE_EVENT_HEAP_H
#define SIM_ENGINE_EVENT_HEAP_H

#include "sim/engine/event_record.h"

typedef struct EventHeap {
    EventRecord *records; /* [0] is the first; the children of i are 2 i + 1 and 2 i + 2 */
    size_t capacity;
    size_t count;
} EventHeap;

void event_heap_destroy(EventHeap *heap);
void event_heap_add(EventHeap *heap, EventRecord record);

/* Removes the first; the heap is not empty. */
void event_heap_drop_first(EventHeap *heap);

#endif
