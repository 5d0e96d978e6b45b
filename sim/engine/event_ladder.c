#include "sim/engine/event_ladder.h"

#include <string.h>

/* Measured with tests/bench/bench_event_queue.c. */
enum { MOST_SORTED = 48 };

void event_ladder_init(EventLadder *ladder) {
    *ladder = (EventLadder){.top_start = -1};
}

void event_ladder_destroy(EventLadder *ladder) {
    event_bottom_destroy(&ladder->bottom);
    event_stock_destroy(&ladder->stock);
    for (int i = 0; i < EVENT_LADDER_RUNGS; i++) {
        event_rung_destroy(&ladder->rungs[i]);
    }
}

static inline void add_to_top(EventLadder *ladder, EventRecord record) {
    if (ladder->top.count == 0 || record.time > ladder->top_last) {
        ladder->top_last = record.time;
    }
    event_bag_add(&ladder->top, &ladder->stock, record);
}

static EventRung *push_rung(EventLadder *ladder, const EventSpread *span) {
    EventRung *rung = &ladder->rungs[ladder->rung_count++];
    event_rung_begin(rung, span);
    return rung;
}

/* Spreads an overfull bottom over a new rung. */
static void spill_bottom(EventLadder *ladder) {
    EventBottom *bottom = &ladder->bottom;
    size_t count = bottom->tail - bottom->head + bottom->late.count;
    SimTime first = event_bottom_first(bottom)->time;
    double mean_ns = 0.5 * (double)(bottom->latest - first);
    EventRung *rung = push_rung(ladder, &(EventSpread){first, bottom->latest, mean_ns, count});
    for (size_t i = bottom->head; i < bottom->tail; i++) {
        event_rung_add(rung, &ladder->stock, bottom->run[i]);
    }
    for (size_t i = 0; i < bottom->late.count; i++) {
        event_rung_add(rung, &ladder->stock, bottom->late.records[i]);
    }
    event_bottom_clear(bottom);
}

/* Nothing but a short bottom: a small queue lives there, and never pays for the ladder. */
static inline bool is_small(const EventLadder *ladder) {
    const EventBottom *bottom = &ladder->bottom;
    return ladder->rung_count == 0 && ladder->top.count == 0 && bottom->late.count == 0 &&
           bottom->tail - bottom->head < MOST_SORTED;
}

void event_ladder_add(EventLadder *ladder, SimTime time, uint64_t order, uint32_t slot) {
    EventRecord record = {time, order, slot};
    ladder->record_count++;
    if (is_small(ladder)) {
        event_bottom_add(&ladder->bottom, time, order, slot);
        ladder->top_start = ladder->bottom.latest;
        return;
    }
    if (record.time > ladder->top_start) {
        add_to_top(ladder, record);
        return;
    }
    for (int i = 0; i < ladder->rung_count; i++) {
        if (record.time >= ladder->rungs[i].open_time) {
            event_rung_add(&ladder->rungs[i], &ladder->stock, record);
            return;
        }
    }
    event_bottom_add(&ladder->bottom, time, order, slot);
    if (ladder->rung_count < EVENT_LADDER_RUNGS && event_bottom_is_overfull(&ladder->bottom)) {
        spill_bottom(ladder);
    }
}

static EventBag take_top(EventLadder *ladder) {
    EventBag bag = ladder->top;
    ladder->top = (EventBag){0};
    ladder->top_start = bag.count > 0 ? ladder->top_last : -1;
    return bag;
}

static EventBag take_next_bag(EventLadder *ladder) {
    if (ladder->rung_count == 0) {
        return take_top(ladder);
    }
    bool exhausted;
    EventBag bag = event_rung_open(&ladder->rungs[ladder->rung_count - 1], &exhausted);
    ladder->rung_count -= exhausted ? 1 : 0;
    return bag;
}

static EventSpread spread_of(const EventLadder *ladder, const EventBag *bag) {
    EventSpread span = {SIM_TIME_MAX, 0, 0.0, bag->count};
    double sum_ns = 0.0;
    const EventChunk *chunk = &ladder->stock.chunks[bag->first];
    SimTime origin = chunk->records[0].time;
    for (size_t i = 0; i < bag->count; i++) {
        size_t place = i % EVENT_CHUNK_RECORDS;
        if (i > 0 && place == 0) {
            chunk = &ladder->stock.chunks[chunk->next];
        }
        SimTime time = chunk->records[place].time;
        span.first = time < span.first ? time : span.first;
        span.last = time > span.last ? time : span.last;
        sum_ns += (double)(time - origin);
    }
    span.mean_ns = sum_ns / (double)bag->count + (double)(origin - span.first);
    return span;
}

