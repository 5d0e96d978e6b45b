/*
 * task: the words of a task_graph as plain data: how a task is named, what is asked of it, what is known of it
 * afterwards. What they mean for each other is in task_graph.h.
 */
#ifndef SIM_ENGINE_TASK_H
#define SIM_ENGINE_TASK_H

#include <stdint.h>

#include "sim/engine/fair_share.h"
#include "sim/engine/pool.h"

typedef uint32_t TaskId;   /* 0.., dense, in order of creation */
typedef uint32_t StreamId; /* 0.., dense, in order of creation */
#define TASK_NONE UINT32_MAX

typedef struct TaskSpec {
    /* Copied; 0 .. n, each at most once; the task queues at their ends in the order of task_graph_add. */
    const StreamId *streams;
    int stream_count;
    const TaskId *dependencies; /* copied; tasks added before */
    int dependency_count;
    SimTime duration;        /* ns, >= 0: time of a compute or wait, latency of a transfer */
    double amount;           /* units to move after `duration`, 0 = nothing to move */
    double cap_per_s;        /* own limit of a transfer, 0 = none */
    const ResourceUse *uses; /* borrowed until the task has ended; shared between tasks */
    int use_count;
    const ShareWay *way; /* instead of `uses`, looked at when the transfer starts (fair_share.h); NULL = uses */
    Event begin;         /* instead of `amount`: happens after `duration`, and task_graph_end_task ends the task */
    Pool *reserve;       /* NULL, or the pool from which reserve_units are taken before the task starts */
    int64_t reserve_units;
    Pool *release; /* NULL, or the pool to which release_units are given back when the task ends */
    int64_t release_units;
    uint32_t label; /* the caller's own, answered by task_graph_record */
} TaskSpec;

typedef enum TaskRelease {
    TASK_RELEASED_AT_START,      /* nothing held it: time 0 */
    TASK_RELEASED_BY_DEPENDENCY, /* the last dependency ended */
    TASK_RELEASED_BY_STREAM,     /* the task before it on a stream ended */
    TASK_RELEASED_BY_POOL        /* its units became free; released_by is the task that gave them back, or TASK_NONE */
} TaskRelease;

typedef struct TaskRecord {
    SimTime start; /* -1 = never started */
    SimTime end;   /* -1 = never ended */
    TaskRelease release;
    TaskId released_by; /* TASK_NONE at the start of the run */
    uint32_t label;
} TaskRecord;

#endif
