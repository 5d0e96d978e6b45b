#include "sim/engine/share_losses.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/array.h"

void share_losses_set_owners(ShareLosses *losses, uint32_t owners) {
    size_t capacity = 0;
    losses->owners = owners;
    losses->load_per_s = array_grow(losses->load_per_s, &capacity, owners, sizeof *losses->load_per_s);
}

void share_losses_free(ShareLosses *losses) {
    free(losses->notes);
    free(losses->noting);
    free(losses->first_capacity_per_s);
    free(losses->load_per_s);
}

void share_losses_add_resource(ShareLosses *losses, uint32_t resource, double capacity_per_s) {
    losses->first_capacity_per_s = array_grow(losses->first_capacity_per_s, &losses->resource_capacity,
                                              (size_t)resource + 1, sizeof *losses->first_capacity_per_s);
    losses->first_capacity_per_s[resource] = capacity_per_s;
}

/* The rate of an activity that has its resources for itself. */
static double alone_per_s(const ShareGraph *graph, uint32_t slot, const double *capacity_per_s) {
    const ShareActivity *activity = &graph->activities[slot];
    double rate_per_s = activity->cap_per_s;
    for (uint32_t u = activity->first_use; u < activity->first_use + activity->use_count; u++) {
        const ShareUse *use = &graph->uses[u];
        double capacity =
            capacity_per_s != NULL ? capacity_per_s[use->resource] : graph->resources[use->resource].capacity_per_s;
        rate_per_s = fmin(rate_per_s, capacity / use->weight);
    }
    return rate_per_s;
}

void share_losses_begin(ShareLosses *losses, const ShareGraph *graph, uint32_t activity, uint32_t owner,
                        double *lost_s) {
    size_t before = losses->note_count;
    if (activity >= before) {
        losses->note_count = (size_t)activity + 1;
        losses->notes = array_grow(losses->notes, &losses->note_capacity, losses->note_count, sizeof *losses->notes);
    }
    losses->notes[activity] =
        (ShareNote){.owner = owner, .alone_per_s = alone_per_s(graph, activity, losses->first_capacity_per_s)};
    if (lost_s == NULL)
        return;
    losses->noting =
        array_grow(losses->noting, &losses->noting_capacity, losses->noting_count + 1, sizeof *losses->noting);
    losses->noting[losses->noting_count++] = activity;
    losses->notes[activity].place = (uint32_t)losses->noting_count;
    losses->notes[activity].lost_s = lost_s;
}

void share_losses_end(ShareLosses *losses, uint32_t activity) {
    uint32_t place = losses->notes[activity].place;
    if (place == 0)
        return;
    uint32_t last = losses->noting[--losses->noting_count];
    losses->noting[place - 1] = last;
    losses->notes[last].place = place;
    losses->notes[activity].place = 0;
}

/* What the owner of an activity would put on the resource that limits it if nobody else were there. */
static double own_demand_per_s(const ShareLosses *losses, const ShareGraph *graph, uint32_t slot) {
    const ShareResource *resource = &graph->resources[graph->activities[slot].limit];
    double sum_per_s = 0.0;
    for (uint32_t u = 0; u < resource->user_count; u++) {
        const ShareNote *other = &losses->notes[resource->users[u].activity];
        if (other->owner == losses->notes[slot].owner)
            sum_per_s += fmin(resource->users[u].weight * other->alone_per_s, resource->capacity_per_s);
    }
    return sum_per_s;
}

/* Gives seconds lost on a resource to the other owners there. */
static void give_to_others(ShareLosses *losses, const ShareGraph *graph, uint32_t slot, double lost_s) {
    const ShareResource *resource = &graph->resources[graph->activities[slot].limit];
    uint32_t own = losses->notes[slot].owner;
    double sum_per_s = 0.0;
    memset(losses->load_per_s, 0, losses->owners * sizeof *losses->load_per_s);
    for (uint32_t u = 0; u < resource->user_count; u++) {
        uint32_t other = resource->users[u].activity, owner = losses->notes[other].owner;
        if (owner == own)
            continue;
        double load_per_s = resource->users[u].weight * graph->activities[other].rate_per_s;
        losses->load_per_s[owner] += load_per_s;
        sum_per_s += load_per_s;
    }
    if (sum_per_s == 0.0)
        losses->notes[slot].lost_s[own] += lost_s;
    for (uint32_t owner = 0; owner < losses->owners && sum_per_s > 0.0; owner++)
        losses->notes[slot].lost_s[owner] += lost_s * losses->load_per_s[owner] / sum_per_s;
}

static void note(ShareLosses *losses, const ShareGraph *graph, uint32_t slot, double elapsed_s) {
    const ShareNote *self = &losses->notes[slot];
    const ShareActivity *activity = &graph->activities[slot];
    double rate_per_s = fmin(activity->rate_per_s, self->alone_per_s);
    if (rate_per_s == self->alone_per_s) /* both may be 0 */
        return;
    double now_alone_per_s = fmin(alone_per_s(graph, slot, NULL), self->alone_per_s);
    self->lost_s[losses->owners - 1] += elapsed_s * (1.0 - now_alone_per_s / self->alone_per_s);
    if (activity->limit == SHARE_LIMIT_CAP || now_alone_per_s <= rate_per_s)
        return;
    double demand_per_s = own_demand_per_s(losses, graph, slot);
    double room = graph->resources[activity->limit].capacity_per_s / demand_per_s;
    double own_per_s = fmax(rate_per_s, now_alone_per_s * fmin(room, 1.0));
    double lost_s = elapsed_s * (now_alone_per_s - rate_per_s) / self->alone_per_s;
    double to_others_s = lost_s * (1.0 - rate_per_s / own_per_s) / (1.0 - rate_per_s / now_alone_per_s);
    self->lost_s[self->owner] += lost_s - to_others_s;
    give_to_others(losses, graph, slot, to_others_s);
}

void share_losses_advance(ShareLosses *losses, const ShareGraph *graph, SimTime now) {
    if (now == losses->since)
        return;
    double elapsed_s = sim_time_to_s(now - losses->since);
    losses->since = now;
    for (size_t i = 0; i < losses->noting_count; i++)
        note(losses, graph, losses->noting[i], elapsed_s);
}
