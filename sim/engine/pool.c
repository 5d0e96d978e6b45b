#include "sim/engine/pool.h"

#include <stdlib.h>
#include <string.h>

#include "sim/engine/array.h"
#include "sim/engine/check.h"
#include "sim/engine/fatal.h"
#include "sim/engine/statistics.h"

typedef struct Request {
    uint64_t arrival; /* 0.., in order of pool_request */
    int64_t units;
    int priority;
    Event granted;
} Request;

/* Requests in order, in items[head .. tail). */
typedef struct RequestRun {
    Request *items;
    size_t head;
    size_t tail;
    size_t capacity;
} RequestRun;

/* Binary heap, the first at 0. */
typedef struct RequestHeap {
    Request *items;
    size_t count;
    size_t capacity;
} RequestHeap;

/* A request that goes behind all of the run joins the run, at O(1); only one that must go before some of it needs the
 * heap. The first of all is the first of one of them. */
struct Pool {
    Engine *engine;
    int64_t capacity;
    int64_t used;
    int64_t peak;
    RequestRun run;
    RequestHeap heap;
    size_t waiting;
    uint64_t arrivals;
    TimeWeighted mean_used;
    TimeWeighted mean_waiting;
    Series *series; /* borrowed, or NULL */
};

Pool *pool_create(Engine *engine, int64_t capacity) {
    CHECK(capacity >= 0);
    Pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        fatal("out of memory for a pool");
    pool->engine = engine;
    pool->capacity = capacity;
    time_weighted_init(&pool->mean_used, 0, 0.0);
    time_weighted_init(&pool->mean_waiting, 0, 0.0);
    return pool;
}

void pool_destroy(Pool *pool) {
    if (pool == NULL)
        return;
    free(pool->run.items);
    free(pool->heap.items);
    free(pool);
}

static bool goes_before(const Request *a, const Request *b) {
    return a->priority != b->priority ? a->priority < b->priority : a->arrival < b->arrival;
}

/* Room for one more at the tail. Moves the run back to the front when half of its array is used up, so that a request
 * costs O(1). */
static Request *run_push(RequestRun *run) {
    if (run->tail == run->capacity && run->head > 0 && run->head >= run->capacity / 2) {
        memmove(run->items, &run->items[run->head], (run->tail - run->head) * sizeof(Request));
        run->tail -= run->head;
        run->head = 0;
    }
    if (run->tail == run->capacity)
        run->items = array_grow(run->items, &run->capacity, run->tail + 1, sizeof(Request));
    return &run->items[run->tail++];
}

static void run_pop(RequestRun *run) {
    run->head++;
    if (run->head == run->tail) {
        run->head = 0;
        run->tail = 0;
    }
}

/* Opens the hole where a request with this key belongs. */
static Request *heap_push(RequestHeap *heap, const Request *key) {
    heap->items = array_grow(heap->items, &heap->capacity, heap->count + 1, sizeof(Request));
    size_t hole = heap->count++;
    while (hole > 0 && goes_before(key, &heap->items[(hole - 1) / 2])) {
        heap->items[hole] = heap->items[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    return &heap->items[hole];
}

static void heap_pop(RequestHeap *heap) {
    const Request last = heap->items[--heap->count];
    size_t hole = 0;
    for (size_t child = 1; child < heap->count; child = 2 * hole + 1) {
        if (child + 1 < heap->count && goes_before(&heap->items[child + 1], &heap->items[child]))
            child++;
        if (!goes_before(&heap->items[child], &last))
            break;
        heap->items[hole] = heap->items[child];
        hole = child;
    }
    heap->items[hole] = last;
}

static bool heap_is_first(const Pool *pool) {
    if (pool->heap.count == 0)
        return false;
    return pool->run.head == pool->run.tail || goes_before(&pool->heap.items[0], &pool->run.items[pool->run.head]);
}

/* The first request in the queue; somebody waits. */
static const Request *first_request(const Pool *pool) {
    return heap_is_first(pool) ? &pool->heap.items[0] : &pool->run.items[pool->run.head];
}

/* The request is written where it stays: a copy of what was written a moment ago stalls the processor. */
static void queue_push(Pool *pool, int64_t units, int priority, Event granted) {
    const RequestRun *run = &pool->run;
    bool goes_last = run->head == run->tail || run->items[run->tail - 1].priority <= priority;
    const Request key = {.arrival = pool->arrivals++, .priority = priority};
    Request *place = goes_last ? run_push(&pool->run) : heap_push(&pool->heap, &key);
    place->arrival = key.arrival;
    place->units = units;
    place->priority = priority;
    place->granted = granted;
    pool->waiting++;
}

static void queue_pop(Pool *pool) {
    pool->waiting--;
    if (heap_is_first(pool))
        heap_pop(&pool->heap);
    else
        run_pop(&pool->run);
}

static void note_waiting(Pool *pool) {
    time_weighted_set(&pool->mean_waiting, engine_now(pool->engine), (double)pool->waiting);
}

static void set_used(Pool *pool, int64_t used) {
    if (used == pool->used)
        return;
    SimTime now = engine_now(pool->engine);
    pool->used = used;
    pool->peak = used > pool->peak ? used : pool->peak;
    time_weighted_set(&pool->mean_used, now, (double)used);
    if (pool->series != NULL)
        series_record(pool->series, now, (double)used);
}

bool pool_request(Pool *pool, int64_t units, int priority, Event granted) {
    ENGINE_CHECK(pool->engine, units >= 0 && units <= pool->capacity);
    bool is_first = pool->waiting == 0 || priority < first_request(pool)->priority;
    if (is_first && units <= pool->capacity - pool->used) {
        set_used(pool, pool->used + units);
        return true;
    }
    queue_push(pool, units, priority, granted);
    note_waiting(pool);
    return false;
}

bool pool_try(Pool *pool, int64_t units) {
    ENGINE_CHECK(pool->engine, units >= 0);
    if (pool->waiting > 0 || units > pool->capacity - pool->used)
        return false;
    set_used(pool, pool->used + units);
    return true;
}

void pool_release(Pool *pool, int64_t units) {
    ENGINE_CHECK(pool->engine, units >= 0 && units <= pool->used);
    int64_t used = pool->used - units;
    size_t waited = pool->waiting;
    while (pool->waiting > 0 && first_request(pool)->units <= pool->capacity - used) {
        used += first_request(pool)->units;
        engine_schedule(pool->engine, 0, 0, first_request(pool)->granted);
        queue_pop(pool);
    }
    if (pool->waiting != waited)
        note_waiting(pool);
    set_used(pool, used); /* once, so that handing over is not seen as a dip */
}

int64_t pool_capacity(const Pool *pool) {
    return pool->capacity;
}

int64_t pool_used(const Pool *pool) {
    return pool->used;
}

int64_t pool_peak(const Pool *pool) {
    return pool->peak;
}

int pool_waiting(const Pool *pool) {
    return (int)pool->waiting;
}

double pool_mean_used(const Pool *pool) {
    return time_weighted_mean(&pool->mean_used, engine_now(pool->engine));
}

double pool_mean_waiting(const Pool *pool) {
    return time_weighted_mean(&pool->mean_waiting, engine_now(pool->engine));
}

void pool_observe(Pool *pool, Series *series) {
    pool->series = series;
    if (series != NULL)
        series_record(series, engine_now(pool->engine), (double)pool->used);
}
