#include "models/account/attribution.h"

#include "models/account/quiet_attribution.h"
#include "sim/engine/check.h"

/* `ns` of a task that is no kernel; of communication, as much of what it lost to others. */
static void add_transfer(const Step *step, TaskId id, int64_t ns, Attribution *attribution) {
    const StepTask *task = &step->tasks[id];
    ledger_add(&attribution->row, task->category, ns);
    attribution->comm_ns[task->category][task->link] += ns;
    TaskRecord record = task_graph_record(step->graph, id);
    bool moves = ledger_is_communication(task->category);
    if (step->owners == 0 || !moves || record.end <= record.start)
        return;
    double part = (double)ns / (double)(record.end - record.start);
    for (uint32_t owner = 0; owner < step->owners; owner++)
        attribution->lost_s[owner] += part * step->lost_s[(size_t)id * step->owners + owner];
}

int64_t attribution_slowed_ns(const Step *step, const StepTask *task, int64_t ns) {
    return task->profile >= 0 ? ns - ledger_sum(&step->profiles[task->profile].row) : 0;
}

static void add_straggling(Attribution *attribution, int culprit, int64_t ns) {
    ledger_add(&attribution->row, LEDGER_STRAGGLER, ns);
    attribution->straggler_ns[culprit] += ns;
}

static void add_task(const Step *step, TaskId id, int64_t ns, Attribution *attribution) {
    const StepTask *task = &step->tasks[id];
    if (task->profile < 0) {
        add_transfer(step, id, ns, attribution);
        return;
    }
    const LedgerRow *profile = &step->profiles[task->profile].row;
    for (int category = 0; category < LEDGER_COUNT; category++)
        ledger_add(&attribution->row, (LedgerCategory)category, profile->ns[category]);
    attribution->straggler_ns[task->gpu_class] += profile->ns[LEDGER_STRAGGLER];
    attribution->comm_ns[LEDGER_COMM_TENSOR][task->link] += profile->ns[LEDGER_COMM_TENSOR];
    int64_t slowed = attribution_slowed_ns(step, task, ns);
    ledger_add(&attribution->row, step->slowing_category, slowed);
    attribution->comm_ns[step->slowing_category][step->slowing_link] += slowed;
}

/* The part of `ns` of somebody else's work that his slowness alone cost. */
static int64_t slow_part(const Step *step, const StepTask *task, int64_t ns) {
    const LedgerRow *profile = task->profile >= 0 ? &step->profiles[task->profile].row : NULL;
    if (profile == NULL || profile->ns[LEDGER_STRAGGLER] == 0)
        return 0;
    return (int64_t)((double)profile->ns[LEDGER_STRAGGLER] / (double)ledger_sum(profile) * (double)ns);
}

/* True when a replica is slow by its type of node alone, and that of the class no less. */
static bool is_no_later(const Step *step, const ReplicaSet *own, const ReplicaSet *other) {
    const RankClass *classes = step->ranks.classes;
    if (own->slowest_class < 0 || other->slowest_class < 0 || classes[other->slowest_class].speed_fraction < 1)
        return false;
    return classes[own->slowest_class].pace_fraction <= classes[other->slowest_class].pace_fraction;
}

/* The slow class that makes everything late where `other` works, seen from a class that it does not hold up there; -1
 * for none. */
static int late_group(const Step *step, int gpu_class, int other) {
    const RankClass *self = &step->ranks.classes[gpu_class], *them = &step->ranks.classes[other];
    const ReplicaSet *sets = step->ranks.replica_sets;
    if (self->replica_set != them->replica_set &&
        !is_no_later(step, &sets[self->replica_set], &sets[them->replica_set]))
        return sets[them->replica_set].slowest_class;
    bool same_group = self->stage == them->stage;
    return same_group && them->pace_fraction < self->pace_fraction ? other : -1;
}

