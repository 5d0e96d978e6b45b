/*
 * quiet_tail: whether the tasks that follow quiet passes (quiet_passes.h) leave their transfers alone. No task that
 * moves something over a resource may start before the last quiet transfer over it is done, unless the resource has
 * room for all (link_room.h). When a task starts at the earliest is the longest chain of durations before it, which is
 * known when it is added.
 */
#ifndef MODELS_WORKLOAD_QUIET_TAIL_H
#define MODELS_WORKLOAD_QUIET_TAIL_H

#include "models/communication/link_room.h"
#include "models/workload/quiet_passes.h"

typedef struct QuietTail QuietTail;

/* Times all passes that can be quiet, and sets their tail; NULL when passes are not regular,
 * are too few or meet others on links. */
QuietPasses *quiet_tail_choose(const QuietPlan *plan);

/* Notes a task of the graph, in the order of their ids; `spec` as it is added. */
void quiet_tail_note(QuietTail *tail, const TaskSpec *spec);

/* When a task could meet a quiet transfer first, once all tasks are noted; SIM_TIME_MAX = never, 0 = it cannot be told.
 */
SimTime quiet_tail_first_meeting(QuietTail *tail);

/* Frees what the arena does not own; NULL is allowed. */
void quiet_tail_destroy(QuietTail *tail);

#endif
