/*
 * event_bag: heaps of records that wait unsorted. A bag is a chain of chunks from a shared stock and keeps its records
 * in the order in which they were added; adding one touches the bag and the place of the record, nothing else. An
 * emptied bag gives its chunks back.
 */
#ifndef SIM_ENGINE_EVENT_BAG_H
#define SIM_ENGINE_EVENT_BAG_H

#include "sim/engine/event_record.h"

enum { EVENT_CHUNK_RECORDS = 16 };

typedef struct EventChunk {
    EventRecord records[EVENT_CHUNK_RECORDS];
    uint32_t next; /* chunk behind this one; for a free chunk the next free + 1, 0 = end */
} EventChunk;

typedef struct EventStock {
    EventChunk *chunks;
    size_t capacity;
    size_t count;        /* chunks ever used */
    uint32_t first_free; /* chunk + 1; 0 = none */
} EventStock;

/* All zero is an empty bag. */
typedef struct EventBag {
    size_t count; /* records */
    uint32_t first;
    uint32_t last;
} EventBag;

void event_stock_destroy(EventStock *stock);

/* Puts an empty chunk at the end of the bag. */
void event_bag_extend(EventBag *bag, EventStock *stock);

static inline void event_bag_add(EventBag *bag, EventStock *stock, EventRecord record) {
    size_t place = bag->count % EVENT_CHUNK_RECORDS;
    if (place == 0) {
        event_bag_extend(bag, stock);
    }
    stock->chunks[bag->last].records[place] = record;
    bag->count++;
}

/* How many records the first chunk of the bag holds; they are at event_bag_front(). 0 when the bag is empty. */
static inline size_t event_bag_front_count(const EventBag *bag) {
    return bag->count < EVENT_CHUNK_RECORDS ? bag->count : EVENT_CHUNK_RECORDS;
}

static inline const EventRecord *event_bag_front(const EventBag *bag, const EventStock *stock) {
    return stock->chunks[bag->first].records;
}

/* Takes the first chunk out of the bag, which is not empty, and gives it back to the stock. */
static inline void event_bag_drop_front(EventBag *bag, EventStock *stock) {
    uint32_t index = bag->first;
    EventChunk *chunk = &stock->chunks[index];
    bag->first = chunk->next;
    bag->count -= event_bag_front_count(bag);
    chunk->next = stock->first_free;
    stock->first_free = index + 1;
}

#endif
