#include "sim/engine/share_solver.h"

#include <math.h>
#include <stdlib.h>

#include "sim/engine/array.h"
#include "sim/engine/extremes.h"
#include "sim/engine/fatal.h"
#include "sim/engine/id_list.h"
#include "sim/engine/indexed_heap.h"
#include "sim/engine/share_level.h"

/* Relative: levels and rates that count as equal. */
static const double SAME_LEVEL_TOLERANCE = 1e-12;

struct ShareSolver {
    ShareGraph *graph;
    IndexedHeap queue; /* resources to look at, by a level that is right or too low */
    IndexedHeap caps;  /* open activities by cap */
    uint32_t *queue_place;
    uint32_t *cap_place;
    size_t queue_place_count;
    size_t queue_place_capacity;
    size_t cap_place_count;
    size_t cap_place_capacity;
    IdList touched;     /* resources */
    IdList fresh;       /* activities */
    IdList seen;        /* resources */
    IdList moved;       /* activities with a new limit */
    IdList sharing;     /* activities at the level of the resource at hand */
    double level_per_s; /* everything below is settled */
};

ShareSolver *share_solver_create(ShareGraph *graph) {
    ShareSolver *solver = calloc(1, sizeof *solver);
    if (solver == NULL)
        fatal("out of memory for shared resources");
    solver->graph = graph;
    return solver;
}

void share_solver_destroy(ShareSolver *solver) {
    if (solver == NULL)
        return;
    indexed_heap_free(&solver->queue);
    indexed_heap_free(&solver->caps);
    free(solver->queue_place);
    free(solver->cap_place);
    id_list_free(&solver->touched);
    id_list_free(&solver->fresh);
    id_list_free(&solver->seen);
    id_list_free(&solver->moved);
    id_list_free(&solver->sharing);
    free(solver);
}

void share_solver_touch(ShareSolver *solver, uint32_t resource) {
    id_list_push(&solver->touched, resource);
}

void share_solver_add(ShareSolver *solver, uint32_t activity) {
    solver->graph->activities[activity].state = SHARE_FRESH;
    id_list_push(&solver->fresh, activity);
}

bool share_solver_is_touched(const ShareSolver *solver) {
    return solver->touched.count + solver->fresh.count > 0;
}

static uint32_t *place_reserve(uint32_t *place, size_t *count, size_t *capacity, size_t needed) {
    place = array_grow(place, capacity, needed, sizeof *place);
    while (*count < needed)
        place[(*count)++] = HEAP_ABSENT;
    return place;
}

static bool solver_same(double a, double b) {
    return fabs(a - b) <= SAME_LEVEL_TOLERANCE * b;
}

static void solver_see(ShareSolver *solver, uint32_t id) {
    if (solver->graph->resources[id].is_seen)
        return;
    id_list_push(&solver->seen, id);
    share_level_begin(solver->graph, id);
}

/* Its level, or the level at which it lets go, whichever comes first. */
static void solver_queue(ShareSolver *solver, uint32_t id) {
    const ShareResource *resource = &solver->graph->resources[id];
    if (resource->is_filled)
        return;
    double level_per_s = larger(share_level_lowest(resource), solver->level_per_s);
    if (!resource->is_open)
        level_per_s = smaller(level_per_s, resource->level_per_s);
    if (level_per_s < INFINITY)
        indexed_heap_set(&solver->queue, solver->queue_place, id, heap_key_of(level_per_s));
}

/* Takes a use of an activity that is about to be fixed out of the reckoning; false when the resource need not know. */
static bool solver_settle_use(ShareSolver *solver, const ShareActivity *activity, const ShareUse *use,
                              double rate_per_s) {
    ShareResource *resource = &solver->graph->resources[use->resource];
    if (activity->state == SHARE_OPEN || use->resource == activity->limit) {
        solver_see(solver, use->resource);
        resource->open_count--;
        resource->open_weight -= use->weight;
        resource->room_per_s -= use->weight * rate_per_s;
        return true;
    }
    if (!resource->is_seen && resource->limited_count == 0 && !resource->is_watched)
        return false;
    solver_see(solver, use->resource);
    resource->room_per_s += use->weight * (activity->rate_per_s - rate_per_s);
    return true;
}

/*
 * Gives an activity its final rate. The other resources have less of it to reckon with, or more room: their levels can
 * only rise, so that what the queue says of them stays too low at worst.
 */
