#include "sim/engine/share_solver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/array.h"
#include "sim/engine/fatal.h"
#include "sim/engine/share_set.h"
#include "sim/engine/water_filling.h"

/* The set grows by neighbours until it has this part of all, or so often; then it becomes the whole component. */
enum { LARGE_PART = 8, MAX_ROUNDS = 12 };

/* Relative tolerances: of the conditions, of an overfull resource, of a rate that stayed between rounds. */
static const double CONDITION_TOLERANCE = 1e-10;
static const double OVERFULL_TOLERANCE = 1e-12;
static const double MOVE_TOLERANCE = 1e-12;

struct ShareSolver {
    ShareSet set;
    WaterFilling *filling;
    double *rate_per_s; /* the answer of the last round, by position in the set */
    uint32_t *limit;
    double *last_rate_per_s; /* of the round before */
    uint32_t *last_limit;
    size_t answer_capacity[4];
    size_t solved_activities; /* size of the set in the last round */
    size_t solved_resources;
};

ShareSolver *share_solver_create(ShareGraph *graph) {
    ShareSolver *solver = calloc(1, sizeof *solver);
    if (solver == NULL)
        fatal("out of memory for shared resources");
    share_set_init(&solver->set, graph);
    solver->filling = water_filling_create();
    return solver;
}

void share_solver_destroy(ShareSolver *solver) {
    if (solver == NULL)
        return;
    share_set_free(&solver->set);
    water_filling_destroy(solver->filling);
    free(solver->rate_per_s);
    free(solver->limit);
    free(solver->last_rate_per_s);
    free(solver->last_limit);
    free(solver);
}

void share_solver_touch(ShareSolver *solver, uint32_t resource) {
    share_set_touch(&solver->set, resource);
}

bool share_solver_is_touched(const ShareSolver *solver) {
    return solver->set.resource_count > 0;
}

static void solver_reserve(ShareSolver *solver) {
    size_t *capacity = solver->answer_capacity, count = solver->set.activity_count + 1;
    solver->rate_per_s = array_grow(solver->rate_per_s, &capacity[0], count, sizeof *solver->rate_per_s);
    solver->limit = array_grow(solver->limit, &capacity[1], count, sizeof *solver->limit);
    solver->last_rate_per_s = array_grow(solver->last_rate_per_s, &capacity[2], count, sizeof(double));
    solver->last_limit = array_grow(solver->last_limit, &capacity[3], count, sizeof *solver->last_limit);
}

/* The first set: who is limited by a touched resource, and who is new. */
static void solver_seed(ShareSolver *solver) {
    const ShareGraph *graph = solver->set.graph;
    size_t touched = solver->set.resource_count;
    for (size_t r = 0; r < touched; r++) {
        uint32_t resource = solver->set.resources[r];
        for (uint32_t u = graph->resources[resource].first_user; u != SHARE_NONE; u = graph->uses[u].next) {
            uint32_t limit = graph->activities[graph->uses[u].activity].limit;
            if (limit == resource || limit == SHARE_LIMIT_UNKNOWN)
                share_set_include(&solver->set, graph->uses[u].activity);
        }
    }
}

/* Is the activity as in the round before? One that came into the set since is not. */
static bool solver_stayed(const ShareSolver *solver, size_t a) {
    if (a >= solver->solved_activities || solver->limit[a] != solver->last_limit[a])
        return false;
    return fabs(solver->rate_per_s[a] - solver->last_rate_per_s[a]) <= MOVE_TOLERANCE * solver->rate_per_s[a];
}

/* Marks the resources that must be looked at again after a round. */
static void solver_mark_moved(ShareSolver *solver) {
    for (size_t a = 0; a < solver->set.activity_count; a++) {
        if (solver_stayed(solver, a))
            continue;
        for (uint32_t u = solver->set.use_start[a]; u < solver->set.use_start[a + 1]; u++)
            solver->set.stale[solver->set.use_resource[u]] |= STALE_VIEW;
    }
    memcpy(solver->last_rate_per_s, solver->rate_per_s, solver->set.activity_count * sizeof *solver->rate_per_s);
    memcpy(solver->last_limit, solver->limit, solver->set.activity_count * sizeof *solver->limit);
}

static void solver_fill(ShareSolver *solver) {
    solver_reserve(solver);
    share_set_update_rooms(&solver->set);
    const FillProblem problem = {.resource_count = (uint32_t)solver->set.resource_count,
                                 .activity_count = (uint32_t)solver->set.activity_count,
                                 .room_per_s = solver->set.room_per_s,
                                 .cap_per_s = solver->set.cap_per_s,
                                 .use_start = solver->set.use_start,
                                 .use_resource = solver->set.use_resource,
                                 .use_weight = solver->set.use_weight};
    water_filling_solve(solver->filling, &problem, solver->rate_per_s, solver->limit);
    solver_mark_moved(solver);
    solver->solved_activities = solver->set.activity_count;
    solver->solved_resources = solver->set.resource_count;
}

