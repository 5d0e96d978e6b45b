#include "sim/engine/task_graph.h"

#include <stdbool.h>
#include <stdlib.h>

#include "sim/engine/fatal.h"
#include "sim/engine/task_store.h"

enum { TASK_PRIORITY = 0 };

struct TaskGraph {
    Engine *engine;
    FairShare *share;
    TaskStore store;
    TaskId first_ready; /* list by next_ready, first come first served: a long chain of short tasks needs no stack */
    TaskId last_ready;
    size_t done_count;
    bool started;
    Event done;
    uint32_t owner;
    double *lost_s;             /* NULL = not noted */
    TaskContention *contention; /* NULL = tasks do not slow each other */
};

TaskGraph *task_graph_create(Engine *engine, FairShare *share) {
    TaskGraph *graph = calloc(1, sizeof *graph);
    if (graph == NULL)
        fatal("out of memory for a task graph");
    graph->engine = engine;
    graph->share = share;
    graph->first_ready = graph->last_ready = TASK_NONE;
    task_store_init(&graph->store);
    return graph;
}

void task_graph_destroy(TaskGraph *graph) {
    if (graph == NULL)
        return;
    task_store_free(&graph->store);
    task_contention_destroy(graph->contention);
    free(graph);
}

StreamId task_graph_add_stream(TaskGraph *graph) {
    ENGINE_CHECK(graph->engine, !graph->started);
    return task_store_add_stream(&graph->store);
}

TaskId task_graph_add(TaskGraph *graph, const TaskSpec *spec) {
    ENGINE_CHECK(graph->engine, !graph->started);
    return task_store_add(&graph->store, spec);
}

void task_graph_add_dependency(TaskGraph *graph, TaskId after, TaskId before) {
    ENGINE_CHECK(graph->engine, !graph->started);
    task_store_add_dependency(&graph->store, after, before);
}

static void task_push_ready(TaskGraph *graph, TaskId id) {
    if (graph->last_ready == TASK_NONE)
        graph->first_ready = id;
    else
        graph->store.tasks[graph->last_ready].next_ready = id;
    graph->last_ready = id;
}

/* Is `by`, which ends now, a better answer than the one so far: later, or a dependency before a stream, or a smaller
 * id? */
static bool task_is_later_release(const TaskGraph *graph, const Task *task, TaskRelease release, TaskId by) {
    if (task->released_by == TASK_NONE || graph->store.tasks[task->released_by].end < engine_now(graph->engine))
        return true;
    if (release != task->release)
        return release == TASK_RELEASED_BY_DEPENDENCY;
    return by < task->released_by;
}

/* Takes one of the task's waits away. */
static void task_release(TaskGraph *graph, TaskId id, TaskRelease release, TaskId by) {
    Task *task = &graph->store.tasks[id];
    if (by != TASK_NONE && task_is_later_release(graph, task, release, by)) {
        task->release = (uint8_t)release;
        task->released_by = by;
    }
    if (--task->waits == 0)
        task_push_ready(graph, id);
}

/* Gives units back, and remembers who did if that ended somebody's wait. */
static void task_give_back(TaskGraph *graph, TaskId id, const TaskExtra *extra) {
    TaskPool *pool = &graph->store.pools[extra->release];
    int waiting = pool_waiting(pool->pool);
    TaskId giver_before = pool->last_giver;
    SimTime given_before = pool->last_given;
    pool->last_giver = id;
    pool->last_given = engine_now(graph->engine);
    pool_release(pool->pool, extra->release_units);
    if (pool_waiting(pool->pool) < waiting)
        return;
    pool->last_giver = giver_before;
    pool->last_given = given_before;
}

static TaskStand task_stand(const TaskGraph *graph, TaskId id) {
    const Task *task = &graph->store.tasks[id];
    return (TaskStand){id, &graph->store.places[task->first_place], task->place_count};
}

