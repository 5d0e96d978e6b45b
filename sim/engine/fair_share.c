#include "sim/engine/fair_share.h"

#include <math.h>
#include <stdlib.h>

#include "sim/engine/array.h"
#include "sim/engine/fatal.h"
#include "sim/engine/share_ends.h"
#include "sim/engine/share_losses.h"
#include "sim/engine/share_meter.h"
#include "sim/engine/share_orders.h"
#include "sim/engine/share_solver.h"

/* Completions come first, then whatever they start; the changes of an instant are solved after them all. */
enum { FLUSH_PRIORITY = 30000 };

struct FairShare {
    Engine *engine;
    ShareGraph graph;
    ShareSolver *solver;
    ShareEnds ends;
    ShareLosses losses;
    ShareOrders orders;
    ShareMeter *meters; /* by resource */
    size_t meter_capacity;
    bool flush_pending;
};

static void fair_share_on_done(void *subject, uint32_t slot);

FairShare *fair_share_create(Engine *engine) {
    FairShare *share = calloc(1, sizeof *share);
    if (share == NULL)
        fatal("out of memory for shared resources");
    share->engine = engine;
    share->ends = share_ends_create(engine, fair_share_on_done, share);
    share_graph_init(&share->graph);
    share->solver = share_solver_create(&share->graph);
    return share;
}

void fair_share_destroy(FairShare *share) {
    if (share == NULL)
        return;
    share_solver_destroy(share->solver);
    share_ends_free(&share->ends);
    share_losses_free(&share->losses);
    share_orders_free(&share->orders);
    for (uint32_t resource = 0; resource < share->graph.resource_count; resource++)
        share_meter_free(&share->meters[resource]);
    share_graph_free(&share->graph);
    free(share->meters);
    free(share);
}

void fair_share_set_owners(FairShare *share, uint32_t owners) {
    ENGINE_CHECK(share->engine, share->orders.count == 0);
    share_losses_set_owners(&share->losses, owners);
}

uint32_t fair_share_owner_count(const FairShare *share) {
    return share->losses.owners;
}

/* Rates are about to change: until now the old ones held. */
static void fair_share_note(FairShare *share) {
    if (share->losses.owners > 0)
        share_losses_advance(&share->losses, &share->graph, engine_now(share->engine));
}

static void fair_share_end(FairShare *share, uint32_t slot, double amount_served);

/* The completion after this one is scheduled before this one's event can schedule anything. */
static void fair_share_on_done(void *subject, uint32_t slot) {
    FairShare *share = subject;
    Event done = share->orders.items[slot].done;
    fair_share_end(share, slot, share->orders.items[slot].amount);
    if (done.action != NULL)
        done.action(share->engine, done.subject, done.argument);
}

/* The rate of an activity that has all it uses to itself may change from now on: it goes over to the lane of what
 * limits it. */
static void fair_share_expect_change(FairShare *share, uint32_t slot) {
    const ShareActivity *activity = &share->graph.activities[slot];
    if (activity->limit >= SHARE_LIMIT_CAP || !share_ends_is_alone(&share->ends, slot))
        return;
    share_ends_set_level(&share->ends, activity->limit, activity->rate_per_s);
    share_ends_join(&share->ends, slot, activity->limit);
}

static void fair_share_record(FairShare *share, uint32_t resource) {
    if (!share->graph.resources[resource].is_watched)
        return;
    double capacity_per_s = share->graph.resources[resource].capacity_per_s;
    double load_per_s = share_graph_load_per_s(&share->graph, resource);
    double load_fraction = capacity_per_s > 0.0 ? load_per_s / capacity_per_s : 0.0;
    share_meter_record(&share->meters[resource], engine_now(share->engine), load_fraction);
}

