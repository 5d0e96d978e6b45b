#include "sim/engine/task_store.h"

#include <stdbool.h>
#include <stdlib.h>

#include "sim/engine/array.h"
#include "sim/engine/check.h"
#include "sim/engine/fatal.h"

/* A stage of a pipeline does so many different things at most, over and over. */
enum { NEW_EXTRAS = 16 };

void task_store_init(TaskStore *store) {
    *store = (TaskStore){0};
}

void task_store_free(TaskStore *store) {
    for (size_t i = 0; i < store->stream_count; i++)
        free(store->streams[i].tasks);
    free(store->tasks);
    free(store->extras);
    free(store->edges);
    free(store->places);
    free(store->streams);
    free(store->pools);
    free(store->first_successor);
    free(store->successors);
}

StreamId task_store_add_stream(TaskStore *store) {
    CHECK(store->stream_count < UINT32_MAX);
    store->streams =
        array_grow(store->streams, &store->stream_capacity, store->stream_count + 1, sizeof *store->streams);
    store->streams[store->stream_count] = (TaskStream){0};
    return (StreamId)store->stream_count++;
}

static void task_store_place(TaskStore *store, TaskId task, StreamId id) {
    CHECK(id < store->stream_count && store->place_count < UINT32_MAX);
    store->places = array_grow(store->places, &store->place_capacity, store->place_count + 1, sizeof *store->places);
    store->places[store->place_count++] = id;
    TaskStream *stream = &store->streams[id];
    CHECK(stream->count == 0 || stream->tasks[stream->count - 1] != task);
    stream->tasks = array_grow(stream->tasks, &stream->capacity, stream->count + 1, sizeof *stream->tasks);
    stream->tasks[stream->count++] = task;
}

/* A run has few pools, so looking through them all is quick. */
static uint32_t task_store_pool(TaskStore *store, Pool *pool) {
    if (pool == NULL)
        return TASK_NONE;
    for (size_t i = store->pool_count; i-- > 0;) {
        if (store->pools[i].pool == pool)
            return (uint32_t)i;
    }
    store->pools = array_grow(store->pools, &store->pool_capacity, store->pool_count + 1, sizeof *store->pools);
    store->pools[store->pool_count] = (TaskPool){pool, TASK_NONE, -1};
    return (uint32_t)store->pool_count++;
}

static bool moves_alike(const TaskExtra *one, const TaskExtra *other) {
    return one->amount == other->amount && one->cap_per_s == other->cap_per_s && one->uses == other->uses &&
           one->use_count == other->use_count && one->way == other->way;
}

static bool is_alike(const TaskExtra *one, const TaskExtra *other) {
    return moves_alike(one, other) && one->begin.action == NULL && other->begin.action == NULL &&
           one->reserve == other->reserve && one->release == other->release &&
           one->reserve_units == other->reserve_units && one->release_units == other->release_units;
}

/* The same as one of those that were new last, or a new one. */
static uint32_t task_store_extra(TaskStore *store, const TaskSpec *spec) {
    if (spec->amount == 0.0 && spec->begin.action == NULL && spec->reserve == NULL && spec->release == NULL)
        return TASK_NONE;
    CHECK(spec->amount == 0.0 || spec->use_count > 0 || spec->way != NULL || spec->cap_per_s > 0.0);
    const TaskExtra extra = {.amount = spec->amount,
                             .cap_per_s = spec->cap_per_s,
                             .uses = spec->uses,
                             .use_count = spec->use_count,
                             .way = spec->way,
                             .begin = spec->begin,
                             .reserve = task_store_pool(store, spec->reserve),
                             .release = task_store_pool(store, spec->release),
                             .reserve_units = spec->reserve_units,
                             .release_units = spec->release_units};
    for (size_t i = store->extra_count, last = i > NEW_EXTRAS ? i - NEW_EXTRAS : 0; i-- > last;)
        if (is_alike(&store->extras[i], &extra))
            return (uint32_t)i;
    store->extras = array_grow(store->extras, &store->extra_capacity, store->extra_count + 1, sizeof *store->extras);
    store->extras[store->extra_count] = extra;
    return (uint32_t)store->extra_count++;
}

TaskId task_store_add(TaskStore *store, const TaskSpec *spec) {
    CHECK(store->task_count < INT32_MAX && spec->duration >= 0 && spec->amount >= 0.0);
    TaskId id = (TaskId)store->task_count;
    store->tasks = array_grow(store->tasks, &store->task_capacity, store->task_count + 1, sizeof *store->tasks);
    store->task_count++;
    store->tasks[id] = (Task){.duration = spec->duration,
                              .start = -1,
                              .end = -1,
                              .waits = (uint32_t)spec->stream_count,
                              .label = spec->label,
                              .released_by = TASK_NONE,
                              .next_ready = TASK_NONE,
                              .first_place = (uint32_t)store->place_count,
                              .place_count = (uint32_t)spec->stream_count,
                              .extra = task_store_extra(store, spec),
                              .release = TASK_RELEASED_AT_START};
    for (int i = 0; i < spec->stream_count; i++)
        task_store_place(store, id, spec->streams[i]);
    for (int i = 0; i < spec->dependency_count; i++) {
        CHECK(spec->dependencies[i] < id);
        task_store_add_dependency(store, id, spec->dependencies[i]);
    }
    return id;
}

void task_store_add_dependency(TaskStore *store, TaskId after, TaskId before) {
    CHECK(after < store->task_count && before < store->task_count);
    store->edges = array_grow(store->edges, &store->edge_capacity, store->edge_count + 1, sizeof *store->edges);
    store->edges[store->edge_count++] = (TaskEdge){before, after};
    store->tasks[after].waits++;
}

void task_store_close(TaskStore *store) {
    size_t *first = calloc(store->task_count + 1, sizeof *first);
    TaskId *successors = calloc(store->edge_count + 1, sizeof *successors);
    if (first == NULL || successors == NULL)
        fatal("out of memory for %zu dependencies", store->edge_count);
    /* Counting sort: first[t] counts, then ends, then (filled from behind) starts the successors of t. */
    for (size_t e = 0; e < store->edge_count; e++)
        first[store->edges[e].before]++;
    for (size_t t = 0, end = 0; t <= store->task_count; t++)
        first[t] = end += first[t];
    for (size_t e = store->edge_count; e-- > 0;)
        successors[--first[store->edges[e].before]] = store->edges[e].after;
    store->first_successor = first;
    store->successors = successors;
    free(store->edges);
    store->edges = NULL;
    store->edge_count = store->edge_capacity = 0;
}
