/*
 * task_store: what the tasks of a task_graph are and in which order they stand: the tasks, their dependencies as edges,
 * their places on streams. It is the part that is built before the run; task_graph runs it. Flat arrays, memory O(tasks
 * + edges + places).
 */
#ifndef SIM_ENGINE_TASK_STORE_H
#define SIM_ENGINE_TASK_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "sim/engine/task.h"

/* What every task has; one cache line. */
typedef struct Task {
    SimTime duration;
    SimTime start;        /* -1 = not yet */
    SimTime end;          /* -1 = not yet */
    uint32_t waits;       /* dependencies not ended + streams on which it is not first */
    uint32_t label;       /* the caller's */
    TaskId released_by;   /* the best candidate so far */
    TaskId next_ready;    /* list of those that may start now */
    uint32_t first_place; /* its streams: places[first_place ..] */
    uint32_t place_count; /* 0 .. */
    uint32_t extra;       /* index into extras, TASK_NONE = it only takes time */
    uint8_t release;      /* TaskRelease of released_by */
} Task;

/* What some tasks have: something to move, units to take or give back. Tasks that do the same share one. */
typedef struct TaskExtra {
    double amount;
    double cap_per_s;
    const ResourceUse *uses; /* borrowed */
    int use_count;
    const ShareWay *way; /* borrowed; NULL = uses */
    Event begin;         /* an action of NULL = none */
    uint32_t reserve;    /* index into pools, TASK_NONE = none */
    uint32_t release;
    int64_t reserve_units;
    int64_t release_units;
} TaskExtra;

typedef struct TaskEdge {
    TaskId before;
    TaskId after;
} TaskEdge;

typedef struct TaskStream {
    TaskId *tasks;
    size_t count;
    size_t capacity;
    size_t head; /* position of the task that holds it, or will */
} TaskStream;

typedef struct TaskPool {
    Pool *pool;         /* borrowed */
    TaskId last_giver;  /* the last task whose units went to somebody who waited */
    SimTime last_given; /* when; -1 = never */
} TaskPool;

typedef struct TaskStore {
    Task *tasks;
    size_t task_count;
    size_t task_capacity;
    TaskExtra *extras;
    size_t extra_count;
    size_t extra_capacity;
    TaskEdge *edges; /* until task_store_close */
    size_t edge_count;
    size_t edge_capacity;
    StreamId *places;
    size_t place_count;
    size_t place_capacity;
    TaskStream *streams;
    size_t stream_count;
    size_t stream_capacity;
    TaskPool *pools;
    size_t pool_count;
    size_t pool_capacity;
    size_t *first_successor; /* [task_count + 1], from task_store_close on: the tasks after t are */
    TaskId *successors;      /* successors[first_successor[t]] .. [first_successor[t + 1] - 1], as added */
} TaskStore;

void task_store_init(TaskStore *store);
void task_store_free(TaskStore *store);

StreamId task_store_add_stream(TaskStore *store);
TaskId task_store_add(TaskStore *store, const TaskSpec *spec);
void task_store_add_dependency(TaskStore *store, TaskId after, TaskId before);

/* Ends the building: sorts the edges by the task they come from. */
void task_store_close(TaskStore *store);

#endif
