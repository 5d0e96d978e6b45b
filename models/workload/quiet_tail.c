#include "models/workload/quiet_tail.h"

#include <stdlib.h>

#include "models/workload/quiet_links.h"
#include "sim/engine/array.h"

struct QuietTail {
    const QuietPasses *quiet;
    LinkRoom *room; /* of the tasks, and of the quiet passes that they may meet */
    int resource_count;
    SimTime *busy_until; /* [resource]: end of the last quiet transfer over it */
    SimTime *met_at;     /* [resource]: when the first task that may be on it before may start; SIM_TIME_MAX = none */
    SimTime *task_ends;  /* [task]: the earliest */
    size_t task_count;
    size_t task_capacity;
    SimTime *stream_ends; /* [stream]: of the last task on it, the earliest */
    size_t stream_count;
    size_t stream_capacity;
    bool disturbed;
};

static void add_work(LinkRoom *room, const QuietPasses *quiet, int index) {
    const QuietWork *work = &quiet->works[index];
    const StreamId *streams = quiet->streams[quiet_stage_of_work(&quiet->shape, index)];
    for (int way = 0; way < work->way_count; way++)
        link_room_add(room, streams[STREAM_COMPUTE], work->ways[way]);
    link_room_add(room, streams[quiet->overlaps ? STREAM_PIPELINE : STREAM_COMPUTE], work->message_way);
}

static LinkRoom *room_of(const QuietPasses *quiet, const QuietPlan *plan) {
    LinkRoom *room = link_room_create(plan->arena, plan->share);
    for (int i = 0; i < quiet->work_count; i++)
        add_work(room, quiet, i);
    return room;
}

static void keep_busy(QuietTail *tail, const ShareWay *way, SimTime until) {
    for (int i = 0; way != NULL && i < way->use_count; i++) {
        SimTime *busy = &tail->busy_until[way->uses[i].resource];
        *busy = until > *busy ? until : *busy;
    }
}

static QuietTail *tail_of(const QuietPasses *quiet, const QuietPlan *plan) {
    QuietTail *tail = ARENA_NEW(plan->arena, QuietTail);
    *tail = (QuietTail){.quiet = quiet, .resource_count = (int)fair_share_resource_count(plan->share)};
    tail->room = link_room_create(plan->arena, plan->share);
    tail->busy_until = ARENA_ARRAY(plan->arena, tail->resource_count, SimTime);
    tail->met_at = ARENA_ARRAY(plan->arena, tail->resource_count, SimTime);
    for (int i = 0; i < tail->resource_count; i++)
        tail->met_at[i] = SIM_TIME_MAX;
    for (int i = 0; i < quiet->work_count; i++) {
        const QuietWork *work = &quiet->works[i];
        keep_busy(tail, work->message_way, work->last_sent);
        for (int way = 0; way < work->way_count && work->count > 0; way++)
            keep_busy(tail, work->ways[way], quiet->free_at[quiet_stage_of_work(&quiet->shape, i)]);
    }
    return tail;
}

QuietPasses *quiet_tail_choose(const QuietPlan *plan) {
    QuietPasses *quiet = quiet_passes_create(plan);
    if (quiet == NULL || !quiet_passes_time(quiet, plan->until))
        return NULL;
    const LinkRoom *room = room_of(quiet, plan);
    int resources = (int)fair_share_resource_count(plan->share);
    if (quiet_links_first_meeting(quiet, room, resources, plan->arena) < SIM_TIME_MAX)
        return NULL;
    quiet->tail = tail_of(quiet, plan);
    return quiet;
}

static SimTime earliest_start(QuietTail *tail, const TaskSpec *spec) {
    SimTime start = 0;
    for (int i = 0; i < spec->dependency_count; i++)
        if (tail->task_ends[spec->dependencies[i]] > start)
            start = tail->task_ends[spec->dependencies[i]];
    for (int i = 0; i < spec->stream_count; i++) {
        size_t needed = (size_t)spec->streams[i] + 1;
        tail->stream_ends = array_grow(tail->stream_ends, &tail->stream_capacity, needed, sizeof *tail->stream_ends);
        while (tail->stream_count < needed)
            tail->stream_ends[tail->stream_count++] = 0;
        if (tail->stream_ends[spec->streams[i]] > start)
            start = tail->stream_ends[spec->streams[i]];
    }
    return start;
}

void quiet_tail_note(QuietTail *tail, const TaskSpec *spec) {
    SimTime end = earliest_start(tail, spec) + spec->duration;
    tail->task_ends = array_grow(tail->task_ends, &tail->task_capacity, tail->task_count + 1, sizeof *tail->task_ends);
    tail->task_ends[tail->task_count++] = end;
    for (int i = 0; i < spec->stream_count; i++)
        tail->stream_ends[spec->streams[i]] = end;
    for (int i = 0; spec->way != NULL && spec->amount > 0 && i < spec->way->use_count; i++) {
        ResourceId resource = spec->way->uses[i].resource;
        if (tail->busy_until[resource] > end && end < tail->met_at[resource])
            tail->met_at[resource] = end;
    }
    if (spec->way != NULL && spec->amount > 0)
        link_room_add(tail->room, spec->streams[0], spec->way);
    tail->disturbed = tail->disturbed || spec->uses != NULL || spec->begin.action != NULL || spec->reserve != NULL;
}

static bool meets(const QuietTail *tail, const ShareWay *way, SimTime until) {
    for (int i = 0; way != NULL && i < way->use_count; i++)
        if (tail->met_at[way->uses[i].resource] < until)
            return true;
    return false;
}

/* The quiet transfers that are still there when the tasks come. */
static void add_met_works(QuietTail *tail) {
    const QuietPasses *quiet = tail->quiet;
    for (int i = 0; i < quiet->work_count; i++) {
        const QuietWork *work = &quiet->works[i];
        bool met = meets(tail, work->message_way, work->last_sent);
        for (int way = 0; way < work->way_count && work->count > 0; way++)
            met = met || meets(tail, work->ways[way], quiet->free_at[quiet_stage_of_work(&quiet->shape, i)]);
        if (met)
            add_work(tail->room, quiet, i);
    }
}

SimTime quiet_tail_first_meeting(QuietTail *tail) {
    add_met_works(tail);
    SimTime first = tail->disturbed ? 0 : SIM_TIME_MAX;
    for (int i = 0; i < tail->resource_count; i++)
        if (tail->met_at[i] < first && !link_room_is_enough(tail->room, (ResourceId)i))
            first = tail->met_at[i];
    return first;
}

void quiet_tail_destroy(QuietTail *tail) {
    if (tail == NULL)
        return;
    free(tail->task_ends);
    free(tail->stream_ends);
}
