#include "sim/engine/event_rung.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/array.h"

/* Measured with tests/bench/bench_event_queue.c. */
enum { FEWEST_BAGS = 16, MOST_BAGS = 4096, RECORDS_PER_BAG = 6 };

void event_rung_destroy(EventRung *rung) {
    free(rung->bags);
    *rung = (EventRung){0};
}

static void make_room(EventRung *rung, size_t bag_count) {
    size_t before = rung->capacity;
    rung->bags = array_grow(rung->bags, &rung->capacity, bag_count, sizeof(EventBag));
    memset(&rung->bags[before], 0, (rung->capacity - before) * sizeof(EventBag));
}

/*
 * How many bags the spread asks for. Even records lie twice their mean from the first to the last; the longer the tail,
 * the more of them lie near the first, where they are about to be needed, so the width of a bag follows the mean and
 * not the last.
 */
static uint64_t wanted_bags(const EventSpread *spread, uint64_t span) {
    double bags = (double)span * (double)spread->count / (2.0 * RECORDS_PER_BAG * spread->mean_ns + 1.0);
    if (bags > MOST_BAGS) {
        return MOST_BAGS;
    }
    return bags < FEWEST_BAGS ? FEWEST_BAGS : (uint64_t)bags;
}

void event_rung_begin(EventRung *rung, const EventSpread *spread) {
    uint64_t span = (uint64_t)(spread->last - spread->first);
    uint64_t wanted = wanted_bags(spread, span);
    int shift = 0;
    while (span >> shift >= wanted) {
        shift++;
    }
    make_room(rung, wanted);
    rung->start = spread->first;
    rung->open_time = spread->first;
    rung->shift = shift;
    rung->next = 0;
    rung->bag_count = (uint32_t)(span >> shift) + 1;
}

EventBag event_rung_open(EventRung *rung, bool *exhausted) {
    uint32_t index = rung->next;
    while (rung->bags[index].count == 0 && index + 1 < rung->bag_count) {
        index++;
    }
    EventBag bag = rung->bags[index];
    rung->bags[index].count = 0;
    rung->next = index + 1;
    *exhausted = rung->next == rung->bag_count;
    rung->open_time = rung->start + (*exhausted ? 0 : (SimTime)((uint64_t)rung->next << rung->shift));
    return bag;
}
