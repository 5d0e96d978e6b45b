#include <criterion/criterion.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>

#include "sim/engine/event_queue.h"

static void nothing(struct Engine *engine, void *subject, uint64_t argument) {
    (void)engine;
    (void)subject;
    (void)argument;
}

static Event numbered(uint64_t argument) {
    return (Event){nothing, NULL, argument};
}

static EventHandle push(EventQueue *queue, SimTime time, int priority, uint64_t argument) {
    return event_queue_push(queue, time, priority, numbered(argument));
}

/* Argument of the first event, UINT64_MAX when there is none. */
static uint64_t pop(EventQueue *queue) {
    SimTime time;
    int priority;
    Event event;
    return event_queue_pop(queue, &time, &priority, &event) ? event.argument : UINT64_MAX;
}

static uint64_t next_word(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* The reference: every pending event in an unsorted array, searched from end to end. */
enum { MOST_PENDING = 6000 };

typedef struct Pending {
    SimTime time;
    int priority;
    uint64_t insertion;
    uint64_t argument;
    EventHandle handle;
} Pending;

typedef struct Mix {
    EventQueue *queue;
    Pending pending[MOST_PENDING];
    size_t count;
    uint64_t insertion;
    uint64_t state;
    SimTime now;
    EventHandle stale;
} Mix;

/* What a mix looks like: how far ahead, how many priorities, and out of 100 operations how many are which; the rest
 * pop. */
typedef struct Shape {
    SimTime span;
    int priorities;
    size_t most_pending;
    unsigned push_share;
    unsigned cancel_share;
    unsigned reschedule_share;
} Shape;

static bool is_before(const Pending *one, const Pending *other) {
    if (one->time != other->time) {
        return one->time < other->time;
    }
    if (one->priority != other->priority) {
        return one->priority < other->priority;
    }
    return one->insertion < other->insertion;
}

static size_t find_first(const Mix *mix) {
    size_t first = 0;
    for (size_t i = 1; i < mix->count; i++) {
        first = is_before(&mix->pending[i], &mix->pending[first]) ? i : first;
    }
    return first;
}

/* Near times mostly, now and then a far one, so that every part of the queue is used. */
static SimTime draw_time(Mix *mix, SimTime span) {
    SimTime ahead = (SimTime)(next_word(&mix->state) % (uint64_t)span);
    SimTime factor = next_word(&mix->state) % 16 == 0 ? 1000 : 1;
    return mix->now + ahead * factor;
}

static void mix_push(Mix *mix, const Shape *shape) {
    Pending *added = &mix->pending[mix->count++];
    added->time = draw_time(mix, shape->span);
    added->priority = (int)(next_word(&mix->state) % (uint64_t)shape->priorities) - shape->priorities / 2;
    added->insertion = ++mix->insertion;
    added->argument = added->insertion;
    added->handle = push(mix->queue, added->time, added->priority, added->argument);
}

static void mix_remove(Mix *mix, size_t index) {
    mix->stale = mix->pending[index].handle;
    mix->pending[index] = mix->pending[--mix->count];
}

static void mix_pop(Mix *mix) {
    size_t first = find_first(mix);
    const Pending *expected = &mix->pending[first];
    SimTime time = -1;
    int priority = 0;
    Event event = {0};
    cr_assert_eq(event_queue_next_time(mix->queue), expected->time);
    cr_assert(event_queue_pop(mix->queue, &time, &priority, &event));
    cr_assert_eq(event.argument, expected->argument);
    cr_assert_eq(time, expected->time);
    cr_assert_eq(priority, expected->priority);
    mix->now = time;
    mix_remove(mix, first);
}

static void mix_cancel(Mix *mix) {
    size_t index = next_word(&mix->state) % mix->count;
    cr_assert(event_queue_cancel(mix->queue, mix->pending[index].handle));
    mix_remove(mix, index);
}

static void mix_reschedule(Mix *mix, const Shape *shape) {
    Pending *moved = &mix->pending[next_word(&mix->state) % mix->count];
    moved->time = draw_time(mix, shape->span);
    moved->insertion = ++mix->insertion;
    cr_assert(event_queue_reschedule(mix->queue, moved->handle, moved->time));
}

static void mix_step(Mix *mix, const Shape *shape) {
    unsigned chance = (unsigned)(next_word(&mix->state) % 100);
    if (mix->count == 0 || (chance < shape->push_share && mix->count < shape->most_pending)) {
        mix_push(mix, shape);
    } else if (chance < shape->push_share + shape->cancel_share) {
        mix_cancel(mix);
    } else if (chance < shape->push_share + shape->cancel_share + shape->reschedule_share) {
        mix_reschedule(mix, shape);
    } else {
        mix_pop(mix);
    }
    cr_assert_eq(event_queue_count(mix->queue), mix->count);
    cr_assert_not(event_queue_is_pending(mix->queue, mix->stale));
    cr_assert_not(event_queue_cancel(mix->queue, mix->stale));
    cr_assert_not(event_queue_reschedule(mix->queue, mix->stale, mix->now));
}

/* Fills the queue, runs the mix and drains it. */
static void compare_with_reference(const Shape *shape, int steps) {
    Mix *mix = calloc(1, sizeof(Mix));
    mix->queue = event_queue_create();
    mix->state = 2385;
    while (mix->count < shape->most_pending / 2) {
        mix_push(mix, shape);
    }
    for (int i = 0; i < steps; i++) {
        mix_step(mix, shape);
    }
    while (mix->count > 0) {
        mix_pop(mix);
    }
    cr_assert_eq(pop(mix->queue), UINT64_MAX);
    event_queue_destroy(mix->queue);
    free(mix);
}

Test(event_queue, spread_times_fire_in_the_order_of_the_reference) {
    compare_with_reference(&(Shape){1000003, 1, 5000, 45, 5, 5}, 30000);
}

Test(event_queue, many_ties_and_priorities_fire_in_the_order_of_the_reference) {
    compare_with_reference(&(Shape){7, 5, 3000, 45, 3, 4}, 40000);
}

Test(event_queue, few_events_fire_in_the_order_of_the_reference) {
    compare_with_reference(&(Shape){53, 3, 40, 50, 7, 7}, 60000);
}

Test(event_queue, mostly_moved_events_fire_in_the_order_of_the_reference) {
    compare_with_reference(&(Shape){100003, 2, 700, 12, 5, 71}, 60000);
}

Test(event_queue, equal_instants_only_fire_in_the_order_of_the_reference) {
    compare_with_reference(&(Shape){1, 65536, 2500, 47, 3, 5}, 30000);
}

Test(event_queue, equal_times_fire_in_order_of_insertion) {
    EventQueue *queue = event_queue_create();
    for (uint64_t i = 0; i < 4999; i++) {
        push(queue, 2385, -3, i);
    }
    for (uint64_t i = 0; i < 4999; i++) {
        cr_assert_eq(pop(queue), i);
    }
    event_queue_destroy(queue);
}

Test(event_queue, equal_times_fire_in_order_of_priority) {
    EventQueue *queue = event_queue_create();
    push(queue, 11, 32767, 1);
    push(queue, 11, -32768, 2);
    push(queue, 11, 0, 3);
    push(queue, 10, 32767, 4);
    cr_assert_eq(pop(queue), 4);
    cr_assert_eq(pop(queue), 2);
    cr_assert_eq(pop(queue), 3);
    cr_assert_eq(pop(queue), 1);
    event_queue_destroy(queue);
}

Test(event_queue, events_at_the_present_instant_join_a_tie_that_is_being_drained) {
    EventQueue *queue = event_queue_create();
    for (uint64_t i = 0; i < 300; i++) {
        push(queue, 77, i % 2 == 0 ? 0 : 4, i);
    }
    cr_assert_eq(pop(queue), 0);
    push(queue, 77, -1, 1000);
    push(queue, 77, 0, 1001);
    push(queue, 77, 4, 1002);
    cr_assert_eq(pop(queue), 1000);
    for (uint64_t i = 2; i < 300; i += 2) {
        cr_assert_eq(pop(queue), i);
    }
    cr_assert_eq(pop(queue), 1001);
    for (uint64_t i = 1; i < 300; i += 2) {
        cr_assert_eq(pop(queue), i);
    }
    cr_assert_eq(pop(queue), 1002);
    event_queue_destroy(queue);
}

Test(event_queue, the_ends_of_time_are_ordinary_times) {
    EventQueue *queue = event_queue_create();
    for (uint64_t i = 0; i < 200; i++) {
        push(queue, i % 2 == 0 ? SIM_TIME_MAX - (SimTime)i : (SimTime)i, 0, i);
    }
    cr_assert_eq(event_queue_next_time(queue), 1);
    for (uint64_t i = 1; i < 200; i += 2) {
        cr_assert_eq(pop(queue), i);
        push(queue, SIM_TIME_MAX, 0, 1000 + i);
    }
    for (uint64_t i = 0; i < 100; i++) {
        cr_assert_eq(pop(queue), i < 99 ? 198 - 2 * i : 0);
    }
    for (uint64_t i = 1; i < 200; i += 2) {
        cr_assert_eq(pop(queue), 1000 + i);
    }
    event_queue_destroy(queue);
}

/* Each push falls before all others, which is what a ladder likes least. */
Test(event_queue, falling_times_fire_in_order) {
    EventQueue *queue = event_queue_create();
    push(queue, 0, 0, 0);
    push(queue, 50000, 0, 50000);
    cr_assert_eq(pop(queue), 0);
    cr_assert_eq(event_queue_next_time(queue), 50000);
    for (SimTime time = 49999; time > 0; time--) {
        push(queue, time, 0, (uint64_t)time);
    }
    for (uint64_t i = 1; i <= 50000; i++) {
        cr_assert_eq(pop(queue), i);
    }
    event_queue_destroy(queue);
}

Test(event_queue, an_event_before_one_already_looked_at_fires_first) {
    EventQueue *queue = event_queue_create();
    push(queue, 500, 0, 1);
    cr_assert_eq(event_queue_next_time(queue), 500);
    push(queue, 30, 0, 2);
    cr_assert_eq(event_queue_next_time(queue), 30);
    cr_assert_eq(pop(queue), 2);
    cr_assert_eq(pop(queue), 1);
    event_queue_destroy(queue);
}

Test(event_queue, pop_until_leaves_later_events_alone) {
    EventQueue *queue = event_queue_create();
    push(queue, 41, 0, 1);
    SimTime time = -1;
    int priority;
    Event event;
    cr_assert_not(event_queue_pop_until(queue, 40, &time, &priority, &event));
    cr_assert_eq(event_queue_count(queue), 1);
    cr_assert(event_queue_pop_until(queue, 41, &time, &priority, &event));
    cr_assert_eq(time, 41);
    event_queue_destroy(queue);
}

Test(event_queue, an_empty_queue_has_nothing_before_the_end_of_time) {
    EventQueue *queue = event_queue_create();
    cr_assert_eq(event_queue_next_time(queue), SIM_TIME_MAX);
    cr_assert_eq(pop(queue), UINT64_MAX);
    cr_assert_eq(event_queue_count(queue), 0);
    event_queue_destroy(queue);
}

Test(event_queue, a_handle_is_stale_after_its_event_fired) {
    EventQueue *queue = event_queue_create();
    EventHandle handle = push(queue, 17, 0, 1);
    cr_assert(event_queue_is_pending(queue, handle));
    cr_assert_eq(pop(queue), 1);
    cr_assert_not(event_queue_is_pending(queue, handle));
    EventHandle reused = push(queue, 18, 0, 2);
    cr_assert_eq(reused.slot, handle.slot, "the test needs the slot to be used again");
    cr_assert_not(event_queue_cancel(queue, handle));
    cr_assert_not(event_queue_reschedule(queue, handle, 19));
    cr_assert(event_queue_is_pending(queue, reused));
    event_queue_destroy(queue);
}

Test(event_queue, the_zero_handle_names_no_event) {
    EventQueue *queue = event_queue_create();
    push(queue, 17, 0, 1);
    cr_assert_not(event_queue_is_pending(queue, (EventHandle){0}));
    cr_assert_not(event_queue_cancel(queue, (EventHandle){0}));
    cr_assert_not(event_queue_cancel(queue, (EventHandle){.slot = 999, .generation = 1}));
    event_queue_destroy(queue);
}

Test(event_queue, a_moved_event_counts_as_inserted_now_and_keeps_handle_and_priority) {
    EventQueue *queue = event_queue_create();
    EventHandle moved = push(queue, 23, 5, 1);
    push(queue, 31, 5, 2);
    push(queue, 31, 6, 3);
    cr_assert(event_queue_reschedule(queue, moved, 31));
    cr_assert(event_queue_is_pending(queue, moved));
    cr_assert_eq(event_queue_count(queue), 3);
    cr_assert_eq(pop(queue), 2);
    cr_assert_eq(pop(queue), 1);
    cr_assert_not(event_queue_is_pending(queue, moved));
    cr_assert_eq(pop(queue), 3);
    cr_assert_eq(pop(queue), UINT64_MAX);
    event_queue_destroy(queue);
}

/* Bytes in use; 0 under a sanitizer, which has an allocator of its own. */
static size_t used_bytes(void) {
    struct mallinfo2 usage = mallinfo2();
    return usage.uordblks + usage.hblkhd;
}

static void hold(EventQueue *queue, int events, uint64_t *state) {
    for (int i = 0; i < events; i++) {
        SimTime time;
        int priority;
        Event event;
        cr_assert(event_queue_pop(queue, &time, &priority, &event));
        push(queue, time + 1 + (SimTime)(next_word(state) % 99991), 0, event.argument);
    }
}

Test(event_queue, steady_state_allocates_nothing) {
    EventQueue *queue = event_queue_create();
    uint64_t state = 2385;
    for (uint64_t i = 0; i < 5000; i++) {
        push(queue, (SimTime)(next_word(&state) % 99991), 0, i);
    }
    hold(queue, 200000, &state);
    size_t before = used_bytes();
    hold(queue, 400000, &state);
    cr_assert_eq(used_bytes(), before);
    event_queue_destroy(queue);
}

Test(event_queue, an_event_moved_a_million_times_does_not_fill_the_memory) {
    EventQueue *queue = event_queue_create();
    EventHandle handle = push(queue, 5, 0, 1);
    for (SimTime i = 0; i < 5000; i++) {
        event_queue_reschedule(queue, handle, 1000 + i);
    }
    size_t before = used_bytes();
    for (SimTime i = 0; i < 1000000; i++) {
        event_queue_reschedule(queue, handle, 1000 + i % 777);
    }
    cr_assert_eq(used_bytes(), before);
    cr_assert_eq(pop(queue), 1);
    cr_assert_eq(pop(queue), UINT64_MAX);
    event_queue_destroy(queue);
}

Test(event_queue, a_negative_time_is_a_programmers_mistake, .signal = SIGABRT) {
    push(event_queue_create(), -1, 0, 1);
}

Test(event_queue, a_priority_out_of_range_is_a_programmers_mistake, .signal = SIGABRT) {
    push(event_queue_create(), 1, 32768, 1);
}