/* True for work of a replica on slower nodes than the class's: its sums take longer there too. */
static bool is_on_slower_nodes(const Step *step, int gpu_class, const StepTask *task) {
    if (task->gpu_class < 0 || (task->profile < 0 && task->category != LEDGER_COMM_TENSOR))
        return false;
    const RankClass *self = &step->ranks.classes[gpu_class], *them = &step->ranks.classes[task->gpu_class];
    const ReplicaSet *sets = step->ranks.replica_sets;
    return them->node_type != self->node_type && them->replica_set != self->replica_set &&
           them->pace_fraction < self->pace_fraction &&
           !is_no_later(step, &sets[self->replica_set], &sets[them->replica_set]);
}

/* True for work of the class's own tensor group. */
static bool is_own_group(const Step *step, int gpu_class, const StepTask *task) {
    const RankClass *self = &step->ranks.classes[gpu_class], *them = &step->ranks.classes[task->gpu_class];
    return self->stage == them->stage && self->replica_set == them->replica_set;
}

/* `ns` of a gap of `gpu_class` while task `id` ran elsewhere. */
static void add_blame(const Step *step, int gpu_class, TaskId id, int64_t ns, Attribution *attribution) {
    const StepTask *task = &step->tasks[id];
    /* Without a pipeline there is no bubble: another replica's sums are waited for as communication. */
    bool one_stage = step->ranks.classes[step->ranks.class_count - 1].stage == 0;
    bool in_group = task->category == LEDGER_COMM_TENSOR && !one_stage;
    in_group = in_group && (task->gpu_class < 0 || !is_own_group(step, gpu_class, task));
    if (is_on_slower_nodes(step, gpu_class, task)) {
        add_straggling(attribution, late_group(step, gpu_class, task->gpu_class), ns);
        return;
    }
    if (task->profile < 0 && (!in_group || task->gpu_class < 0)) {
        add_transfer(step, id, ns, attribution);
        return;
    }
    int culprit = late_group(step, gpu_class, task->gpu_class);
    if (culprit >= 0) {
        add_straggling(attribution, culprit, ns);
        return;
    }
    int64_t slow = slow_part(step, task, ns);
    add_straggling(attribution, task->gpu_class, slow);
    ledger_add(&attribution->row, LEDGER_PIPELINE_BUBBLE, ns - slow);
}

/* Explains [from, until), which ended when `waiting` started, by following releases backwards. */
static void explain_gap(const Step *step, int gpu_class, TaskId waiting, SimTime from, Attribution *attribution) {
    TaskRecord record = task_graph_record(step->graph, waiting);
    SimTime until = record.start;
    while (until > from && record.released_by != TASK_NONE) {
        TaskId cause = record.released_by;
        const StepTask *task = &step->tasks[cause];
        if (task->profile == STEP_QUIET) {
            QuietTime time = {&attribution->row, attribution->comm_ns};
            SimTime start = step->start;
            until = start + quiet_attribution_explain(step->quiet, task, from - start, until - start, time);
            break;
        }
        record = task_graph_record(step->graph, cause);
        SimTime since = record.start > from ? record.start : from;
        if (since < until) {
            add_blame(step, gpu_class, cause, until - since, attribution);
            until = since;
        }
    }
    ledger_add(&attribution->row, LEDGER_IDLE, until - from);
}

void attribution_of_class(const Step *step, int gpu_class, SimTime wall, Attribution *attribution) {
    StreamId stream = step->streams[gpu_class][STREAM_COMPUTE];
    SimTime now = step->start;
    for (int position = 0; position < task_graph_stream_count(step->graph, stream); position++) {
        TaskId id = task_graph_stream_task(step->graph, stream, position);
        TaskRecord record = task_graph_record(step->graph, id);
        if (record.start > now)
            explain_gap(step, gpu_class, id, now, attribution);
        if (step->tasks[id].profile == STEP_QUIET)
            quiet_attribution_of_stage(step->quiet, step->ranks.classes[gpu_class].stage,
                                       (QuietTime){&attribution->row, attribution->comm_ns});
        else
            add_task(step, id, record.end - record.start, attribution);
        now = record.end;
    }
    CHECK(now <= wall);
    ledger_add(&attribution->row, LEDGER_IDLE, wall - now);
}