/* Activities change lanes before the lanes change their levels: until now the old ones held. */
static void fair_share_apply(FairShare *share) {
    const ShareGraph *graph = &share->graph;
    for (uint32_t i = 0; i < share_solver_activity_count(share->solver); i++) {
        uint32_t slot = share_solver_activity(share->solver, i);
        const ShareActivity *activity = &graph->activities[slot];
        if (activity->limit == SHARE_LIMIT_CAP)
            share_ends_go_alone(&share->ends, slot, activity->rate_per_s);
        else
            share_ends_join(&share->ends, slot, activity->limit);
    }
    for (uint32_t i = 0; i < share_solver_resource_count(share->solver); i++) {
        uint32_t resource = share_solver_resource(share->solver, i);
        if (graph->resources[resource].limited_count > 0)
            share_ends_set_level(&share->ends, resource, graph->resources[resource].level_per_s);
        fair_share_record(share, resource);
    }
}

/* Solves what has changed, if anything has. */
static void fair_share_flush(FairShare *share) {
    if (!share_solver_is_touched(share->solver))
        return;
    fair_share_note(share);
    share_solver_solve(share->solver);
    fair_share_apply(share);
    share_solver_clear(share->solver);
    share_ends_schedule(&share->ends);
}

static void fair_share_on_flush(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    FairShare *share = subject;
    share->flush_pending = false;
    fair_share_flush(share);
}

static void fair_share_expect_flush(FairShare *share) {
    if (share->flush_pending)
        return;
    share->flush_pending = true;
    engine_schedule(share->engine, 0, FLUSH_PRIORITY, (Event){fair_share_on_flush, share, 0});
}

static void fair_share_touch(FairShare *share, uint32_t resource) {
    if (share->graph.resources[resource].user_count == 1)
        fair_share_expect_change(share, share->graph.resources[resource].users[0].activity);
    share_solver_touch(share->solver, resource);
    fair_share_expect_flush(share);
}

ResourceId fair_share_add_resource(FairShare *share, double capacity_per_s) {
    ENGINE_CHECK(share->engine, capacity_per_s >= 0.0 && isfinite(capacity_per_s));
    ResourceId resource = share_graph_add_resource(&share->graph, capacity_per_s);
    share->meters =
        array_grow(share->meters, &share->meter_capacity, share->graph.resource_count, sizeof *share->meters);
    share->meters[resource] = (ShareMeter){0};
    share_ends_add_resource(&share->ends);
    share_losses_add_resource(&share->losses, resource, capacity_per_s);
    return resource;
}

void fair_share_set_capacity(FairShare *share, ResourceId resource, double capacity_per_s) {
    ENGINE_CHECK(share->engine, resource < share->graph.resource_count);
    ENGINE_CHECK(share->engine, capacity_per_s >= 0.0 && isfinite(capacity_per_s));
    if (share->graph.resources[resource].capacity_per_s == capacity_per_s)
        return;
    fair_share_note(share);
    share->graph.resources[resource].capacity_per_s = capacity_per_s;
    fair_share_touch(share, resource);
}

static void fair_share_check_spec(const FairShare *share, const ActivitySpec *spec) {
    ENGINE_CHECK(share->engine, spec->amount >= 0.0 && isfinite(spec->amount));
    ENGINE_CHECK(share->engine, spec->cap_per_s >= 0.0 && spec->use_count >= 0);
    ENGINE_CHECK(share->engine, share->losses.owners == 0 || spec->owner < share->losses.owners);
    ENGINE_CHECK(share->engine, spec->use_count > 0 || (spec->cap_per_s > 0.0 && isfinite(spec->cap_per_s)));
    for (int i = 0; i < spec->use_count; i++) {
        ENGINE_CHECK(share->engine, spec->uses[i].resource < share->graph.resource_count);
        ENGINE_CHECK(share->engine, spec->uses[i].weight > 0.0 && isfinite(spec->uses[i].weight));
    }
}

static ActivityId fair_share_take_slot(FairShare *share, const ActivitySpec *spec, int use_count) {
    double cap_per_s = spec->cap_per_s > 0.0 ? spec->cap_per_s : INFINITY;
    uint32_t slot = share_graph_add(&share->graph, cap_per_s, use_count);
    share_ends_begin(&share->ends, slot, spec->amount);
    return share_orders_put(&share->orders, slot, spec);
}

