/*
 * share_solver: which rates of a share_graph change when some of it was touched, and to what. It is a part of
 * fair_share and knows nothing of time.
 *
 * Max-min fairness has one answer: every activity is at its cap or limited by a full resource on which nobody is
 * faster (Bertsekas, Gallager, Data Networks, 6.5.2). Each resource that limits somebody has a level, the rate of those
 * it limits, and a level depends on lower ones only (Ros-Giralt et al., On the Bottleneck Structure of Congestion-
 * Controlled Networks, SIGMETRICS 2020). So a change is followed upwards, in order of level, as water rises: a resource
 * whose level was reached but will be higher lets go of the activities it limits, one that is full now fixes its
 * activities, and only where a rate really moved are its other resources looked at. Nothing else is ever visited, and
 * nobody is fixed twice. The running sums only say when to look; a level is always worked out from all users anew.
 *
 * Levels that differ by less than a relative 1e-12 count as equal, or as unchanged.
 */
#ifndef SIM_ENGINE_SHARE_SOLVER_H
#define SIM_ENGINE_SHARE_SOLVER_H

#include <stdbool.h>

#include "sim/engine/share_graph.h"

typedef struct ShareSolver ShareSolver;

/* Works on `graph` (borrowed). */
ShareSolver *share_solver_create(ShareGraph *graph);
void share_solver_destroy(ShareSolver *solver);

/* Says that a resource has a new capacity or lost a user; twice is harmless. */
void share_solver_touch(ShareSolver *solver, uint32_t resource);

/* Says that an activity is new and has no rate yet. */
void share_solver_add(ShareSolver *solver, uint32_t activity);

bool share_solver_is_touched(const ShareSolver *solver);

/* Writes the new rates, limits and levels into the graph. */
void share_solver_solve(ShareSolver *solver);

/* What it did: activities with a new limit (at a cap, with a rate of their own), and resources whose level or load may
 * have changed; of the latter, those that limit nobody are only named when they are watched. */
uint32_t share_solver_activity_count(const ShareSolver *solver);
uint32_t share_solver_activity(const ShareSolver *solver, uint32_t index);
uint32_t share_solver_resource_count(const ShareSolver *solver);
uint32_t share_solver_resource(const ShareSolver *solver, uint32_t index);

/* Forgets the answer and what was touched. */
void share_solver_clear(ShareSolver *solver);

#endif
