/*
 * The hold model: every event schedules one new event, so the number of pending events stays the same. The engine, with
 * handles and actions, against a plain 4-ary heap of bare records in an array, in turn in one process. The ratio is the
 * median over the rounds.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/engine/engine.h"

enum { INCREMENTS = 1024, ROUNDS = 15, CHILDREN = 4 };

typedef enum Shape { SHAPE_EXPONENTIAL, SHAPE_TIED, SHAPE_COARSE } Shape;

typedef struct Case {
    const char *name;
    Shape shape;
    size_t pending;
    double target; /* of the ratio; 0 = none */
} Case;

static const Case CASES[] = {
    {"exponential 1e2", SHAPE_EXPONENTIAL, 100, 1.3},     {"exponential 1e4", SHAPE_EXPONENTIAL, 10000, 0.7},
    {"exponential 1e6", SHAPE_EXPONENTIAL, 1000000, 0.7}, {"all tied    1e4", SHAPE_TIED, 10000, 0.0},
    {"four times  1e4", SHAPE_COARSE, 10000, 0.0},
};
enum { CASE_COUNT = sizeof(CASES) / sizeof(CASES[0]), EXPONENTIAL_1E4 = 1, TIED_1E4 = 3 };

/* Both sides draw the same increments from their own copy. */
typedef struct Source {
    uint64_t state;
    SimTime increments[INCREMENTS];
} Source;

static const double MEAN_NS = 1e9;

static SimTime shaped_increment(Shape shape, int index) {
    double fraction = (index + 0.5) / INCREMENTS;
    switch (shape) {
    case SHAPE_EXPONENTIAL:
        return (SimTime)(-log(fraction) * MEAN_NS);
    case SHAPE_TIED:
        return (SimTime)MEAN_NS;
    case SHAPE_COARSE:
        return (SimTime)(MEAN_NS * 0.4 * (1 + index % 4));
    }
    return 0;
}

static void source_init(Source *source, Shape shape) {
    source->state = 2385;
    for (int i = 0; i < INCREMENTS; i++) {
        source->increments[i] = shaped_increment(shape, i);
    }
}

static uint64_t next_word(Source *source) {
    source->state = source->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return source->state;
}

/* The noise tells exponential times apart; the tied ones must stay equal. */
static inline SimTime next_increment(Source *source, SimTime noise) {
    uint64_t word = next_word(source);
    return source->increments[word >> 54] + ((SimTime)(word >> 24 & 0xfffff) & noise);
}

typedef struct Record {
    SimTime time;
    uint64_t order;
    uint64_t argument;
} Record;

typedef struct Heap {
    Record *records;
    size_t count;
    uint64_t order;
} Heap;

static inline int before(const Record *one, const Record *other) {
    return one->time != other->time ? one->time < other->time : one->order < other->order;
}

static void heap_add(Heap *heap, SimTime time, uint64_t argument) {
    Record record = {time, ++heap->order, argument};
    size_t hole = heap->count++;
    while (hole > 0 && before(&record, &heap->records[(hole - 1) / CHILDREN])) {
        heap->records[hole] = heap->records[(hole - 1) / CHILDREN];
        hole = (hole - 1) / CHILDREN;
    }
    heap->records[hole] = record;
}

static size_t first_child(const Heap *heap, size_t hole) {
    size_t child = hole * CHILDREN + 1;
    size_t end = child + CHILDREN < heap->count ? child + CHILDREN : heap->count;
    size_t best = child;
    for (size_t i = child + 1; i < end; i++) {
        best = before(&heap->records[i], &heap->records[best]) ? i : best;
    }
    return best;
}

static Record heap_pop(Heap *heap) {
    Record first = heap->records[0];
    Record last = heap->records[--heap->count];
    size_t hole = 0;
    while (hole * CHILDREN + 1 < heap->count) {
        size_t child = first_child(heap, hole);
        if (!before(&heap->records[child], &last)) {
            break;
        }
        heap->records[hole] = heap->records[child];
        hole = child;
    }
    heap->records[hole] = last;
    return first;
}

typedef struct Hold {
    Engine *engine;
    Source engine_source;
    Heap heap;
    Source heap_source;
    SimTime noise;
    SimTime step; /* simulated time of one round */
    SimTime until;
} Hold;