/* Alone on all its resources, an activity needs no solver: its rate is the smallest of its limits. */
static bool fair_share_run_alone(FairShare *share, uint32_t slot) {
    const ShareGraph *graph = &share->graph;
    const ShareActivity *activity = &graph->activities[slot];
    double rate_per_s = activity->cap_per_s;
    uint32_t limit = SHARE_LIMIT_CAP;
    for (uint32_t u = activity->first_use; u < activity->first_use + activity->use_count; u++) {
        const ShareUse *use = &graph->uses[u];
        const ShareResource *resource = &graph->resources[use->resource];
        if (resource->user_count > 1 || resource->is_watched)
            return false;
        double level_per_s = resource->capacity_per_s / use->weight;
        if (level_per_s >= rate_per_s)
            continue;
        limit = use->resource;
        rate_per_s = level_per_s;
    }
    share_graph_fix(&share->graph, slot, rate_per_s, limit);
    if (limit != SHARE_LIMIT_CAP)
        graph->resources[limit].level_per_s = rate_per_s;
    share_ends_go_alone(&share->ends, slot, rate_per_s);
    return true;
}

uint32_t fair_share_resource_count(const FairShare *share) {
    return (uint32_t)share->graph.resource_count;
}

double fair_share_capacity_per_s(const FairShare *share, ResourceId resource) {
    return share->graph.resources[resource].capacity_per_s;
}

double fair_share_alone_rate_per_s(const FairShare *share, const ShareWay *way) {
    double rate_per_s = INFINITY;
    for (int i = 0; i < way->use_count; i++)
        rate_per_s = fmin(rate_per_s, fair_share_capacity_per_s(share, way->uses[i].resource) / way->uses[i].weight);
    return rate_per_s;
}

SimTime fair_share_alone_time(const FairShare *share, const ShareWay *way, double amount) {
    return share_progress_time(amount, fair_share_alone_rate_per_s(share, way));
}

/* Starts an activity that others share resources with. */
static void fair_share_run_among_others(FairShare *share, uint32_t slot) {
    const ShareActivity *activity = &share->graph.activities[slot];
    for (uint32_t u = activity->first_use; u < activity->first_use + activity->use_count; u++) {
        const ShareResource *resource = &share->graph.resources[share->graph.uses[u].resource];
        if (resource->user_count == 2)
            fair_share_expect_change(share, resource->users[0].activity);
    }
    share_solver_add(share->solver, slot);
    fair_share_expect_flush(share);
}

static ActivityId fair_share_begin(FairShare *share, const ActivitySpec *spec) {
    fair_share_check_spec(share, spec);
    fair_share_note(share);
    int use_count = spec->amount > 0.0 ? spec->use_count : 0;
    ActivityId id = fair_share_take_slot(share, spec, use_count);
    for (int i = 0; i < use_count; i++)
        share_graph_connect(&share->graph, id.slot, i, spec->uses[i].resource, spec->uses[i].weight);
    if (share->losses.owners > 0)
        share_losses_begin(&share->losses, &share->graph, id.slot, spec->owner, use_count > 0 ? spec->lost_s : NULL);
    if (spec->amount == 0.0)
        share_ends_schedule(&share->ends);
    else if (!fair_share_run_alone(share, id.slot))
        fair_share_run_among_others(share, id.slot);
    return id;
}

ActivityId fair_share_start(FairShare *share, const ActivitySpec *spec) {
    if (spec->way == NULL)
        return fair_share_begin(share, spec);
    ActivitySpec on_way = *spec;
    on_way.uses = spec->way->uses;
    on_way.use_count = spec->way->use_count;
    return fair_share_begin(share, &on_way);
}

