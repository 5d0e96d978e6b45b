#include "sim/engine/share_progress.h"

#include <math.h>
#include <stdlib.h>

#include "sim/engine/array.h"

/* Two of these still fit into SimTime. */
static const double FOREVER_S = 4e9;

/* A lane reckons its distances anew when it has gone so many times as far as anybody in it had to go. */
static const double FAR = 16.0;

void share_progress_free(ShareProgress *progress) {
    for (size_t r = 0; r < progress->lane_count; r++)
        indexed_heap_free(&progress->lanes[r].heap);
    free(progress->lanes);
    free(progress->lane_place);
    free(progress->runners);
    free(progress->runner_place);
    indexed_heap_free(&progress->lane_ends);
    indexed_heap_free(&progress->ready);
}

void share_progress_add_resource(ShareProgress *progress) {
    size_t *capacity = progress->lane_capacity, needed = progress->lane_count + 1;
    progress->lanes = array_grow(progress->lanes, &capacity[0], needed, sizeof *progress->lanes);
    progress->lane_place = array_grow(progress->lane_place, &capacity[1], needed, sizeof *progress->lane_place);
    progress->lanes[progress->lane_count] = (ShareLane){0};
    progress->lane_place[progress->lane_count++] = HEAP_ABSENT;
}

/* SIM_TIME_MAX = never. */
static SimTime end_time(SimTime since, double left, double rate_per_s) {
    if (left <= 0.0)
        return since;
    double rest_s = rate_per_s > 0.0 ? left / rate_per_s : INFINITY;
    return rest_s > FOREVER_S ? SIM_TIME_MAX : since + sim_time_from_s(rest_s);
}

SimTime share_progress_time(double amount, double rate_per_s) {
    return end_time(0, amount, rate_per_s);
}

static SimTime lane_first_end(const ShareLane *lane) {
    return end_time(lane->since, heap_key_value(lane->heap.entries[0].key) - lane->distance, lane->level_per_s);
}

static void lane_schedule(ShareProgress *progress, uint32_t resource) {
    const ShareLane *lane = &progress->lanes[resource];
    SimTime end = lane->heap.count > 0 ? lane_first_end(lane) : SIM_TIME_MAX;
    if (end < SIM_TIME_MAX)
        indexed_heap_set(&progress->lane_ends, progress->lane_place, resource, end);
    else if (progress->lane_place[resource] != HEAP_ABSENT)
        indexed_heap_remove(&progress->lane_ends, progress->lane_place, resource);
}

/* Nothing is left of it, and its turn comes now. */
static void runner_is_ready(ShareProgress *progress, uint32_t slot, SimTime now) {
    progress->runners[slot] = (ShareRunner){0.0, 0.0, now, SHARE_ALONE};
    indexed_heap_set(&progress->ready, progress->runner_place, slot, now);
}

static void lane_reckon_anew(ShareLane *lane) {
    double longest = 0.0;
    for (uint32_t i = 0; i < lane->heap.count; i++) {
        double left = fmax(heap_key_value(lane->heap.entries[i].key) - lane->distance, 0.0);
        lane->heap.entries[i].key = heap_key_of(left);
        longest = fmax(longest, left);
    }
    lane->distance = 0.0;
    lane->farthest = FAR * longest;
}

/* Brings a lane up to date. Whoever is done now has nothing left, whatever rounding says, and waits outside for it. */
static void lane_advance(ShareProgress *progress, uint32_t resource, SimTime now) {
    ShareLane *lane = &progress->lanes[resource];
    while (lane->heap.count > 0 && lane_first_end(lane) <= now) {
        uint32_t slot = lane->heap.entries[0].id;
        indexed_heap_remove(&lane->heap, progress->runner_place, slot);
        runner_is_ready(progress, slot, now);
    }
    lane->distance += lane->level_per_s * sim_time_to_s(now - lane->since);
    lane->since = now;
    if (lane->heap.count == 0)
        lane->distance = lane->farthest = 0.0;
    else if (lane->distance > lane->farthest)
        lane_reckon_anew(lane);
}

void share_progress_begin(ShareProgress *progress, uint32_t slot, double amount, SimTime now) {
    size_t *capacity = progress->runner_capacity;
    if (slot >= progress->runner_count) {
        size_t needed = progress->runner_count = (size_t)slot + 1;
        progress->runners = array_grow(progress->runners, &capacity[0], needed, sizeof *progress->runners);
        progress->runner_place = array_grow(progress->runner_place, &capacity[1], needed, sizeof(uint32_t));
    }
    progress->runner_place[slot] = HEAP_ABSENT;
    progress->runners[slot] = (ShareRunner){amount, 0.0, now, SHARE_ALONE};
    if (amount == 0.0)
        runner_is_ready(progress, slot, now);
}