static void hold_action(Engine *engine, void *subject, uint64_t argument) {
    Hold *hold = subject;
    SimTime delay = next_increment(&hold->engine_source, hold->noise);
    engine_schedule(engine, delay, 0, (Event){hold_action, subject, argument});
}

static void hold_init(Hold *hold, const Case *chosen, size_t events_per_round) {
    source_init(&hold->engine_source, chosen->shape);
    hold->heap_source = hold->engine_source;
    hold->noise = chosen->shape == SHAPE_EXPONENTIAL ? 0xfffff : 0;
    hold->engine = engine_create(&(EngineSettings){.seed = 2385, .scenario = chosen->name});
    hold->heap = (Heap){.records = calloc(chosen->pending + 1, sizeof(Record))};
    hold->until = 0;
    hold->step = (SimTime)(MEAN_NS * (double)events_per_round / (double)chosen->pending);
    for (size_t i = 0; i < chosen->pending; i++) {
        hold_action(hold->engine, hold, i);
        heap_add(&hold->heap, next_increment(&hold->heap_source, hold->noise), i);
    }
}

static double now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Nanoseconds of real time per event. */
static double run_engine(Hold *hold) {
    uint64_t events = engine_event_count(hold->engine);
    double start = now_ns();
    engine_run_until(hold->engine, hold->until);
    double end = now_ns();
    return (end - start) / (double)(engine_event_count(hold->engine) - events);
}

static double run_heap(Hold *hold) {
    uint64_t events = 0;
    double start = now_ns();
    for (; hold->heap.records[0].time <= hold->until; events++) {
        Record record = heap_pop(&hold->heap);
        SimTime delay = next_increment(&hold->heap_source, hold->noise);
        heap_add(&hold->heap, record.time + delay, record.argument);
    }
    double end = now_ns();
    return (end - start) / (double)events;
}

static int compare(const void *one, const void *other) {
    double a = *(const double *)one;
    double b = *(const double *)other;
    return (a > b) - (a < b);
}

static double median(double *values, int count) {
    qsort(values, (size_t)count, sizeof(double), compare);
    return values[count / 2];
}

typedef struct Timing {
    double ours_ns;
    double heap_ns;
    double ratio;
} Timing;

static Timing measure(const Case *chosen) {
    double ours[ROUNDS];
    double heap[ROUNDS];
    double ratio[ROUNDS];
    Hold *hold = calloc(1, sizeof(Hold));
    size_t events_per_round = chosen->pending < 1000000 ? 300000 : 1000000;
    hold_init(hold, chosen, events_per_round);
    for (int round = -3; round < ROUNDS; round++) {
        hold->until += hold->step;
        int slot = round < 0 ? 0 : round;
        ours[slot] = run_engine(hold);
        heap[slot] = run_heap(hold);
        ratio[slot] = ours[slot] / heap[slot];
    }
    engine_destroy(hold->engine);
    free(hold->heap.records);
    free(hold);
    return (Timing){median(ours, ROUNDS), median(heap, ROUNDS), median(ratio, ROUNDS)};
}

static void print_row(const Case *chosen, const Timing *timing, double exponential_ns) {
    printf("%-16s %13.1f %13.1f %7.2f", chosen->name, timing->ours_ns, timing->heap_ns, timing->ratio);
    if (chosen->target > 0.0) {
        printf("  <= %.1f of heap      %s\n", chosen->target, timing->ratio <= chosen->target ? "pass" : "miss");
    } else if (chosen == &CASES[TIED_1E4]) {
        printf("  <= %.1f ns (exp. 1e4) %s\n", exponential_ns, timing->ours_ns <= exponential_ns ? "pass" : "miss");
    } else {
        printf("  none\n");
    }
}

int main(void) {
    Timing timings[CASE_COUNT];
    printf("%-16s %13s %13s %7s  %s\n", "pending events", "ours ns/event", "heap ns/event", "ratio", "target");
    for (int i = 0; i < CASE_COUNT; i++) {
        timings[i] = measure(&CASES[i]);
        print_row(&CASES[i], &timings[i], timings[i > EXPONENTIAL_1E4 ? EXPONENTIAL_1E4 : 0].ours_ns);
    }
    return 0;
}