/* Moves the first chunk's records out, because the stock may move while they are added elsewhere; returns how many. */
static size_t take_front(EventLadder *ladder, EventBag *bag, EventRecord records[EVENT_CHUNK_RECORDS]) {
    size_t count = event_bag_front_count(bag);
    if (count > 0) {
        memcpy(records, event_bag_front(bag, &ladder->stock), count * sizeof(EventRecord));
        event_bag_drop_front(bag, &ladder->stock);
    }
    return count;
}

static void spread_over_rung(EventLadder *ladder, EventBag *bag, const EventSpread *span) {
    EventRung *rung = push_rung(ladder, span);
    EventRecord records[EVENT_CHUNK_RECORDS];
    for (size_t taken; (taken = take_front(ladder, bag, records)) > 0;) {
        for (size_t i = 0; i < taken; i++) {
            event_rung_add(rung, &ladder->stock, records[i]);
        }
    }
}

/* Looking at the slots of all records at once also brings them near before they are needed one by one. */
static void sort_into_bottom(EventLadder *ladder, EventBag *bag, const EventSlots *slots) {
    EventBottom *bottom = &ladder->bottom;
    event_bottom_begin_fill(bottom, bag->count);
    ladder->record_count -= bag->count;
    while (bag->count > 0) {
        const EventRecord *records = event_bag_front(bag, &ladder->stock);
        size_t count = event_bag_front_count(bag);
        for (size_t i = 0; i < count; i++) {
            bottom->run[bottom->tail] = records[i];
            bottom->tail += event_slots_is_live(slots, &records[i]) ? 1 : 0;
        }
        event_bag_drop_front(bag, &ladder->stock);
    }
    ladder->record_count += bottom->tail;
    event_bottom_finish_fill(bottom);
}

bool event_ladder_refill(EventLadder *ladder, const EventSlots *slots) {
    while (ladder->rung_count > 0 || ladder->top.count > 0) {
        EventBag bag = take_next_bag(ladder);
        bool may_spread = bag.count > MOST_SORTED && ladder->rung_count < EVENT_LADDER_RUNGS;
        EventSpread span = may_spread ? spread_of(ladder, &bag) : (EventSpread){0};
        if (span.first < span.last) {
            spread_over_rung(ladder, &bag, &span);
            continue;
        }
        sort_into_bottom(ladder, &bag, slots);
        if (ladder->bottom.tail > 0) {
            return true;
        }
    }
    ladder->top_start = -1;
    return false;
}

static void keep_live(EventLadder *ladder, EventRecord record, const EventSlots *slots) {
    if (event_slots_is_live(slots, &record)) {
        add_to_top(ladder, record);
        ladder->record_count++;
    }
}

static void empty_bag(EventLadder *ladder, EventBag bag, const EventSlots *slots) {
    EventRecord records[EVENT_CHUNK_RECORDS];
    for (size_t taken; (taken = take_front(ladder, &bag, records)) > 0;) {
        for (size_t i = 0; i < taken; i++) {
            keep_live(ladder, records[i], slots);
        }
    }
}

/* All that is alive goes back to the top; the ladder starts anew. */
void event_ladder_purge(EventLadder *ladder, const EventSlots *slots) {
    EventBottom *bottom = &ladder->bottom;
    EventBag far = ladder->top;
    ladder->top = (EventBag){0};
    ladder->record_count = 0;
    for (size_t i = bottom->head; i < bottom->tail; i++) {
        keep_live(ladder, bottom->run[i], slots);
    }
    for (size_t i = 0; i < bottom->late.count; i++) {
        keep_live(ladder, bottom->late.records[i], slots);
    }
    event_bottom_clear(bottom);
    while (ladder->rung_count > 0) {
        empty_bag(ladder, take_next_bag(ladder), slots);
    }
    empty_bag(ladder, far, slots);
    ladder->top_start = -1;
}
