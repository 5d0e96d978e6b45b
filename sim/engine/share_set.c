#include "sim/engine/share_set.h"

#include <stdlib.h>

#include "sim/engine/array.h"

static void share_set_reserve(ShareSet *set, size_t activities, size_t uses) {
    size_t *capacity = set->activity_capacity;
    set->activities = array_grow(set->activities, &capacity[0], activities, sizeof *set->activities);
    set->cap_per_s = array_grow(set->cap_per_s, &capacity[1], activities, sizeof *set->cap_per_s);
    set->use_start = array_grow(set->use_start, &capacity[2], activities + 1, sizeof *set->use_start);
    capacity = set->use_capacity;
    set->use_resource = array_grow(set->use_resource, &capacity[0], uses, sizeof *set->use_resource);
    set->use_weight = array_grow(set->use_weight, &capacity[1], uses, sizeof *set->use_weight);
}

void share_set_init(ShareSet *set, ShareGraph *graph) {
    *set = (ShareSet){.graph = graph};
    share_set_reserve(set, 1, 1);
    set->use_start[0] = 0;
}

void share_set_free(ShareSet *set) {
    free(set->resources);
    free(set->room_per_s);
    free(set->included);
    free(set->stale);
    free(set->activities);
    free(set->cap_per_s);
    free(set->use_start);
    free(set->use_resource);
    free(set->use_weight);
}

void share_set_touch(ShareSet *set, uint32_t resource) {
    ShareResource *touched = &set->graph->resources[resource];
    if (touched->member != SHARE_NONE)
        return;
    size_t needed = set->resource_count + 1, *capacity = set->resource_capacity;
    set->resources = array_grow(set->resources, &capacity[0], needed, sizeof *set->resources);
    set->room_per_s = array_grow(set->room_per_s, &capacity[1], needed, sizeof *set->room_per_s);
    set->stale = array_grow(set->stale, &capacity[2], needed, sizeof *set->stale);
    set->included = array_grow(set->included, &capacity[3], needed, sizeof *set->included);
    set->included[set->resource_count] = 0;
    set->stale[set->resource_count] = STALE_ROOM | STALE_VIEW;
    touched->member = (uint32_t)set->resource_count;
    set->resources[set->resource_count++] = resource;
}

void share_set_include(ShareSet *set, uint32_t id) {
    ShareActivity *activity = &set->graph->activities[id];
    if (activity->member != SHARE_NONE)
        return;
    size_t index = set->activity_count++;
    if (index + 1 >= set->activity_capacity[0] || set->use_count + activity->use_count > set->use_capacity[0])
        share_set_reserve(set, index + 1, set->use_count + activity->use_count);
    activity->member = (uint32_t)index;
    set->activities[index] = id;
    set->cap_per_s[index] = activity->cap_per_s;
    set->use_start[index] = (uint32_t)set->use_count;
    for (uint32_t i = 0; i < activity->use_count; i++) {
        const ShareUse *use = &set->graph->uses[activity->first_use + i];
        share_set_touch(set, use->resource);
        uint32_t member = set->graph->resources[use->resource].member;
        set->stale[member] |= STALE_ROOM;
        set->included[member]++;
        set->use_resource[set->use_count] = member;
        set->use_weight[set->use_count++] = use->weight;
    }
    set->use_start[index + 1] = (uint32_t)set->use_count;
}

void share_set_include_component(ShareSet *set) {
    const ShareGraph *graph = set->graph;
    for (size_t r = 0; r < set->resource_count; r++) {
        uint32_t first = graph->resources[set->resources[r]].first_user;
        for (uint32_t u = first; u != SHARE_NONE; u = graph->uses[u].next)
            share_set_include(set, graph->uses[u].activity);
    }
}

bool share_set_has_all_users(const ShareSet *set, size_t r) {
    return set->included[r] == set->graph->resources[set->resources[r]].user_count;
}

/* What the others, at their held rates, leave of a resource to the set. */
static double share_set_room_per_s(const ShareSet *set, size_t r) {
    const ShareGraph *graph = set->graph;
    uint32_t resource = set->resources[r];
    double room_per_s = graph->resources[resource].capacity_per_s;
    if (share_set_has_all_users(set, r))
        return room_per_s;
    for (uint32_t u = graph->resources[resource].first_user; u != SHARE_NONE; u = graph->uses[u].next) {
        const ShareActivity *user = &graph->activities[graph->uses[u].activity];
        if (user->member == SHARE_NONE)
            room_per_s -= graph->uses[u].weight * user->rate_per_s;
    }
    return room_per_s;
}

void share_set_update_rooms(ShareSet *set) {
    for (size_t r = 0; r < set->resource_count; r++) {
        if (set->stale[r] & STALE_ROOM)
            set->room_per_s[r] = share_set_room_per_s(set, r);
        set->stale[r] &= (uint8_t)~STALE_ROOM;
    }
}

void share_set_clear(ShareSet *set) {
    for (size_t r = 0; r < set->resource_count; r++)
        set->graph->resources[set->resources[r]].member = SHARE_NONE;
    for (size_t a = 0; a < set->activity_count; a++)
        set->graph->activities[set->activities[a]].member = SHARE_NONE;
    set->resource_count = set->activity_count = set->use_count = 0;
}