static void task_end(TaskGraph *graph, TaskId id) {
    TaskStore *store = &graph->store;
    const Task *task = &store->tasks[id];
    if (graph->contention != NULL) {
        TaskStand stand = task_stand(graph, id);
        task_contention_end(graph->contention, &stand);
    }
    store->tasks[id].end = engine_now(graph->engine);
    graph->done_count++;
    if (task->extra != TASK_NONE && store->extras[task->extra].release != TASK_NONE)
        task_give_back(graph, id, &store->extras[task->extra]);
    for (size_t s = store->first_successor[id]; s < store->first_successor[id + 1]; s++)
        task_release(graph, store->successors[s], TASK_RELEASED_BY_DEPENDENCY, id);
    for (uint32_t p = task->first_place; p < task->first_place + task->place_count; p++) {
        TaskStream *stream = &store->streams[store->places[p]];
        if (++stream->head < stream->count)
            task_release(graph, stream->tasks[stream->head], TASK_RELEASED_BY_STREAM, id);
    }
}

static void task_start_ready(TaskGraph *graph);

static void task_on_paid(Engine *engine, void *subject, uint64_t argument) {
    (void)engine;
    task_end(subject, (TaskId)argument);
    task_start_ready(subject);
}

static void task_on_moved(Engine *engine, void *subject, uint64_t argument) {
    const TaskGraph *graph = subject;
    SimTime owed = 0;
    if (graph->contention != NULL) {
        TaskStand stand = task_stand(graph, (TaskId)argument);
        owed = task_contention_owed(graph->contention, &stand);
    }
    if (owed > 0)
        engine_schedule(engine, owed, TASK_PRIORITY, (Event){task_on_paid, subject, argument});
    else
        task_on_paid(engine, subject, argument);
}

/* The duration is over: moves what there is to move, or ends. */
static void task_after_duration(TaskGraph *graph, TaskId id) {
    uint32_t index = graph->store.tasks[id].extra;
    const TaskExtra *extra = index != TASK_NONE ? &graph->store.extras[index] : NULL;
    if (extra != NULL && extra->begin.action != NULL) {
        extra->begin.action(graph->engine, extra->begin.subject, extra->begin.argument);
        return;
    }
    if (extra == NULL || extra->amount == 0.0) {
        task_end(graph, id);
        return;
    }
    size_t owners = fair_share_owner_count(graph->share);
    const ActivitySpec spec = {.amount = extra->amount,
                               .cap_per_s = extra->cap_per_s,
                               .uses = extra->uses,
                               .use_count = extra->use_count,
                               .way = extra->way,
                               .owner = graph->owner,
                               .lost_s = graph->lost_s != NULL ? graph->lost_s + id * owners : NULL,
                               .done = {task_on_moved, graph, id}};
    fair_share_start(graph->share, &spec);
}

static void task_on_duration(Engine *engine, void *subject, uint64_t argument) {
    (void)engine;
    task_after_duration(subject, (TaskId)argument);
    task_start_ready(subject);
}

static void task_start(TaskGraph *graph, TaskId id) {
    Task *task = &graph->store.tasks[id];
    Event after = {task_on_duration, graph, id};
    task->start = engine_now(graph->engine);
    if (graph->contention != NULL) {
        TaskStand stand = task_stand(graph, id);
        if (task_contention_start(graph->contention, &stand, task->duration, after))
            return;
    }
    if (task->duration == 0)
        task_after_duration(graph, id);
    else
        engine_schedule(graph->engine, task->duration, TASK_PRIORITY, after);
}

static void task_on_granted(Engine *engine, void *subject, uint64_t argument) {
    TaskGraph *graph = subject;
    Task *task = &graph->store.tasks[argument];
    const TaskPool *pool = &graph->store.pools[graph->store.extras[task->extra].reserve];
    task->release = TASK_RELEASED_BY_POOL;
    task->released_by = pool->last_given == engine_now(engine) ? pool->last_giver : TASK_NONE;
    task_start(graph, (TaskId)argument);
    task_start_ready(graph);
}