double share_progress_left(const ShareProgress *progress, uint32_t slot, SimTime now) {
    const ShareRunner *runner = &progress->runners[slot];
    if (runner->lane == SHARE_ALONE) {
        if (runner->rate_per_s == 0.0)
            return runner->left;
        if (end_time(runner->since, runner->left, runner->rate_per_s) <= now)
            return 0.0;
        return fmax(runner->left - runner->rate_per_s * sim_time_to_s(now - runner->since), 0.0);
    }
    const ShareLane *lane = &progress->lanes[runner->lane];
    double left = heap_key_value(lane->heap.entries[progress->runner_place[slot]].key) - lane->distance;
    if (end_time(lane->since, left, lane->level_per_s) <= now)
        return 0.0;
    return fmax(left - lane->level_per_s * sim_time_to_s(now - lane->since), 0.0);
}

/* Takes an activity out of where it goes. */
static void runner_leave(ShareProgress *progress, uint32_t slot) {
    uint32_t resource = progress->runners[slot].lane;
    if (resource == SHARE_ALONE) {
        if (progress->runner_place[slot] != HEAP_ABSENT)
            indexed_heap_remove(&progress->ready, progress->runner_place, slot);
        return;
    }
    bool was_first = progress->runner_place[slot] == 0;
    indexed_heap_remove(&progress->lanes[resource].heap, progress->runner_place, slot);
    if (was_first)
        lane_schedule(progress, resource);
}

void share_progress_join(ShareProgress *progress, uint32_t slot, uint32_t resource, SimTime now) {
    ShareRunner *runner = &progress->runners[slot];
    if (runner->lane == resource)
        return;
    double left = share_progress_left(progress, slot, now);
    if (runner->lane == SHARE_ALONE && left == 0.0)
        return;
    runner_leave(progress, slot);
    lane_advance(progress, resource, now);
    ShareLane *lane = &progress->lanes[resource];
    runner->lane = resource;
    lane->farthest = fmax(lane->farthest, FAR * left);
    indexed_heap_set(&lane->heap, progress->runner_place, slot, heap_key_of(lane->distance + left));
    lane_schedule(progress, resource);
}

void share_progress_go_alone(ShareProgress *progress, uint32_t slot, double rate_per_s, SimTime now) {
    ShareRunner *runner = &progress->runners[slot];
    double left = share_progress_left(progress, slot, now);
    if (runner->lane == SHARE_ALONE && (left == 0.0 || runner->rate_per_s == rate_per_s))
        return;
    runner_leave(progress, slot);
    *runner = (ShareRunner){left, rate_per_s, now, SHARE_ALONE};
}

SimTime share_progress_alone_end(const ShareProgress *progress, uint32_t slot) {
    const ShareRunner *runner = &progress->runners[slot];
    bool is_moving = runner->lane == SHARE_ALONE && runner->left > 0.0;
    return is_moving ? end_time(runner->since, runner->left, runner->rate_per_s) : SIM_TIME_MAX;
}

void share_progress_set_level(ShareProgress *progress, uint32_t resource, double level_per_s, SimTime now) {
    ShareLane *lane = &progress->lanes[resource];
    if (lane->level_per_s == level_per_s)
        return;
    lane_advance(progress, resource, now);
    lane->level_per_s = level_per_s;
    lane_schedule(progress, resource);
}

void share_progress_end(ShareProgress *progress, uint32_t slot) {
    runner_leave(progress, slot);
    progress->runners[slot] = (ShareRunner){.lane = SHARE_ALONE};
}

bool share_progress_next(const ShareProgress *progress, uint32_t *slot, SimTime *time) {
    *time = SIM_TIME_MAX;
    if (progress->lane_ends.count > 0) {
        const HeapEntry *first = &progress->lane_ends.entries[0];
        *time = first->key;
        *slot = progress->lanes[first->id].heap.entries[0].id;
    }
    if (progress->ready.count > 0 && progress->ready.entries[0].key < *time) {
        *time = progress->ready.entries[0].key;
        *slot = progress->ready.entries[0].id;
    }
    return *time < SIM_TIME_MAX;
}
