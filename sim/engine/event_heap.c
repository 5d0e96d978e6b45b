#include "sim/engine/event_heap.h"

#include <stdlib.h>

#include "sim/engine/array.h"

void event_heap_destroy(EventHeap *heap) {
    free(heap->records);
    *heap = (EventHeap){0};
}

void event_heap_add(EventHeap *heap, EventRecord record) {
    heap->records = array_grow(heap->records, &heap->capacity, heap->count + 1, sizeof(EventRecord));
    size_t hole = heap->count++;
    while (hole > 0) {
        size_t parent = (hole - 1) / 2;
        if (!event_record_before(&record, &heap->records[parent])) {
            break;
        }
        heap->records[hole] = heap->records[parent];
        hole = parent;
    }
    heap->records[hole] = record;
}

void event_heap_drop_first(EventHeap *heap) {
    EventRecord *records = heap->records;
    EventRecord last = records[--heap->count];
    size_t hole = 0;
    for (size_t child = 1; child < heap->count; child = 2 * hole + 1) {
        if (child + 1 < heap->count && event_record_before(&records[child + 1], &records[child])) {
            child++;
        }
        if (!event_record_before(&records[child], &last)) {
            break;
        }
        records[hole] = records[child];
        hole = child;
    }
    records[hole] = last;
}