static void solver_fix(ShareSolver *solver, uint32_t slot, double rate_per_s, uint32_t limit) {
    ShareActivity *activity = &solver->graph->activities[slot];
    const ShareUse *use = &solver->graph->uses[activity->first_use], *end = use + activity->use_count;
    for (; use < end; use++) {
        bool counts = use->resource != limit && !solver->graph->resources[use->resource].is_filled &&
                      solver_settle_use(solver, activity, use, rate_per_s);
        share_graph_fix_use(solver->graph, activity, use, rate_per_s, limit);
        if (counts && solver->queue_place[use->resource] == HEAP_ABSENT)
            solver_queue(solver, use->resource);
    }
    if (activity->limit != limit)
        id_list_push(&solver->moved, slot);
    activity->state = SHARE_HELD;
    activity->rate_per_s = rate_per_s;
    activity->limit = limit;
}

/* Where a resource at the same level was filled before, that is what limits the activity now. */
static uint32_t solver_filled_limit(const ShareSolver *solver, const ShareActivity *activity) {
    for (uint32_t u = activity->first_use; u < activity->first_use + activity->use_count; u++) {
        uint32_t id = solver->graph->uses[u].resource;
        if (solver->graph->resources[id].is_filled)
            return id;
    }
    return SHARE_LIMIT_UNKNOWN;
}

/* Takes the rate from an activity; its resources may limit it from here on. */
static void solver_open(ShareSolver *solver, uint32_t slot) {
    ShareActivity *activity = &solver->graph->activities[slot];
    uint32_t filled = solver_filled_limit(solver, activity);
    if (filled != SHARE_LIMIT_UNKNOWN) {
        solver_fix(solver, slot, solver->graph->resources[filled].level_per_s, filled);
        return;
    }
    if (activity->cap_per_s < INFINITY)
        indexed_heap_set(&solver->caps, solver->cap_place, slot, heap_key_of(activity->cap_per_s));
    const ShareUse *uses = &solver->graph->uses[activity->first_use];
    for (uint32_t u = 0; u < activity->use_count; u++) {
        ShareResource *resource = &solver->graph->resources[uses[u].resource];
        if (uses[u].resource == activity->limit)
            continue;
        solver_see(solver, uses[u].resource);
        resource->open_count++;
        resource->open_weight += uses[u].weight;
        resource->peak_weight = larger(resource->peak_weight, resource->open_weight);
        resource->room_per_s += uses[u].weight * activity->rate_per_s;
    }
    activity->state = SHARE_OPEN;
    for (uint32_t u = 0; u < activity->use_count; u++) {
        if (uses[u].resource != activity->limit)
            solver_queue(solver, uses[u].resource);
    }
}

/* The resource's level has been reached and will be higher: whom it limits can go on. */
static void solver_release(ShareSolver *solver, uint32_t id) {
    ShareResource *resource = &solver->graph->resources[id];
    resource->is_open = true;
    for (uint32_t u = 0; u < resource->user_count; u++) {
        uint32_t slot = resource->users[u].activity;
        const ShareActivity *activity = &solver->graph->activities[slot];
        if (activity->state == SHARE_HELD && activity->limit == id)
            solver_open(solver, slot);
    }
}

/* Settles the level, and gives it to those whom the last pass over the users found to share it. */
static void solver_fill(ShareSolver *solver, uint32_t id, double level_per_s) {
    ShareResource *resource = &solver->graph->resources[id];
    bool unchanged = resource->limited_count > 0 && solver_same(level_per_s, resource->level_per_s);
    if (unchanged)
        level_per_s = resource->level_per_s;
    else if (solver_same(level_per_s, solver->level_per_s))
        level_per_s = solver->level_per_s;
    resource->level_per_s = level_per_s;
    resource->is_filled = true;
    solver->level_per_s = larger(solver->level_per_s, level_per_s);
    double faster_per_s = level_per_s * (1.0 + SAME_LEVEL_TOLERANCE);
    for (size_t i = 0; i < solver->sharing.count; i++) {
        uint32_t slot = solver->sharing.ids[i];
        const ShareActivity *activity = &solver->graph->activities[slot];
        bool stays = activity->state == SHARE_HELD && activity->limit == id;
        if (stays ? activity->rate_per_s != level_per_s
                  : activity->state == SHARE_OPEN || activity->rate_per_s > faster_per_s)
            solver_fix(solver, slot, level_per_s, id);
    }
}

static bool solver_exceeds(double a, double b) {
    return a > b * (1.0 + SAME_LEVEL_TOLERANCE);
}

static double heap_first(const IndexedHeap *heap) {
    return heap->count > 0 ? heap_key_value(heap->entries[0].key) : INFINITY;
}

