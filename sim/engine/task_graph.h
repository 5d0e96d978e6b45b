/*
 * task_graph: work as a graph. A task starts when its dependencies are done, when it is first in each of its streams
 * (in-order queues, as in CUDA) and, if it takes units of a pool, when they are its own. It then runs for a fixed time,
 * moves an amount over shared resources (after a latency), or both. A task on several streams is a collective: it holds
 * them all, from the arrival of the last.
 *
 * Every task remembers what released it last: the dependency or the task before it on a stream that ended last; at
 * equal ends a dependency before a stream, then the smaller id. Units are asked for once all else is ready, so a task
 * that had to wait for them was released by the task that gave them back; of several at that instant, by the last whose
 * units ended a wait. Following that record backwards from the end of a run is the critical path.
 *
 * Tasks that take no time start and end in one go, at the same instant. All tasks are added before the start.
 */
#ifndef SIM_ENGINE_TASK_GRAPH_H
#define SIM_ENGINE_TASK_GRAPH_H

#include "sim/engine/task_contention.h"

typedef struct TaskGraph TaskGraph;

TaskGraph *task_graph_create(Engine *engine, FairShare *share);
void task_graph_destroy(TaskGraph *graph);

StreamId task_graph_add_stream(TaskGraph *graph);
TaskId task_graph_add(TaskGraph *graph, const TaskSpec *spec);

/* Makes `after` wait for `before`; both exist and the graph has not been started. */
void task_graph_add_dependency(TaskGraph *graph, TaskId after, TaskId before);

/*
 * Starts what can start now; engine_run then does the rest. When all tasks have ended, `done` happens at once; an
 * action of NULL does nothing. Tasks in a circle, or that wait for a pool which never fills, do not end.
 */
void task_graph_start(TaskGraph *graph, Event done);

/* Makes every transfer note, in lost_s[task * owners + o], what it lost to owner o (fair_share_owner_count); before the
 * start. The array is the caller's, zeroed, with a row per task. */
void task_graph_note_losses(TaskGraph *graph, uint32_t owner, double *lost_s);

/* Makes tasks slow each other as task_contention.h says; before the start. Both arrays are the caller's. */
void task_graph_contend(TaskGraph *graph, const TaskContact *contacts, const StreamId *front_of);

/* Ends a task whose `begin` has happened, in an event of its own. */
void task_graph_end_task(TaskGraph *graph, TaskId task);

int task_graph_count(const TaskGraph *graph);
TaskRecord task_graph_record(const TaskGraph *graph, TaskId task);

/* The tasks of one stream in order: count, and the task at `position`. */
int task_graph_stream_count(const TaskGraph *graph, StreamId stream);
TaskId task_graph_stream_task(const TaskGraph *graph, StreamId stream, int position);

#endif
