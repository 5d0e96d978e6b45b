#include "sim/engine/share_ends.h"

#include <stdlib.h>

#include "sim/engine/array.h"

/* Completions come before all else of their instant. */
enum { DONE_PRIORITY = 0 };

ShareEnds share_ends_create(Engine *engine, ShareDone *done, void *subject) {
    return (ShareEnds){.engine = engine, .done = done, .subject = subject, .next_time = SIM_TIME_MAX};
}

void share_ends_free(ShareEnds *ends) {
    share_progress_free(&ends->progress);
    free(ends->alone);
}

void share_ends_add_resource(ShareEnds *ends) {
    share_progress_add_resource(&ends->progress);
}

static void share_ends_on_next(Engine *engine, void *subject, uint64_t argument) {
    (void)engine;
    ShareEnds *ends = subject;
    ends->next_time = SIM_TIME_MAX;
    ends->done(ends->subject, (uint32_t)argument);
}

static void share_ends_on_alone(Engine *engine, void *subject, uint64_t argument) {
    (void)engine;
    ShareEnds *ends = subject;
    ends->alone[argument].time = SIM_TIME_MAX;
    ends->done(ends->subject, (uint32_t)argument);
}

static EventHandle schedule(const ShareEnds *ends, SimTime time, Event event) {
    return engine_schedule(ends->engine, time - engine_now(ends->engine), DONE_PRIORITY, event);
}

void share_ends_schedule(ShareEnds *ends) {
    uint32_t slot = 0;
    SimTime time;
    bool found = share_progress_next(&ends->progress, &slot, &time);
    if (time == ends->next_time && slot == ends->next_slot)
        return;
    if (ends->next_time < SIM_TIME_MAX)
        engine_cancel(ends->engine, ends->next_event);
    ends->next_time = time;
    ends->next_slot = slot;
    if (found)
        ends->next_event = schedule(ends, time, (Event){share_ends_on_next, ends, slot});
}

static void schedule_alone(ShareEnds *ends, uint32_t slot) {
    ShareAlone *alone = &ends->alone[slot];
    SimTime time = share_progress_alone_end(&ends->progress, slot);
    if (time == alone->time)
        return;
    if (alone->time < SIM_TIME_MAX)
        engine_cancel(ends->engine, alone->event);
    alone->time = time;
    if (time < SIM_TIME_MAX)
        alone->event = schedule(ends, time, (Event){share_ends_on_alone, ends, slot});
}

void share_ends_begin(ShareEnds *ends, uint32_t slot, double amount) {
    if (slot >= ends->alone_count) {
        ends->alone_count = (size_t)slot + 1;
        ends->alone = array_grow(ends->alone, &ends->alone_capacity, ends->alone_count, sizeof *ends->alone);
    }
    ends->alone[slot].time = SIM_TIME_MAX;
    share_progress_begin(&ends->progress, slot, amount, engine_now(ends->engine));
}

void share_ends_join(ShareEnds *ends, uint32_t slot, uint32_t resource) {
    share_progress_join(&ends->progress, slot, resource, engine_now(ends->engine));
    schedule_alone(ends, slot);
}

void share_ends_go_alone(ShareEnds *ends, uint32_t slot, double rate_per_s) {
    share_progress_go_alone(&ends->progress, slot, rate_per_s, engine_now(ends->engine));
    schedule_alone(ends, slot);
}

void share_ends_set_level(ShareEnds *ends, uint32_t resource, double level_per_s) {
    share_progress_set_level(&ends->progress, resource, level_per_s, engine_now(ends->engine));
}

void share_ends_end(ShareEnds *ends, uint32_t slot) {
    share_progress_end(&ends->progress, slot);
    schedule_alone(ends, slot);
}

bool share_ends_is_alone(const ShareEnds *ends, uint32_t slot) {
    return ends->progress.runners[slot].lane == SHARE_ALONE;
}

double share_ends_left(const ShareEnds *ends, uint32_t slot) {
    return share_progress_left(&ends->progress, slot, engine_now(ends->engine));
}
