/*
 * share_solver: which rates of a share_graph change when some of its resources were touched, and to what. It is a part
 * of fair_share and knows nothing of time.
 *
 * Rates are max-min fair when no resource is overfull and every activity is at its cap or has a limiting resource: a
 * full one on which nobody is faster (Bertsekas, Gallager, Data Networks, 6.5.2). So it solves only the activities that
 * the touched resources limit, with the others' rates held, then takes in every neighbour whose condition no longer
 * holds and solves again; when that takes in too many, or too long, it takes the whole connected component, beyond
 * which nothing is ever looked at. The conditions are checked to a relative 1e-10.
 */
#ifndef SIM_ENGINE_SHARE_SOLVER_H
#define SIM_ENGINE_SHARE_SOLVER_H

#include <stdbool.h>

#include "sim/engine/share_graph.h"

typedef struct ShareSolver ShareSolver;

/* Works on `graph` (borrowed). */
ShareSolver *share_solver_create(ShareGraph *graph);
void share_solver_destroy(ShareSolver *solver);

/* Says that a resource has a new capacity, a new user or a user less; once is enough. */
void share_solver_touch(ShareSolver *solver, uint32_t resource);
bool share_solver_is_touched(const ShareSolver *solver);

/* Finds the new rates and writes the activities' limits into the graph, not the rates: the caller has amounts to bring
 * up to date. */
void share_solver_solve(ShareSolver *solver);

/* The answer: activities 0 .. count - 1 with their rates, and the resources whose load may have changed. */
uint32_t share_solver_activity_count(const ShareSolver *solver);
uint32_t share_solver_activity(const ShareSolver *solver, uint32_t index);
double share_solver_rate_per_s(const ShareSolver *solver, uint32_t index);
uint32_t share_solver_resource_count(const ShareSolver *solver);
uint32_t share_solver_resource(const ShareSolver *solver, uint32_t index);

/* Forgets the answer and what was touched. */
void share_solver_clear(ShareSolver *solver);

#endif
