#include "sim/engine/share_graph.h"

#include <stdlib.h>

#include "sim/engine/array.h"
#include "sim/engine/check.h"

/* Most resources have few users, and there can be a million of them. */
enum { FEW_USERS = 4 };

void share_graph_init(ShareGraph *graph) {
    *graph = (ShareGraph){.free_activity = SHARE_NONE};
    for (int i = 0; i < SHARE_BLOCK_SIZES; i++)
        graph->free_blocks[i] = SHARE_NONE;
}

void share_graph_free(ShareGraph *graph) {
    for (size_t r = 0; r < graph->resource_count; r++)
        free(graph->resources[r].users);
    free(graph->resources);
    free(graph->activities);
    free(graph->uses);
}

uint32_t share_graph_add_resource(ShareGraph *graph, double capacity_per_s) {
    CHECK(graph->resource_count < SHARE_LIMIT_CAP);
    graph->resources =
        array_grow(graph->resources, &graph->resource_capacity, graph->resource_count + 1, sizeof *graph->resources);
    graph->resources[graph->resource_count] = (ShareResource){.capacity_per_s = capacity_per_s};
    return (uint32_t)graph->resource_count++;
}

/* Blocks of uses have sizes of powers of two, so that a freed block fits the next activity of its kind. */
static int block_size_index(uint32_t use_count) {
    int index = 0;
    while ((UINT32_C(1) << index) < use_count)
        index++;
    return index;
}

static uint32_t block_take(ShareGraph *graph, uint32_t use_count) {
    int index = block_size_index(use_count);
    uint32_t first = graph->free_blocks[index];
    if (first != SHARE_NONE) {
        graph->free_blocks[index] = graph->uses[first].place;
        return first;
    }
    size_t end = graph->use_count + (UINT32_C(1) << index);
    CHECK(end < SHARE_NONE);
    graph->uses = array_grow(graph->uses, &graph->use_capacity, end, sizeof *graph->uses);
    first = (uint32_t)graph->use_count;
    graph->use_count = end;
    return first;
}

static void block_give(ShareGraph *graph, uint32_t first, uint32_t use_count) {
    int index = block_size_index(use_count);
    graph->uses[first].place = graph->free_blocks[index];
    graph->free_blocks[index] = first;
}

static uint32_t slot_take(ShareGraph *graph) {
    uint32_t slot = graph->free_activity;
    if (slot != SHARE_NONE) {
        graph->free_activity = graph->activities[slot].first_use;
        return slot;
    }
    CHECK(graph->activity_count < SHARE_NONE);
    graph->activities =
        array_grow(graph->activities, &graph->activity_capacity, graph->activity_count + 1, sizeof *graph->activities);
    return (uint32_t)graph->activity_count++;
}

uint32_t share_graph_add(ShareGraph *graph, double cap_per_s, int use_count) {
    uint32_t slot = slot_take(graph), count = (uint32_t)use_count;
    graph->activities[slot] = (ShareActivity){.cap_per_s = cap_per_s,
                                              .first_use = count > 0 ? block_take(graph, count) : SHARE_NONE,
                                              .use_count = count,
                                              .limit = SHARE_LIMIT_UNKNOWN};
    return slot;
}

void share_graph_connect(ShareGraph *graph, uint32_t activity, int index, uint32_t resource, double weight) {
    ShareResource *target = &graph->resources[resource];
    uint32_t use = graph->activities[activity].first_use + (uint32_t)index;
    if (target->user_count == target->user_capacity) {
        size_t capacity = target->user_capacity;
        target->users =
            array_grow_from(target->users, &capacity, (size_t)target->user_count + 1, sizeof *target->users, FEW_USERS);
        target->user_capacity = (uint32_t)capacity;
    }
    graph->uses[use] = (ShareUse){weight, resource, target->user_count};
    target->users[target->user_count++] = (ShareUser){weight, activity, use};
}

/* The last user takes the place of the one that leaves. */
static void share_graph_disconnect(ShareGraph *graph, const ShareUse *use) {
    ShareResource *resource = &graph->resources[use->resource];
    const ShareUser last = resource->users[--resource->user_count];
    resource->users[use->place] = last;
    graph->uses[last.use].place = use->place;
}

void share_graph_remove(ShareGraph *graph, uint32_t activity) {
    ShareActivity *gone = &graph->activities[activity];
    share_graph_fix(graph, activity, 0.0, SHARE_LIMIT_UNKNOWN);
    for (uint32_t u = gone->first_use; u < gone->first_use + gone->use_count; u++)
        share_graph_disconnect(graph, &graph->uses[u]);
    if (gone->use_count > 0)
        block_give(graph, gone->first_use, gone->use_count);
    gone->state = SHARE_HELD;
    gone->first_use = graph->free_activity;
    graph->free_activity = activity;
}

void share_graph_fix(ShareGraph *graph, uint32_t activity, double rate_per_s, uint32_t limit) {
    ShareActivity *fixed = &graph->activities[activity];
    for (uint32_t u = fixed->first_use; u < fixed->first_use + fixed->use_count; u++)
        share_graph_fix_use(graph, fixed, &graph->uses[u], rate_per_s, limit);
    fixed->rate_per_s = rate_per_s;
    fixed->limit = limit;
}

double share_graph_load_per_s(const ShareGraph *graph, uint32_t resource) {
    const ShareResource *loaded = &graph->resources[resource];
    double load_per_s = 0.0;
    for (uint32_t u = 0; u < loaded->user_count; u++)
        load_per_s += loaded->users[u].weight * graph->activities[loaded->users[u].activity].rate_per_s;
    return load_per_s;
}
