#include "sim/engine/indexed_heap.h"

#include <stdbool.h>
#include <stdlib.h>

#include "sim/engine/array.h"

void indexed_heap_free(IndexedHeap *heap) {
    free(heap->entries);
    *heap = (IndexedHeap){0};
}

/* Four children stand side by side and fill one cache line. */
enum { CHILDREN = 4 };

/* Most heaps are small, and there can be a million. */
enum { FEW_ENTRIES = 4 };

/* Without a branch that would be guessed wrong half of the time. */
static inline bool entry_before(HeapEntry a, HeapEntry b) {
    return (a.key < b.key) | ((a.key == b.key) & (a.id < b.id));
}

static void heap_rise(IndexedHeap *heap, uint32_t *place, uint32_t at, HeapEntry moving) {
    while (at > 0 && entry_before(moving, heap->entries[(at - 1) / CHILDREN])) {
        uint32_t parent = (at - 1) / CHILDREN;
        heap->entries[at] = heap->entries[parent];
        place[heap->entries[at].id] = at;
        at = parent;
    }
    heap->entries[at] = moving;
    place[moving.id] = at;
}

static void heap_sink(IndexedHeap *heap, uint32_t *place, uint32_t at, HeapEntry moving) {
    HeapEntry *entries = heap->entries;
    for (;;) {
        uint32_t child = CHILDREN * at + 1, end = child + CHILDREN;
        if (child >= heap->count)
            break;
        end = end < heap->count ? end : heap->count;
        uint32_t first = child;
        for (child++; child < end; child++)
            first = entry_before(entries[child], entries[first]) ? child : first;
        if (!entry_before(entries[first], moving))
            break;
        entries[at] = entries[first];
        place[entries[at].id] = at;
        at = first;
    }
    entries[at] = moving;
    place[moving.id] = at;
}

static void heap_settle(IndexedHeap *heap, uint32_t *place, uint32_t at, HeapEntry moving) {
    if (at > 0 && entry_before(moving, heap->entries[(at - 1) / CHILDREN]))
        heap_rise(heap, place, at, moving);
    else
        heap_sink(heap, place, at, moving);
}

int64_t indexed_heap_second_key(const IndexedHeap *heap) {
    int64_t second = INT64_MAX;
    for (uint32_t at = 1; at < heap->count && at <= CHILDREN; at++)
        second = heap->entries[at].key < second ? heap->entries[at].key : second;
    return second;
}

void indexed_heap_set(IndexedHeap *heap, uint32_t *place, uint32_t id, int64_t key) {
    const HeapEntry moving = {key, id};
    if (place[id] != HEAP_ABSENT) {
        if (heap->entries[place[id]].key != key)
            heap_settle(heap, place, place[id], moving);
        return;
    }
    size_t capacity = heap->capacity;
    heap->entries =
        array_grow_from(heap->entries, &capacity, (size_t)heap->count + 1, sizeof *heap->entries, FEW_ENTRIES);
    heap->capacity = (uint32_t)capacity;
    heap_rise(heap, place, heap->count++, moving);
}

void indexed_heap_remove(IndexedHeap *heap, uint32_t *place, uint32_t id) {
    uint32_t at = place[id];
    place[id] = HEAP_ABSENT;
    const HeapEntry last = heap->entries[--heap->count];
    if (at < heap->count)
        heap_settle(heap, place, at, last);
}
