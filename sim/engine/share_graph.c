#include "sim/engine/share_graph.h"

#include <stdlib.h>

#include "sim/engine/array.h"
#include "sim/engine/check.h"

void share_graph_init(ShareGraph *graph) {
    *graph = (ShareGraph){.free_activity = SHARE_NONE};
    for (int i = 0; i < SHARE_BLOCK_SIZES; i++)
        graph->free_blocks[i] = SHARE_NONE;
}

void share_graph_free(ShareGraph *graph) {
    free(graph->resources);
    free(graph->activities);
    free(graph->uses);
}

uint32_t share_graph_add_resource(ShareGraph *graph, double capacity_per_s) {
    CHECK(graph->resource_count < SHARE_LIMIT_CAP);
    graph->resources =
        array_grow(graph->resources, &graph->resource_capacity, graph->resource_count + 1, sizeof *graph->resources);
    graph->resources[graph->resource_count] = (ShareResource){
        .capacity_per_s = capacity_per_s, .first_user = SHARE_NONE, .last_user = SHARE_NONE, .member = SHARE_NONE};
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
        graph->free_blocks[index] = graph->uses[first].next;
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
    graph->uses[first].next = graph->free_blocks[index];
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
    graph->live_count++;
    graph->activities[slot] = (ShareActivity){.cap_per_s = cap_per_s,
                                              .first_use = count > 0 ? block_take(graph, count) : SHARE_NONE,
                                              .use_count = count,
                                              .limit = SHARE_LIMIT_UNKNOWN,
                                              .member = SHARE_NONE};
    return slot;
}

void share_graph_connect(ShareGraph *graph, uint32_t activity, int index, uint32_t resource, double weight) {
    ShareResource *target = &graph->resources[resource];
    uint32_t use = graph->activities[activity].first_use + (uint32_t)index;
    graph->uses[use] = (ShareUse){weight, activity, resource, SHARE_NONE, target->last_user};
    if (target->last_user == SHARE_NONE)
        target->first_user = use;
    else
        graph->uses[target->last_user].next = use;
    target->last_user = use;
    target->user_count++;
}

static void share_graph_disconnect(ShareGraph *graph, const ShareUse *use) {
    ShareResource *resource = &graph->resources[use->resource];
    resource->user_count--;
    if (use->previous == SHARE_NONE)
        resource->first_user = use->next;
    else
        graph->uses[use->previous].next = use->next;
    if (use->next == SHARE_NONE)
        resource->last_user = use->previous;
    else
        graph->uses[use->next].previous = use->previous;
}

void share_graph_remove(ShareGraph *graph, uint32_t activity) {
    ShareActivity *gone = &graph->activities[activity];
    for (uint32_t u = gone->first_use; u < gone->first_use + gone->use_count; u++)
        share_graph_disconnect(graph, &graph->uses[u]);
    if (gone->use_count > 0)
        block_give(graph, gone->first_use, gone->use_count);
    graph->live_count--;
    gone->first_use = graph->free_activity;
    graph->free_activity = activity;
}

double share_graph_load_per_s(const ShareGraph *graph, uint32_t resource) {
    double load_per_s = 0.0;
    for (uint32_t u = graph->resources[resource].first_user; u != SHARE_NONE; u = graph->uses[u].next)
        load_per_s += graph->uses[u].weight * graph->activities[graph->uses[u].activity].rate_per_s;
    return load_per_s;
}
