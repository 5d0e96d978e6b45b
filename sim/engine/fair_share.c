#include "sim/engine/fair_share.h"

#include <math.h>
#include <stdlib.h>

#include "sim/engine/array.h"
#include "sim/engine/fatal.h"
#include "sim/engine/share_solver.h"

/* Completions come first, then whatever they start; the changes of an instant are solved after them all. */
enum { DONE_PRIORITY = 0, FLUSH_PRIORITY = 30000 };

/* A rate that moved by less is noise of the sums, not worth another completion time; relative. */
static const double SAME_RATE_TOLERANCE = 1e-13;

/* Two of these still fit into SimTime. */
static const double FOREVER_S = 4e9;

/* What share_graph does not know of an activity: the slots are the same. */
typedef struct Progress {
    double amount;
    double left;    /* at `since` */
    SimTime since;  /* rate is constant from here on */
    SimTime finish; /* when the pending event fires, SIM_TIME_MAX = none pending */
    EventHandle event;
    uint32_t generation;
    Event done;
} Progress;

/* What share_graph does not know of a resource. */
typedef struct Meter {
    double served;  /* units, of activities that have ended */
    Series *series; /* NULL = not observed */
} Meter;

struct FairShare {
    Engine *engine;
    ShareGraph graph;
    ShareSolver *solver;
    Progress *progress;
    size_t progress_count;
    size_t progress_capacity;
    Meter *meters;
    size_t meter_capacity;
    bool flush_pending;
};

FairShare *fair_share_create(Engine *engine) {
    FairShare *share = calloc(1, sizeof *share);
    if (share == NULL)
        fatal("out of memory for shared resources");
    share->engine = engine;
    share_graph_init(&share->graph);
    share->solver = share_solver_create(&share->graph);
    return share;
}

void fair_share_destroy(FairShare *share) {
    if (share == NULL)
        return;
    share_solver_destroy(share->solver);
    share_graph_free(&share->graph);
    free(share->progress);
    free(share->meters);
    free(share);
}

/* The activity's slot, or NULL when the id is stale. */
static Progress *progress_find(const FairShare *share, ActivityId id) {
    if (id.generation == 0 || id.slot >= share->progress_count)
        return NULL;
    Progress *progress = &share->progress[id.slot];
    return progress->generation == id.generation ? progress : NULL;
}

/* At its time of completion an activity has nothing left, whatever rounding says. */
static double progress_left(const FairShare *share, uint32_t slot) {
    const Progress *progress = &share->progress[slot];
    SimTime now = engine_now(share->engine);
    if (progress->finish <= now)
        return 0.0;
    double passed_s = sim_time_to_s(now - progress->since);
    return fmax(progress->left - share->graph.activities[slot].rate_per_s * passed_s, 0.0);
}

static void fair_share_end(FairShare *share, uint32_t slot, double amount_served);

static void fair_share_on_done(Engine *engine, void *subject, uint64_t argument) {
    FairShare *share = subject;
    uint32_t slot = (uint32_t)argument;
    Event done = share->progress[slot].done;
    fair_share_end(share, slot, share->progress[slot].amount);
    if (done.action != NULL)
        done.action(engine, done.subject, done.argument);
}

/* Puts the completion where the current rate will bring it; `left` is up to date. */
static void progress_schedule(FairShare *share, uint32_t slot) {
    Progress *progress = &share->progress[slot];
    double rate_per_s = share->graph.activities[slot].rate_per_s;
    SimTime delay = 0;
    if (progress->left > 0.0) {
        double rest_s = rate_per_s > 0.0 ? progress->left / rate_per_s : INFINITY;
        if (rest_s > FOREVER_S) {
            engine_cancel(share->engine, progress->event);
            progress->finish = SIM_TIME_MAX;
            return;
        }
        delay = sim_time_from_s(rest_s);
    }
    progress->finish = engine_now(share->engine) + delay;
    if (!engine_reschedule(share->engine, progress->event, delay))
        progress->event =
            engine_schedule(share->engine, delay, DONE_PRIORITY, (Event){fair_share_on_done, share, slot});
}

