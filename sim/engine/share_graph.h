/*
 * share_graph: who uses what. Resources, activities and the uses between them, as flat arrays with free lists: adding
 * and removing an activity allocates nothing once the arrays have reached their largest size. It knows the rates but
 * neither computes them nor knows time; it is a part of fair_share, and its fields are open to share_solver.
 */
#ifndef SIM_ENGINE_SHARE_GRAPH_H
#define SIM_ENGINE_SHARE_GRAPH_H

#include <stddef.h>
#include <stdint.h>

#define SHARE_NONE UINT32_MAX

/* A use stands in the array behind its activity's first one, and in the list of its resource's users. */
typedef struct ShareUse {
    double weight; /* > 0: units of the resource per unit of the activity */
    uint32_t activity;
    uint32_t resource;
    uint32_t next; /* use of the same resource, in order of arrival; in a free block: the next free block */
    uint32_t previous;
} ShareUse;

/* What keeps an activity from being faster: a resource's id, or one of these. */
#define SHARE_LIMIT_CAP     (UINT32_MAX - 1)
#define SHARE_LIMIT_UNKNOWN UINT32_MAX /* not solved yet */

typedef struct ShareActivity {
    double rate_per_s; /* units/s, >= 0 */
    double cap_per_s;  /* units/s, > 0; INFINITY = none */
    uint32_t first_use;
    uint32_t use_count; /* 0 .. */
    uint32_t limit;
    uint32_t member; /* place in the set that share_solver works on, SHARE_NONE = not in it */
} ShareActivity;

typedef struct ShareResource {
    double capacity_per_s; /* units/s, >= 0 */
    uint32_t first_user;   /* a use; SHARE_NONE = no user */
    uint32_t last_user;
    uint32_t user_count;
    uint32_t member; /* as in ShareActivity */
} ShareResource;

#define SHARE_BLOCK_SIZES 32

typedef struct ShareGraph {
    ShareResource *resources;
    size_t resource_count;
    size_t resource_capacity;
    ShareActivity *activities; /* by slot */
    size_t activity_count;     /* slots ever used */
    size_t live_count;         /* slots in use */
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

/* Fills in use `index`, 0 .. use_count - 1, and puts it at the end of the resource's users. */
void share_graph_connect(ShareGraph *graph, uint32_t activity, int index, uint32_t resource, double weight);

/* Takes the activity, all of whose uses are connected, out again; its slot will be given to another. */
void share_graph_remove(ShareGraph *graph, uint32_t activity);

/* Units/s that the users of a resource take together. */
double share_graph_load_per_s(const ShareGraph *graph, uint32_t resource);

#endif
