#include "sim/engine/water_filling.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "sim/engine/array.h"
#include "sim/engine/check.h"
#include "sim/engine/fatal.h"

/* One use seen from the resource. */
typedef struct FillUser {
    uint32_t activity;
    double weight;
} FillUser;

/* What is left of a resource; room and open_weight are running estimates, made exact before they fix a rate. */
typedef struct FillResource {
    double room_per_s;
    double open_weight;
    double summed_weight; /* open_weight when it was last summed anew */
    uint32_t open_count;
    uint32_t user_start;
    uint32_t user_end;
} FillResource;

typedef struct FillEntry {
    double level_per_s;
    uint32_t id; /* resource in the heap, activity among the capped */
} FillEntry;

struct WaterFilling {
    FillResource *resources;
    size_t resource_capacity;
    FillUser *users;
    size_t user_capacity;
    FillEntry *heap;
    size_t heap_capacity;
    FillEntry *capped; /* by cap, then id */
    size_t capped_capacity;
    uint32_t heap_count;
    uint32_t capped_count;
    uint32_t open_count; /* activities not yet fixed */
    const FillProblem *problem;
    double *rate_per_s; /* below 0: open */
    uint32_t *limit;
};

static const double OPEN = -1.0;

/* An open weight that shrank below this part of its last sum is summed anew. */
static const double WORN_FRACTION = 1e-3;

WaterFilling *water_filling_create(void) {
    WaterFilling *filling = calloc(1, sizeof *filling);
    if (filling == NULL)
        fatal("out of memory");
    return filling;
}

void water_filling_destroy(WaterFilling *filling) {
    if (filling == NULL)
        return;
    free(filling->resources);
    free(filling->users);
    free(filling->heap);
    free(filling->capped);
    free(filling);
}

static bool fill_entry_before(FillEntry a, FillEntry b) {
    return a.level_per_s < b.level_per_s || (a.level_per_s == b.level_per_s && a.id < b.id);
}

static int fill_entry_compare(const void *a, const void *b) {
    const FillEntry *left = a, *right = b;
    return fill_entry_before(*left, *right) ? -1 : fill_entry_before(*right, *left);
}

static void heap_sift_down(FillEntry *heap, uint32_t count, uint32_t at) {
    FillEntry moving = heap[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count && fill_entry_before(heap[child + 1], heap[child]))
            child++;
        if (!fill_entry_before(heap[child], moving))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moving;
}

static void heap_drop_first(WaterFilling *filling) {
    filling->heap[0] = filling->heap[--filling->heap_count];
    if (filling->heap_count > 0)
        heap_sift_down(filling->heap, filling->heap_count, 0);
}

static void fill_reserve(WaterFilling *filling, const FillProblem *problem) {
    size_t uses = problem->use_start[problem->activity_count];
    size_t resources = problem->resource_count, activities = problem->activity_count;
    filling->resources =
        array_grow(filling->resources, &filling->resource_capacity, resources, sizeof *filling->resources);
    filling->users = array_grow(filling->users, &filling->user_capacity, uses, sizeof *filling->users);
    filling->heap = array_grow(filling->heap, &filling->heap_capacity, resources, sizeof *filling->heap);
    filling->capped = array_grow(filling->capped, &filling->capped_capacity, activities, sizeof *filling->capped);
}

/* Turns "resources of an activity" round into "activities of a resource", in order of activity. */
static void fill_users(WaterFilling *filling, const FillProblem *problem) {
    uint32_t uses = problem->use_start[problem->activity_count], next = 0;
    for (uint32_t r = 0; r < problem->resource_count; r++)
        filling->resources[r] = (FillResource){.room_per_s = problem->room_per_s[r]};
    for (uint32_t u = 0; u < uses; u++)
        filling->resources[problem->use_resource[u]].open_count++;
    for (uint32_t r = 0; r < problem->resource_count; r++) {
        FillResource *resource = &filling->resources[r];
        resource->user_start = resource->user_end = next;
        next += resource->open_count;
    }
    for (uint32_t a = 0; a < problem->activity_count; a++) {
        for (uint32_t u = problem->use_start[a]; u < problem->use_start[a + 1]; u++) {
            FillResource *resource = &filling->resources[problem->use_resource[u]];
            filling->users[resource->user_end++] = (FillUser){a, problem->use_weight[u]};
            resource->open_weight += problem->use_weight[u];
            resource->summed_weight = resource->open_weight;
        }
    }
}

static double fill_level(const FillResource *resource) {
    return fmax(resource->room_per_s, 0.0) / resource->open_weight;
}