/* A resource as the last round left it. */
typedef struct ResourceView {
    double load_per_s;
    double fastest_per_s;         /* rate in the set */
    double slowest_limited_per_s; /* rate in the set, of those that this resource limits */
} ResourceView;

static ResourceView solver_view(const ShareSolver *solver, size_t r) {
    const ShareGraph *graph = solver->set.graph;
    ResourceView view = {.slowest_limited_per_s = INFINITY};
    uint32_t first = graph->resources[solver->set.resources[r]].first_user;
    for (uint32_t u = first; u != SHARE_NONE; u = graph->uses[u].next) {
        const ShareActivity *user = &graph->activities[graph->uses[u].activity];
        if (user->member == SHARE_NONE || user->member >= solver->solved_activities) {
            view.load_per_s += graph->uses[u].weight * user->rate_per_s;
            continue;
        }
        double rate_per_s = solver->rate_per_s[user->member];
        view.load_per_s += graph->uses[u].weight * rate_per_s;
        view.fastest_per_s = fmax(view.fastest_per_s, rate_per_s);
        if (solver->limit[user->member] == r)
            view.slowest_limited_per_s = fmin(view.slowest_limited_per_s, rate_per_s);
    }
    return view;
}

/* Takes in the held users of a resource that the last round wronged or favoured there. */
static void solver_extend_at(ShareSolver *solver, size_t r) {
    const ShareGraph *graph = solver->set.graph;
    uint32_t resource = solver->set.resources[r];
    ResourceView view = solver_view(solver, r);
    double free_per_s = graph->resources[resource].capacity_per_s - view.load_per_s;
    bool overfull = free_per_s < -OVERFULL_TOLERANCE * graph->resources[resource].capacity_per_s;
    for (uint32_t u = graph->resources[resource].first_user; u != SHARE_NONE; u = graph->uses[u].next) {
        const ShareActivity *user = &graph->activities[graph->uses[u].activity];
        double margin_per_s = CONDITION_TOLERANCE * user->rate_per_s;
        bool limited_here = user->limit == resource;
        bool could_rise = limited_here && (free_per_s > graph->uses[u].weight * margin_per_s ||
                                           view.fastest_per_s > user->rate_per_s + margin_per_s);
        bool must_yield = view.slowest_limited_per_s < user->rate_per_s - margin_per_s;
        if (overfull || could_rise || must_yield)
            share_set_include(&solver->set, graph->uses[u].activity);
    }
}

static bool solver_extend(ShareSolver *solver) {
    for (size_t r = 0; r < solver->solved_resources; r++) {
        if ((solver->set.stale[r] & STALE_VIEW) != 0 && !share_set_has_all_users(&solver->set, r))
            solver_extend_at(solver, r);
        solver->set.stale[r] &= (uint8_t)~STALE_VIEW;
    }
    return solver->set.activity_count > solver->solved_activities;
}

void share_solver_solve(ShareSolver *solver) {
    solver->solved_activities = 0;
    solver_seed(solver);
    solver_fill(solver);
    for (int round = 1; solver_extend(solver); round++) {
        if (round == MAX_ROUNDS || solver->set.activity_count > solver->set.graph->live_count / LARGE_PART)
            share_set_include_component(&solver->set);
        solver_fill(solver);
    }
    for (size_t a = 0; a < solver->set.activity_count; a++) {
        uint32_t limit = solver->limit[a];
        solver->set.graph->activities[solver->set.activities[a]].limit =
            limit == FILL_LIMIT_CAP ? SHARE_LIMIT_CAP : solver->set.resources[limit];
    }
}

uint32_t share_solver_activity_count(const ShareSolver *solver) {
    return (uint32_t)solver->set.activity_count;
}

uint32_t share_solver_activity(const ShareSolver *solver, uint32_t index) {
    return solver->set.activities[index];
}

double share_solver_rate_per_s(const ShareSolver *solver, uint32_t index) {
    return solver->rate_per_s[index];
}

uint32_t share_solver_resource_count(const ShareSolver *solver) {
    return (uint32_t)solver->set.resource_count;
}

uint32_t share_solver_resource(const ShareSolver *solver, uint32_t index) {
    return solver->set.resources[index];
}

void share_solver_clear(ShareSolver *solver) {
    share_set_clear(&solver->set);
}
