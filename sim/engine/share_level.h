/*
 * share_level: at which level a resource of a share_graph is full. Running sums give a bound in constant time, a pass
 * over the users the level itself. It is a part of share_solver and looks at one resource at a time.
 *
 * At level L a user that nothing else holds gets L, another at most what it has; their weighted sum grows with L until
 * it is the capacity. The level is found from below, by Newton's method, which is exact after a few passes because the
 * sum is concave and piecewise linear. Running sums are trusted to 1e-12 of the capacity, and only as a bound.
 */
#ifndef SIM_ENGINE_SHARE_LEVEL_H
#define SIM_ENGINE_SHARE_LEVEL_H

#include "sim/engine/id_list.h"
#include "sim/engine/share_graph.h"

/* Sets the solver's part of a resource to what was solved last: open are the users that it limits. */
void share_level_begin(ShareGraph *graph, uint32_t resource);

/* Sums anew when the running sums have lost too many digits. */
void share_level_repair(ShareGraph *graph, uint32_t resource);

/* The level is not lower; INFINITY = the resource limits nobody, 0 also = nothing can be said. */
double share_level_lowest(const ShareResource *resource);

/* The level, INFINITY when it is never full; `from_per_s` is no higher. Writes the users that get it into `sharing`. */
double share_level_find(const ShareGraph *graph, uint32_t resource, double from_per_s, IdList *sharing);

#endif