/* Sums anew what the estimates got by subtraction: a heavy user that left must take no digits with it. */
static double fill_exact_level(WaterFilling *filling, uint32_t id) {
    FillResource *resource = &filling->resources[id];
    resource->room_per_s = filling->problem->room_per_s[id];
    resource->open_weight = 0.0;
    for (uint32_t u = resource->user_start; u < resource->user_end; u++) {
        FillUser user = filling->users[u];
        double rate_per_s = filling->rate_per_s[user.activity];
        if (rate_per_s < 0.0)
            resource->open_weight += user.weight;
        else
            resource->room_per_s -= user.weight * rate_per_s;
    }
    resource->summed_weight = resource->open_weight;
    return fill_level(resource);
}

static void fill_begin(WaterFilling *filling, const FillProblem *problem) {
    fill_reserve(filling, problem);
    fill_users(filling, problem);
    filling->heap_count = filling->capped_count = 0;
    filling->open_count = problem->activity_count;
    for (uint32_t r = 0; r < problem->resource_count; r++) {
        if (filling->resources[r].open_count > 0)
            filling->heap[filling->heap_count++] = (FillEntry){fill_level(&filling->resources[r]), r};
    }
    for (uint32_t at = filling->heap_count / 2; at-- > 0;)
        heap_sift_down(filling->heap, filling->heap_count, at);
    for (uint32_t a = 0; a < problem->activity_count; a++) {
        filling->rate_per_s[a] = OPEN;
        if (isfinite(problem->cap_per_s[a]))
            filling->capped[filling->capped_count++] = (FillEntry){problem->cap_per_s[a], a};
    }
    if (filling->capped_count > 1)
        qsort(filling->capped, filling->capped_count, sizeof *filling->capped, fill_entry_compare);
}

static void fill_fix(WaterFilling *filling, uint32_t activity, double rate_per_s, uint32_t limit) {
    const FillProblem *problem = filling->problem;
    filling->rate_per_s[activity] = rate_per_s;
    filling->limit[activity] = limit;
    filling->open_count--;
    for (uint32_t u = problem->use_start[activity]; u < problem->use_start[activity + 1]; u++) {
        FillResource *resource = &filling->resources[problem->use_resource[u]];
        resource->room_per_s -= problem->use_weight[u] * rate_per_s;
        resource->open_weight -= problem->use_weight[u];
        resource->open_count--;
    }
}

/* Brings the keys at the top of the heap up to date until the first is right; false when no resource is open. */
static bool fill_find_resource(WaterFilling *filling, FillEntry *first) {
    while (filling->heap_count > 0) {
        FillEntry *top = &filling->heap[0];
        const FillResource *resource = &filling->resources[top->id];
        if (resource->open_count == 0) {
            heap_drop_first(filling);
            continue;
        }
        bool worn = resource->open_weight < WORN_FRACTION * resource->summed_weight;
        double level_per_s = worn ? fill_exact_level(filling, top->id) : fill_level(resource);
        if (level_per_s <= top->level_per_s) {
            *first = *top;
            return true;
        }
        top->level_per_s = level_per_s;
        heap_sift_down(filling->heap, filling->heap_count, 0);
    }
    return false;
}

static void fill_fix_resource(WaterFilling *filling, uint32_t id, double level_per_s) {
    const FillResource *resource = &filling->resources[id];
    for (uint32_t u = resource->user_start; u < resource->user_end; u++) {
        uint32_t activity = filling->users[u].activity;
        if (filling->rate_per_s[activity] < 0.0)
            fill_fix(filling, activity, level_per_s, id);
    }
}

void water_filling_solve(WaterFilling *filling, const FillProblem *problem, double *rate_per_s, uint32_t *limit) {
    filling->problem = problem;
    filling->rate_per_s = rate_per_s;
    filling->limit = limit;
    fill_begin(filling, problem);
    double level_per_s = 0.0;
    uint32_t next_capped = 0;
    while (filling->open_count > 0) {
        while (next_capped < filling->capped_count && rate_per_s[filling->capped[next_capped].id] >= 0.0)
            next_capped++;
        FillEntry first = {INFINITY, FILL_LIMIT_CAP};
        bool found = fill_find_resource(filling, &first);
        if (next_capped < filling->capped_count && filling->capped[next_capped].level_per_s <= first.level_per_s) {
            level_per_s = filling->capped[next_capped].level_per_s;
            fill_fix(filling, filling->capped[next_capped].id, level_per_s, FILL_LIMIT_CAP);
            continue;
        }
        CHECK(found);
        level_per_s = fmax(level_per_s, fill_exact_level(filling, first.id));
        fill_fix_resource(filling, first.id, level_per_s);
    }
}