/* Books what was served, takes the activity out and lets the others have its share. */
static void fair_share_end(FairShare *share, uint32_t slot, double amount_served) {
    const ShareActivity activity = share->graph.activities[slot];
    fair_share_note(share);
    if (share->losses.owners > 0)
        share_losses_end(&share->losses, slot);
    share_ends_end(&share->ends, slot);
    share_graph_remove(&share->graph, slot);
    for (uint32_t i = 0; i < activity.use_count; i++) {
        const ShareUse *use = &share->graph.uses[activity.first_use + i];
        share->meters[use->resource].served += use->weight * amount_served;
        const ShareResource *resource = &share->graph.resources[use->resource];
        if (resource->limited_count > 0 || resource->is_watched)
            fair_share_touch(share, use->resource);
    }
    share_orders_retire(&share->orders, slot);
    share_ends_schedule(&share->ends);
}

bool fair_share_cancel(FairShare *share, ActivityId activity) {
    const ShareOrder *order = share_orders_find(&share->orders, activity);
    if (order == NULL)
        return false;
    fair_share_end(share, activity.slot, order->amount - share_ends_left(&share->ends, activity.slot));
    return true;
}

void fair_share_reroute(FairShare *share) {
    size_t count = share->orders.count;
    for (uint32_t slot = 0; slot < count; slot++) {
        const ShareOrder order = share->orders.items[slot];
        if (order.way == NULL || order.way->uses == order.uses)
            continue;
        double left = share_ends_left(&share->ends, slot), cap_per_s = share->graph.activities[slot].cap_per_s;
        fair_share_end(share, slot, order.amount - left);
        ActivityId moved = fair_share_start(share, &(ActivitySpec){.amount = left,
                                                                   .cap_per_s = isinf(cap_per_s) ? 0.0 : cap_per_s,
                                                                   .way = order.way,
                                                                   .owner = order.owner,
                                                                   .lost_s = order.lost_s,
                                                                   .done = order.done});
        /* The slot that was freed last is taken first, and its name stays good. */
        ENGINE_CHECK(share->engine, moved.slot == slot);
        share->orders.items[slot].generation = order.generation;
    }
}

double fair_share_rate_per_s(FairShare *share, ActivityId activity) {
    if (share_orders_find(&share->orders, activity) == NULL)
        return 0.0;
    fair_share_flush(share);
    return share->graph.activities[activity.slot].rate_per_s;
}

double fair_share_amount_left(const FairShare *share, ActivityId activity) {
    return share_orders_find(&share->orders, activity) == NULL ? 0.0 : share_ends_left(&share->ends, activity.slot);
}

double fair_share_load_per_s(FairShare *share, ResourceId resource) {
    ENGINE_CHECK(share->engine, resource < share->graph.resource_count);
    fair_share_flush(share);
    return share_graph_load_per_s(&share->graph, resource);
}

double fair_share_served(const FairShare *share, ResourceId resource) {
    ENGINE_CHECK(share->engine, resource < share->graph.resource_count);
    const ShareResource *loaded = &share->graph.resources[resource];
    double served = share->meters[resource].served;
    for (uint32_t u = 0; u < loaded->user_count; u++) {
        uint32_t slot = loaded->users[u].activity;
        served += loaded->users[u].weight * (share->orders.items[slot].amount - share_ends_left(&share->ends, slot));
    }
    return served;
}

bool fair_share_is_used_by(const FairShare *share, ResourceId resource, uint32_t owner) {
    ENGINE_CHECK(share->engine, resource < share->graph.resource_count);
    const ShareResource *used = &share->graph.resources[resource];
    for (uint32_t u = 0; u < used->user_count; u++)
        if (share->orders.items[used->users[u].activity].owner == owner)
            return true;
    return false;
}

void fair_share_observe(FairShare *share, ResourceId resource, Series *series) {
    ENGINE_CHECK(share->engine, resource < share->graph.resource_count);
    share_meter_observe(&share->meters[resource], series);
    share->graph.resources[resource].is_watched = true;
    fair_share_touch(share, resource);
}

void fair_share_forget(FairShare *share, ResourceId resource, const Series *series) {
    ENGINE_CHECK(share->engine, resource < share->graph.resource_count);
    share_meter_forget(&share->meters[resource], series);
    share->graph.resources[resource].is_watched = share->meters[resource].series_count > 0;
}
