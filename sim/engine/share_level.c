#include "sim/engine/share_level.h"

#include <math.h>

/* How wrong a running sum may be, as a fraction of the capacity. */
static const double SUM_TOLERANCE = 1e-12;

/* An open weight that shrank below this part of its last sum says nothing. */
static const double WORN_FRACTION = 1e-6;

/* The load is summed anew after so many changes and one more for each user. */
enum { FEW_CHANGES = 64 };

/* Does this resource, and not another or none, hold the rate of this user? */
static bool level_is_open(const ShareActivity *activity, uint32_t resource) {
    return activity->state == SHARE_OPEN || (activity->state == SHARE_HELD && activity->limit == resource);
}

/* All running sums of a resource anew. */
static void level_sum(ShareGraph *graph, uint32_t id) {
    ShareResource *resource = &graph->resources[id];
    double load_per_s = 0.0, limited_weight = 0.0, open_weight = 0.0, held_per_s = 0.0;
    for (uint32_t u = 0; u < resource->user_count; u++) {
        const ShareUser user = resource->users[u];
        const ShareActivity *activity = &graph->activities[user.activity];
        load_per_s += user.weight * activity->rate_per_s;
        limited_weight += activity->limit == id ? user.weight : 0.0;
        if (level_is_open(activity, id))
            open_weight += user.weight;
        else
            held_per_s += user.weight * activity->rate_per_s;
    }
    resource->load_per_s = load_per_s;
    resource->limited_weight = limited_weight;
    resource->load_changes = 0;
    resource->room_per_s = resource->capacity_per_s - held_per_s;
    resource->open_weight = resource->peak_weight = open_weight;
}

void share_level_begin(ShareGraph *graph, uint32_t id) {
    ShareResource *resource = &graph->resources[id];
    resource->is_seen = true;
    resource->is_filled = false;
    resource->is_open = resource->limited_count == 0;
    resource->open_count = resource->limited_count;
    if (resource->load_changes > resource->user_count + FEW_CHANGES) {
        level_sum(graph, id);
        return;
    }
    resource->open_weight = resource->peak_weight = resource->limited_weight;
    double limited_per_s = resource->limited_count > 0 ? resource->limited_weight * resource->level_per_s : 0.0;
    resource->room_per_s = resource->capacity_per_s - (resource->load_per_s - limited_per_s);
}

static bool level_is_worn(const ShareResource *resource) {
    return resource->open_weight < WORN_FRACTION * resource->peak_weight;
}

void share_level_repair(ShareGraph *graph, uint32_t id) {
    if (level_is_worn(&graph->resources[id]))
        level_sum(graph, id);
}

double share_level_lowest(const ShareResource *resource) {
    double margin_per_s = SUM_TOLERANCE * resource->capacity_per_s;
    if (resource->open_count == 0)
        return resource->load_per_s > resource->capacity_per_s + margin_per_s ? 0.0 : INFINITY;
    if (level_is_worn(resource) || resource->room_per_s < margin_per_s)
        return 0.0;
    return (resource->room_per_s - margin_per_s) / resource->open_weight;
}

/* Up to where a user goes by itself if this resource lets it. */
static double level_bound(const ShareActivity *activity, uint32_t resource) {
    return level_is_open(activity, resource) ? activity->cap_per_s : activity->rate_per_s;
}

/* Users that go beyond `from_per_s` share what the others leave; if some of them do not even get to the level that
 * results, again from there. */
double share_level_find(const ShareGraph *graph, uint32_t id, double from_per_s, IdList *sharing) {
    const ShareResource *resource = &graph->resources[id];
    for (;;) {
        double room_per_s = resource->capacity_per_s, weight = 0.0, nearest_per_s = INFINITY;
        sharing->count = 0;
        for (uint32_t u = 0; u < resource->user_count; u++) {
            const ShareUser user = resource->users[u];
            double bound_per_s = level_bound(&graph->activities[user.activity], id);
            if (bound_per_s <= from_per_s) {
                room_per_s -= user.weight * bound_per_s;
                continue;
            }
            weight += user.weight;
            nearest_per_s = bound_per_s < nearest_per_s ? bound_per_s : nearest_per_s;
            id_list_push(sharing, user.activity);
        }
        if (weight == 0.0)
            return INFINITY;
        double level_per_s = room_per_s > 0.0 ? room_per_s / weight : 0.0;
        if (nearest_per_s > level_per_s)
            return level_per_s;
        from_per_s = level_per_s;
    }
}
