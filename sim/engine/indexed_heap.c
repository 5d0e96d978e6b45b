#include "sim/engine/indexed_heap.h"

#include <stdbool.h>
#include <stdlib.h>

#include "sim/engine/array.h"

void indexed_heap_free(IndexedHeap *heap) {
    free(heap->entries);
    *heap = (IndexedHeap){0};
}

static bool entry_before(HeapEntry a, HeapEntry b) {
    return a.key < b.key || (a.key == b.key && a.id < b.id);
}

static void heap_rise(IndexedHeap *heap, uint32_t *place, uint32_t at, HeapEntry moving) {
    while (at > 0 && entry_before(moving, heap->entries[(at - 1) / 2])) {
        heap->entries[at] = heap->entries[(at - 1) / 2];
        place[heap->entries[at].id] = at;
        at = (at - 1) / 2;
    }
    heap->entries[at] = moving;
    place[moving.id] = at;
}

static void heap_sink(IndexedHeap *heap, uint32_t *place, uint32_t at, HeapEntry moving) {
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && entry_before(heap->entries[child + 1], heap->entries[child]))
            child++;
        if (!entry_before(heap->entries[child], moving))
            break;
        heap->entries[at] = heap->entries[child];
        place[heap->entries[at].id] = at;
        at = child;
    }
    heap->entries[at] = moving;
    place[moving.id] = at;
}

static void heap_settle(IndexedHeap *heap, uint32_t *place, uint32_t at, HeapEntry moving) {
    if (at > 0 && entry_before(moving, heap->entries[(at - 1) / 2]))
        heap_rise(heap, place, at, moving);
    else
        heap_sink(heap, place, at, moving);
}

void indexed_heap_set(IndexedHeap *heap, uint32_t *place, uint32_t id, int64_t key) {
    const HeapEntry moving = {key, id};
    if (place[id] != HEAP_ABSENT) {
        if (heap->entries[place[id]].key != key)
            heap_settle(heap, place, place[id], moving);
        return;
    }
    size_t capacity = heap->capacity;
    heap->entries = array_grow(heap->entries, &capacity, (size_t)heap->count + 1, sizeof *heap->entries);
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