/* True when the task needs no units or got them at once; otherwise task_on_granted goes on. */
static bool task_take_units(TaskGraph *graph, TaskId id) {
    uint32_t index = graph->store.tasks[id].extra;
    if (index == TASK_NONE || graph->store.extras[index].reserve == TASK_NONE)
        return true;
    const TaskExtra *extra = &graph->store.extras[index];
    Pool *pool = graph->store.pools[extra->reserve].pool;
    return pool_request(pool, extra->reserve_units, 0, (Event){task_on_granted, graph, id});
}

/* The last thing of every event: whoever is told that all is done may destroy the graph. */
static void task_start_ready(TaskGraph *graph) {
    while (graph->first_ready != TASK_NONE) {
        TaskId id = graph->first_ready;
        graph->first_ready = graph->store.tasks[id].next_ready;
        if (graph->first_ready == TASK_NONE)
            graph->last_ready = TASK_NONE;
        if (task_take_units(graph, id))
            task_start(graph, id);
    }
    if (graph->done_count == graph->store.task_count && graph->done.action != NULL) {
        Event done = graph->done;
        graph->done.action = NULL;
        done.action(graph->engine, done.subject, done.argument);
    }
}

void task_graph_note_losses(TaskGraph *graph, uint32_t owner, double *lost_s) {
    ENGINE_CHECK(graph->engine, !graph->started);
    graph->owner = owner;
    graph->lost_s = lost_s;
}

void task_graph_contend(TaskGraph *graph, const TaskContact *contacts, const StreamId *front_of) {
    ENGINE_CHECK(graph->engine, !graph->started && graph->contention == NULL);
    graph->contention = task_contention_create(graph->engine, contacts, front_of, graph->store.stream_count);
}

void task_graph_start(TaskGraph *graph, Event done) {
    ENGINE_CHECK(graph->engine, !graph->started);
    graph->done = done;
    graph->started = true;
    task_store_close(&graph->store);
    TaskStore *store = &graph->store;
    /* Tasks that wait for nothing at all come first, then those whose streams were their only wait. */
    for (TaskId id = 0; id < store->task_count; id++) {
        if (store->tasks[id].waits == 0)
            task_push_ready(graph, id);
    }
    for (size_t i = 0; i < store->stream_count; i++) {
        if (store->streams[i].count > 0)
            task_release(graph, store->streams[i].tasks[0], TASK_RELEASED_AT_START, TASK_NONE);
    }
    task_start_ready(graph);
}

void task_graph_end_task(TaskGraph *graph, TaskId task) {
    ENGINE_CHECK(graph->engine, task < graph->store.task_count && graph->store.tasks[task].start >= 0);
    ENGINE_CHECK(graph->engine, graph->store.tasks[task].end < 0);
    task_end(graph, task);
    task_start_ready(graph);
}

int task_graph_count(const TaskGraph *graph) {
    return (int)graph->store.task_count;
}

TaskRecord task_graph_record(const TaskGraph *graph, TaskId task) {
    ENGINE_CHECK(graph->engine, task < graph->store.task_count);
    const Task *record = &graph->store.tasks[task];
    return (TaskRecord){.start = record->start,
                        .end = record->end,
                        .release = (TaskRelease)record->release,
                        .released_by = record->released_by,
                        .label = record->label};
}

int task_graph_stream_count(const TaskGraph *graph, StreamId stream) {
    ENGINE_CHECK(graph->engine, stream < graph->store.stream_count);
    return (int)graph->store.streams[stream].count;
}

TaskId task_graph_stream_task(const TaskGraph *graph, StreamId stream, int position) {
    ENGINE_CHECK(graph->engine, stream < graph->store.stream_count);
    ENGINE_CHECK(graph->engine, position >= 0 && (size_t)position < graph->store.streams[stream].count);
    return graph->store.streams[stream].tasks[position];
}
