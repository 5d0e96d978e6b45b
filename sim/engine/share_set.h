/*
 * share_set: the activities of a share_graph whose rates are being solved, laid out as a FillProblem. It grows by one
 * activity at a time; the rates of all others are held, and what they leave of a resource is its room. It is a part of
 * share_solver, and its fields are open to it.
 */
#ifndef SIM_ENGINE_SHARE_SET_H
#define SIM_ENGINE_SHARE_SET_H

#include <stdbool.h>

#include "sim/engine/share_graph.h"

/* What of a resource must be worked out anew: after a user came into the set, or after a rate of the set moved. */
enum { STALE_ROOM = 1, STALE_VIEW = 2 };

/* Positions in the set, not ids, are the indices; ShareResource.member and ShareActivity.member lead from the id to the
 * position. */
typedef struct ShareSet {
    ShareGraph *graph;   /* borrowed */
    uint32_t *resources; /* ids */
    double *room_per_s;  /* right after share_set_update_rooms */
    uint32_t *included;  /* users that are in the set */
    uint8_t *stale;      /* STALE_* */
    size_t resource_count;
    size_t resource_capacity[4];
    uint32_t *activities; /* ids */
    double *cap_per_s;
    uint32_t *use_start; /* one more than activities */
    size_t activity_count;
    size_t activity_capacity[3];
    uint32_t *use_resource; /* position of the resource */
    double *use_weight;
    size_t use_count;
    size_t use_capacity[2];
} ShareSet;

void share_set_init(ShareSet *set, ShareGraph *graph);
void share_set_free(ShareSet *set);

/* Takes a resource in, unless it is. */
void share_set_touch(ShareSet *set, uint32_t resource);

/* Takes an activity and its resources in, unless it is. */
void share_set_include(ShareSet *set, uint32_t activity);

/* Takes in whatever is connected with the resources of the set. */
void share_set_include_component(ShareSet *set);

/* Is nobody's rate held on this resource? */
bool share_set_has_all_users(const ShareSet *set, size_t r);

/* Works out the rooms that are stale. */
void share_set_update_rooms(ShareSet *set);

/* Makes the set empty. */
void share_set_clear(ShareSet *set);

#endif