static void progress_set_rate(FairShare *share, uint32_t slot, double rate_per_s) {
    ShareActivity *activity = &share->graph.activities[slot];
    if (fabs(rate_per_s - activity->rate_per_s) <= SAME_RATE_TOLERANCE * activity->rate_per_s)
        return;
    share->progress[slot].left = progress_left(share, slot);
    share->progress[slot].since = engine_now(share->engine);
    activity->rate_per_s = rate_per_s;
    progress_schedule(share, slot);
}

static void fair_share_record(FairShare *share, uint32_t resource) {
    if (share->meters[resource].series == NULL)
        return;
    double capacity_per_s = share->graph.resources[resource].capacity_per_s;
    double load_per_s = share_graph_load_per_s(&share->graph, resource);
    double load_fraction = capacity_per_s > 0.0 ? load_per_s / capacity_per_s : 0.0;
    series_record(share->meters[resource].series, engine_now(share->engine), load_fraction);
}

/* Solves what has changed, if anything has. */
static void fair_share_flush(FairShare *share) {
    if (!share_solver_is_touched(share->solver))
        return;
    share_solver_solve(share->solver);
    for (uint32_t i = 0; i < share_solver_activity_count(share->solver); i++)
        progress_set_rate(share, share_solver_activity(share->solver, i), share_solver_rate_per_s(share->solver, i));
    for (uint32_t i = 0; i < share_solver_resource_count(share->solver); i++)
        fair_share_record(share, share_solver_resource(share->solver, i));
    share_solver_clear(share->solver);
}

static void fair_share_on_flush(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    FairShare *share = subject;
    share->flush_pending = false;
    fair_share_flush(share);
}

static void fair_share_touch(FairShare *share, uint32_t resource) {
    share_solver_touch(share->solver, resource);
    if (share->flush_pending)
        return;
    share->flush_pending = true;
    engine_schedule(share->engine, 0, FLUSH_PRIORITY, (Event){fair_share_on_flush, share, 0});
}

ResourceId fair_share_add_resource(FairShare *share, double capacity_per_s) {
    ENGINE_CHECK(share->engine, capacity_per_s >= 0.0 && isfinite(capacity_per_s));
    ResourceId resource = share_graph_add_resource(&share->graph, capacity_per_s);
    share->meters =
        array_grow(share->meters, &share->meter_capacity, share->graph.resource_count, sizeof *share->meters);
    share->meters[resource] = (Meter){0};
    return resource;
}

void fair_share_set_capacity(FairShare *share, ResourceId resource, double capacity_per_s) {
    ENGINE_CHECK(share->engine, resource < share->graph.resource_count);
    ENGINE_CHECK(share->engine, capacity_per_s >= 0.0 && isfinite(capacity_per_s));
    if (share->graph.resources[resource].capacity_per_s == capacity_per_s)
        return;
    share->graph.resources[resource].capacity_per_s = capacity_per_s;
    fair_share_touch(share, resource);
}

static void fair_share_check_spec(const FairShare *share, const ActivitySpec *spec) {
    ENGINE_CHECK(share->engine, spec->amount >= 0.0 && isfinite(spec->amount));
    ENGINE_CHECK(share->engine, spec->cap_per_s >= 0.0 && spec->use_count >= 0);
    ENGINE_CHECK(share->engine, spec->use_count > 0 || (spec->cap_per_s > 0.0 && isfinite(spec->cap_per_s)));
    for (int i = 0; i < spec->use_count; i++) {
        ENGINE_CHECK(share->engine, spec->uses[i].resource < share->graph.resource_count);
        ENGINE_CHECK(share->engine, spec->uses[i].weight > 0.0 && isfinite(spec->uses[i].weight));
    }
}

static uint32_t fair_share_take_slot(FairShare *share, const ActivitySpec *spec, int use_count) {
    double cap_per_s = spec->cap_per_s > 0.0 ? spec->cap_per_s : INFINITY;
    uint32_t slot = share_graph_add(&share->graph, cap_per_s, use_count);
    if (slot >= share->progress_count) {
        share->progress_count = (size_t)slot + 1;
        share->progress =
            array_grow(share->progress, &share->progress_capacity, share->progress_count, sizeof *share->progress);
        share->progress[slot].generation = 1;
    }
    share->progress[slot] = (Progress){.amount = spec->amount,
                                       .left = spec->amount,
                                       .since = engine_now(share->engine),
                                       .finish = SIM_TIME_MAX,
                                       .generation = share->progress[slot].generation,
                                       .done = spec->done};
    return slot;
}

