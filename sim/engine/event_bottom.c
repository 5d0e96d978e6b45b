#include "sim/engine/event_bottom.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/array.h"

/* Measured with tests/bench/bench_event_queue.c. */
enum { MOST_MOVES = 48, FEWEST_LATE = 64 };

void event_bottom_destroy(EventBottom *bottom) {
    free(bottom->run);
    free(bottom->scratch);
    event_heap_destroy(&bottom->late);
    *bottom = (EventBottom){0};
}

/* Room for one more at the tail: moves the run back to the front when half of the array is used up, so that this costs
 * O(1) a record. */
static void make_room(EventBottom *bottom) {
    if (bottom->head == bottom->tail) {
        bottom->head = 0;
        bottom->tail = 0;
    } else if (bottom->tail == bottom->capacity && bottom->head >= bottom->capacity / 2) {
        size_t count = bottom->tail - bottom->head;
        memmove(bottom->run, &bottom->run[bottom->head], count * sizeof(EventRecord));
        bottom->head = 0;
        bottom->tail = count;
    }
    bottom->run = array_grow(bottom->run, &bottom->capacity, bottom->tail + 1, sizeof(EventRecord));
}

static inline void insert_in_run(EventBottom *bottom, EventRecord record) {
    make_room(bottom);
    size_t hole = bottom->tail++;
    for (; hole > bottom->head && event_record_before(&record, &bottom->run[hole - 1]); hole--) {
        bottom->run[hole] = bottom->run[hole - 1];
    }
    bottom->run[hole] = record;
}

void event_bottom_add(EventBottom *bottom, SimTime time, uint64_t order, uint32_t slot) {
    EventRecord record = {time, order, slot};
    bottom->latest = record.time > bottom->latest ? record.time : bottom->latest;
    bool is_near = bottom->tail - bottom->head <= MOST_MOVES;
    if (is_near || !event_record_before(&record, &bottom->run[bottom->tail - MOST_MOVES])) {
        insert_in_run(bottom, record);
    } else {
        event_heap_add(&bottom->late, record);
    }
}

void event_bottom_begin_fill(EventBottom *bottom, size_t count) {
    event_bottom_clear(bottom);
    bottom->run = array_grow(bottom->run, &bottom->capacity, count, sizeof(EventRecord));
}

void event_bottom_finish_fill(EventBottom *bottom) {
    size_t count = bottom->tail;
    bottom->filled_count = count;
    if (count == 0) {
        return;
    }
    bottom->scratch = array_grow(bottom->scratch, &bottom->scratch_capacity, count, sizeof(EventRecord));
    event_record_sort(bottom->run, count, bottom->scratch);
    bottom->latest = bottom->run[count - 1].time;
}

bool event_bottom_is_overfull(const EventBottom *bottom) {
    size_t late = bottom->late.count;
    if (late < FEWEST_LATE || late < bottom->filled_count / 2) {
        return false;
    }
    return event_bottom_first(bottom)->time < bottom->latest;
}

void event_bottom_clear(EventBottom *bottom) {
    bottom->head = 0;
    bottom->tail = 0;
    bottom->late.count = 0;
    bottom->filled_count = 0;
    bottom->latest = 0;
}
