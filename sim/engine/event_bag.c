#include "sim/engine/event_bag.h"

#include <stdlib.h>

#include "sim/engine/array.h"
#include "sim/engine/check.h"

void event_stock_destroy(EventStock *stock) {
    free(stock->chunks);
    *stock = (EventStock){0};
}

static uint32_t take_chunk(EventStock *stock) {
    if (stock->first_free != 0) {
        uint32_t chunk = stock->first_free - 1;
        stock->first_free = stock->chunks[chunk].next;
        return chunk;
    }
    CHECK(stock->count < UINT32_MAX - 1);
    stock->chunks = array_grow(stock->chunks, &stock->capacity, stock->count + 1, sizeof(EventChunk));
    return (uint32_t)stock->count++;
}

void event_bag_extend(EventBag *bag, EventStock *stock) {
    uint32_t chunk = take_chunk(stock);
    if (bag->count == 0) {
        bag->first = chunk;
    } else {
        stock->chunks[bag->last].next = chunk;
    }
    bag->last = chunk;
}
