/*
 * indexed_heap: a heap of ids, each with a key that may change. Smallest key first, equal keys by id, so that
 * the order is the same on every machine. Where an id stands is kept outside, in an array of the caller, so that
 * several heaps that never hold the same id can share one.
 */
#ifndef SIM_ENGINE_INDEXED_HEAP_H
#define SIM_ENGINE_INDEXED_HEAP_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HEAP_ABSENT UINT32_MAX /* in `place`: not in a heap */

typedef struct HeapEntry {
    int64_t key;
    uint32_t id;
} HeapEntry;

/* All zeros is an empty heap. */
typedef struct IndexedHeap {
    HeapEntry *entries; /* the first is the smallest */
    uint32_t count;
    uint32_t capacity;
} IndexedHeap;

void indexed_heap_free(IndexedHeap *heap);

/* Puts the id in, or moves it, if place[id] says that it is in this heap. */
void indexed_heap_set(IndexedHeap *heap, uint32_t *place, uint32_t id, int64_t key);

/* The id must be in this heap. */
void indexed_heap_remove(IndexedHeap *heap, uint32_t *place, uint32_t id);

/* The smallest key but for the first entry's, INT64_MAX when there is none. */
int64_t indexed_heap_second_key(const IndexedHeap *heap);

/* A double >= 0 as a key of the same order, and back: doubles of one sign are ordered as the integers of their bits. */
static inline int64_t heap_key_of(double value) {
    int64_t key;
    memcpy(&key, &value, sizeof key);
    return key;
}

static inline double heap_key_value(int64_t key) {
    double value;
    memcpy(&value, &key, sizeof value);
    return value;
}

#endif