/* Alone on all its resources, an activity needs no solver: its rate is the smallest of its limits. */
static bool fair_share_run_alone(FairShare *share, uint32_t slot) {
    const ShareGraph *graph = &share->graph;
    ShareActivity *activity = &graph->activities[slot];
    double rate_per_s = activity->cap_per_s;
    uint32_t limit = SHARE_LIMIT_CAP;
    for (uint32_t u = activity->first_use; u < activity->first_use + activity->use_count; u++) {
        const ShareUse *use = &graph->uses[u];
        if (use->previous != SHARE_NONE || share->meters[use->resource].series != NULL)
            return false;
        double level_per_s = graph->resources[use->resource].capacity_per_s / use->weight;
        limit = level_per_s < rate_per_s ? use->resource : limit;
        rate_per_s = fmin(level_per_s, rate_per_s);
    }
    activity->limit = limit;
    progress_set_rate(share, slot, rate_per_s);
    return true;
}

ActivityId fair_share_start(FairShare *share, const ActivitySpec *spec) {
    fair_share_check_spec(share, spec);
    int use_count = spec->amount > 0.0 ? spec->use_count : 0;
    uint32_t slot = fair_share_take_slot(share, spec, use_count);
    for (int i = 0; i < use_count; i++)
        share_graph_connect(&share->graph, slot, i, spec->uses[i].resource, spec->uses[i].weight);
    if (spec->amount == 0.0) {
        progress_schedule(share, slot);
    } else if (!fair_share_run_alone(share, slot)) {
        for (int i = 0; i < use_count; i++)
            fair_share_touch(share, spec->uses[i].resource);
    }
    return (ActivityId){slot, share->progress[slot].generation};
}

/* Books what was served, takes the activity out and lets the others have its share. */
static void fair_share_end(FairShare *share, uint32_t slot, double amount_served) {
    const ShareActivity activity = share->graph.activities[slot];
    share_graph_remove(&share->graph, slot);
    for (uint32_t i = 0; i < activity.use_count; i++) {
        const ShareUse *use = &share->graph.uses[activity.first_use + i];
        share->meters[use->resource].served += use->weight * amount_served;
        bool others = share->graph.resources[use->resource].first_user != SHARE_NONE;
        if (others || share->meters[use->resource].series != NULL)
            fair_share_touch(share, use->resource);
    }
    Progress *progress = &share->progress[slot];
    progress->generation = progress->generation == UINT32_MAX ? 1 : progress->generation + 1;
}

bool fair_share_cancel(FairShare *share, ActivityId activity) {
    const Progress *progress = progress_find(share, activity);
    if (progress == NULL)
        return false;
    engine_cancel(share->engine, progress->event);
    fair_share_end(share, activity.slot, progress->amount - progress_left(share, activity.slot));
    return true;
}

double fair_share_rate_per_s(FairShare *share, ActivityId activity) {
    if (progress_find(share, activity) == NULL)
        return 0.0;
    fair_share_flush(share);
    return share->graph.activities[activity.slot].rate_per_s;
}

double fair_share_amount_left(const FairShare *share, ActivityId activity) {
    return progress_find(share, activity) == NULL ? 0.0 : progress_left(share, activity.slot);
}

double fair_share_load_per_s(FairShare *share, ResourceId resource) {
    ENGINE_CHECK(share->engine, resource < share->graph.resource_count);
    fair_share_flush(share);
    return share_graph_load_per_s(&share->graph, resource);
}

double fair_share_served(const FairShare *share, ResourceId resource) {
    ENGINE_CHECK(share->engine, resource < share->graph.resource_count);
    const ShareGraph *graph = &share->graph;
    double served = share->meters[resource].served;
    for (uint32_t u = graph->resources[resource].first_user; u != SHARE_NONE; u = graph->uses[u].next) {
        uint32_t slot = graph->uses[u].activity;
        served += graph->uses[u].weight * (share->progress[slot].amount - progress_left(share, slot));
    }
    return served;
}

void fair_share_observe(FairShare *share, ResourceId resource, Series *series) {
    ENGINE_CHECK(share->engine, resource < share->graph.resource_count);
    share->meters[resource].series = series;
    fair_share_touch(share, resource);
}