/* What comes after the first resource. */
static double solver_next_level(const ShareSolver *solver) {
    double next_per_s = heap_first(&solver->caps);
    if (solver->queue.count > 1)
        next_per_s = smaller(next_per_s, heap_key_value(indexed_heap_second_key(&solver->queue)));
    return next_per_s;
}

/* What comes next at the first resource if its level will be that, and whether it is now; if not, the resource goes to
 * its right place in the queue, or out of it when nothing comes. */
static bool solver_is_due(ShareSolver *solver, uint32_t id, double level_per_s, bool rises) {
    double event_per_s = rises ? solver->graph->resources[id].level_per_s : level_per_s;
    if (event_per_s == INFINITY)
        indexed_heap_remove(&solver->queue, solver->queue_place, id);
    else if (solver_exceeds(event_per_s, solver_next_level(solver)))
        indexed_heap_set(&solver->queue, solver->queue_place, id, heap_key_of(event_per_s));
    else
        return true;
    return false;
}

/* The first resource of the queue lets go, is filled, is found to limit nobody, or goes to its right place. */
static void solver_step(ShareSolver *solver) {
    uint32_t id = solver->queue.entries[0].id;
    const ShareResource *resource = &solver->graph->resources[id];
    share_level_repair(solver->graph, id);
    double key_per_s = heap_first(&solver->queue),
           level_per_s = larger(share_level_lowest(resource), solver->level_per_s);
    bool rises = !resource->is_open && solver_exceeds(level_per_s, resource->level_per_s);
    if (!solver_is_due(solver, id, level_per_s, rises))
        return;
    if (!rises) {
        level_per_s = larger(share_level_find(solver->graph, id, larger(level_per_s, key_per_s), &solver->sharing),
                             solver->level_per_s);
        rises = !resource->is_open && solver_exceeds(level_per_s, resource->level_per_s);
        if (!solver_is_due(solver, id, level_per_s, rises))
            return;
    }
    if (rises) {
        solver->level_per_s = larger(solver->level_per_s, resource->level_per_s);
        solver_release(solver, id);
        solver_queue(solver, id);
    } else {
        indexed_heap_remove(&solver->queue, solver->queue_place, id);
        solver_fill(solver, id, level_per_s);
    }
}

static void solver_reach_cap(ShareSolver *solver) {
    uint32_t slot = solver->caps.entries[0].id;
    indexed_heap_remove(&solver->caps, solver->cap_place, slot);
    const ShareActivity *activity = &solver->graph->activities[slot];
    if (activity->state != SHARE_OPEN)
        return;
    solver->level_per_s = larger(solver->level_per_s, activity->cap_per_s);
    solver_fix(solver, slot, activity->cap_per_s, SHARE_LIMIT_CAP);
}

static void solver_begin(ShareSolver *solver) {
    const ShareGraph *graph = solver->graph;
    solver->queue_place = place_reserve(solver->queue_place, &solver->queue_place_count, &solver->queue_place_capacity,
                                        graph->resource_count);
    solver->cap_place =
        place_reserve(solver->cap_place, &solver->cap_place_count, &solver->cap_place_capacity, graph->activity_count);
    solver->level_per_s = 0.0;
    for (size_t i = 0; i < solver->fresh.count; i++) {
        if (graph->activities[solver->fresh.ids[i]].state == SHARE_FRESH)
            solver_open(solver, solver->fresh.ids[i]);
    }
    for (size_t i = 0; i < solver->touched.count; i++) {
        solver_see(solver, solver->touched.ids[i]);
        solver_queue(solver, solver->touched.ids[i]);
    }
}

void share_solver_solve(ShareSolver *solver) {
    solver_begin(solver);
    while (solver->queue.count + solver->caps.count > 0) {
        if (heap_first(&solver->caps) <= heap_first(&solver->queue))
            solver_reach_cap(solver);
        else
            solver_step(solver);
    }
}

uint32_t share_solver_activity_count(const ShareSolver *solver) {
    return (uint32_t)solver->moved.count;
}

uint32_t share_solver_activity(const ShareSolver *solver, uint32_t index) {
    return solver->moved.ids[index];
}

uint32_t share_solver_resource_count(const ShareSolver *solver) {
    return (uint32_t)solver->seen.count;
}

uint32_t share_solver_resource(const ShareSolver *solver, uint32_t index) {
    return solver->seen.ids[index];
}

void share_solver_clear(ShareSolver *solver) {
    for (size_t i = 0; i < solver->seen.count; i++)
        solver->graph->resources[solver->seen.ids[i]].is_seen =
            solver->graph->resources[solver->seen.ids[i]].is_filled = false;
    solver->touched.count = solver->fresh.count = solver->seen.count = solver->moved.count = 0;
}
