/*
 * share_graph: who uses what, and who is held back by what. Resources, activities and the uses between them, as flat
 * arrays: adding and removing an activity allocates nothing once the arrays have reached their largest size. It keeps
 * the running sums that make a change cheap, but neither computes rates nor knows time; it is a part of fair_share, and
 * its fields are open to share_solver.
 */
#ifndef SIM_ENGINE_SHARE_GRAPH_H
#define SIM_ENGINE_SHARE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHARE_NONE UINT32_MAX

/* A use stands in the array behind its activity's first one. */
typedef struct ShareUse {
    double weight; /* > 0: units of the resource per unit of the activity */
    uint32_t resource;
    uint32_t place; /* among the resource's users; in a free block: the next free block */
} ShareUse;

/* The same use seen from the resource; in no particular order. */
typedef struct ShareUser {
    double weight;
    uint32_t activity;
    uint32_t use;
} ShareUser;

/* What keeps an activity from being faster: a resource's id, or one of these. */
#define SHARE_LIMIT_CAP     (UINT32_MAX - 1)
#define SHARE_LIMIT_UNKNOWN UINT32_MAX /* not solved yet, at rate 0 */

/* Where share_solver is with an activity: it has its rate, or is new, or has lost its rate and gets another. */
typedef enum ShareState { SHARE_HELD, SHARE_FRESH, SHARE_OPEN } ShareState;

typedef struct ShareActivity {
    double rate_per_s; /* units/s, >= 0 */
    double cap_per_s;  /* units/s, > 0; INFINITY = none */
    uint32_t first_use;
    uint32_t use_count; /* 0 .. */
    uint32_t limit;
    ShareState state;
} ShareActivity;

typedef struct ShareResource {
    double capacity_per_s; /* units/s, >= 0 */
    double level_per_s;    /* rate of the activities it limits, while there are any */
    double load_per_s;     /* of all users, a running sum */
    double limited_weight; /* of the users it limits, a running sum */
    uint32_t limited_count;
    uint32_t load_changes; /* since the load was last summed anew */
    bool is_watched;       /* somebody wants to know whenever the load changes */
    /* share_solver's own, while it solves */
    bool is_seen;
    bool is_open;   /* the activities it limits have lost their rates */
    bool is_filled; /* its level is settled */
    uint32_t open_count;
    double open_weight; /* of the users whose rate is not settled and that it may limit */
    double room_per_s;  /* what the others leave of it */
    double peak_weight; /* largest open_weight since it was last summed anew */
    ShareUser *users;
    uint32_t user_count;
    uint32_t user_capacity;
} ShareResource;

#define SHARE_BLOCK_SIZES 32

typedef struct ShareGraph {
    ShareResource *resources;
    size_t resource_count;
    size_t resource_capacity;
    ShareActivity *activities; /* by slot */
    size_t activity_count;     /* slots ever used */
    size_t activity_capacity;
    ShareUse *uses;
    size_t use_count;
    size_t use_capacity;
    uint32_t free_activity;                  /* slot; the list goes on in first_use */
    uint32_t free_blocks[SHARE_BLOCK_SIZES]; /* first use of a free block of 2^i uses */
} ShareGraph;

void share_graph_init(ShareGraph *graph);
void share_graph_free(ShareGraph *graph);

uint32_t share_graph_add_resource(ShareGraph *graph, double capacity_per_s);

/* Takes a slot for an activity that uses nothing yet; its rate is 0 and its limit unknown. */
uint32_t share_graph_add(ShareGraph *graph, double cap_per_s, int use_count);

/* Fills in use `index`, 0 .. use_count - 1. */
void share_graph_connect(ShareGraph *graph, uint32_t activity, int index, uint32_t resource, double weight);

/* Takes the activity, all of whose uses are connected, out again; its slot will be given to another, its uses can be
 * read until then. */
void share_graph_remove(ShareGraph *graph, uint32_t activity);

/* One use of an activity whose rate and limit are about to be those: brings the sums of the resource up to date. */
static inline void share_graph_fix_use(ShareGraph *graph, const ShareActivity *activity, const ShareUse *use,
                                       double rate_per_s, uint32_t limit) {
    ShareResource *resource = &graph->resources[use->resource];
    resource->load_per_s += use->weight * (rate_per_s - activity->rate_per_s);
    resource->load_changes++;
    if (limit == activity->limit)
        return;
    if (use->resource == activity->limit) {
        resource->limited_count--;
        resource->limited_weight = resource->limited_count > 0 ? resource->limited_weight - use->weight : 0.0;
    } else if (use->resource == limit) {
        resource->limited_count++;
        resource->limited_weight += use->weight;
    }
}

/* Gives an activity its rate and what limits it, and brings the sums of its resources up to date. */
void share_graph_fix(ShareGraph *graph, uint32_t activity, double rate_per_s, uint32_t limit);

/* Units/s that the users of a resource take together, summed anew. */
double share_graph_load_per_s(const ShareGraph *graph, uint32_t resource);

#endif
