/*
 * task_contention: tasks of a task_graph that slow each other while they run at the same time. A stream may run beside
 * another one (its front): what runs behind takes from what runs in front. Of a front task `exclusive` and `shared` are
 * the shares of its time that need one or the other resource; of a task behind, how much longer such time takes beside
 * it. In front everything takes
 *
 *     1 + max(0, sum over tasks behind of (needs.exclusive takes.exclusive + needs.shared takes.shared) - needs.slack)
 *
 * times as long as alone, and a task behind ends later by needs.shared takes.shared of the time beside it. Slack is
 * waiting that the front task does anyway. Rates change when tasks start and end; times are rounded up to nanoseconds.
 *
 * Limits: what is owed behind is paid after its transfer, during which the links are free; what the front pays then
 * counts, what the task behind loses then does not.
 */
#ifndef SIM_ENGINE_TASK_CONTENTION_H
#define SIM_ENGINE_TASK_CONTENTION_H

#include "sim/engine/task.h"

#define STREAM_NONE UINT32_MAX

/* Of a task in front what it needs, of one behind what it takes. */
typedef struct TaskContact {
    float exclusive; /* >= 0 */
    float shared;    /* >= 0 */
    float slack;     /* >= 0; in front only, of its time alone */
} TaskContact;

typedef struct TaskContention TaskContention;

/* contacts[task] and front_of[stream] (STREAM_NONE = beside no other) are borrowed. */
TaskContention *task_contention_create(Engine *engine, const TaskContact *contacts, const StreamId *front_of,
                                       size_t stream_count);
void task_contention_destroy(TaskContention *contention);

/* Where a task runs. */
typedef struct TaskStand {
    TaskId task;
    const StreamId *streams;
    uint32_t stream_count;
} TaskStand;

/* A task starts. True when `done` was planned for the end of its duration, however long that takes. */
bool task_contention_start(TaskContention *contention, const TaskStand *stand, SimTime duration, Event done);

/* What a task behind owes when it has moved everything, ns. */
SimTime task_contention_owed(TaskContention *contention, const TaskStand *stand);

/* A task has ended. */
void task_contention_end(TaskContention *contention, const TaskStand *stand);

#endif
