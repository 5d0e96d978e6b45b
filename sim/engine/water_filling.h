/*
 * water_filling: max-min fair rates of one set of activities over one set of resources, as a pure function of plain
 * arrays. It knows nothing of time or amounts; fair_share decides what to solve and when.
 *
 * Progressive filling (Bertsekas, Gallager, Data Networks, 6.5.2): one level rises from 0 and is the rate of every open
 * activity. Where the open weights fill a resource, at level = room / sum of open weights, its activities are fixed; so
 * is an activity at its cap. The level of a resource never falls while others are fixed below it, so a heap with
 * outdated keys finds the next one: O(uses * log resources + activities * log activities). Rates are right to rounding
 * unless a resource is filled but for a few last digits.
 */
#ifndef SIM_ENGINE_WATER_FILLING_H
#define SIM_ENGINE_WATER_FILLING_H

#include <stdint.h>

/* Every activity has a use or a finite cap; uses of activity a are use_start[a] .. use_start[a + 1] - 1. */
typedef struct FillProblem {
    uint32_t resource_count;
    uint32_t activity_count;
    const double *room_per_s;     /* [resource] units/s; below 0 counts as 0 */
    const double *cap_per_s;      /* [activity] > 0, INFINITY = none */
    const uint32_t *use_start;    /* [activity_count + 1], first is 0 */
    const uint32_t *use_resource; /* [use] each resource at most once per activity */
    const double *use_weight;     /* [use] > 0 */
} FillProblem;

#define FILL_LIMIT_CAP UINT32_MAX

typedef struct WaterFilling WaterFilling;

/* A solver is only memory that is used again; it keeps nothing from one problem to the next. */
WaterFilling *water_filling_create(void);
void water_filling_destroy(WaterFilling *filling);

/* Writes rate_per_s[activity] and limit[activity]: the resource that fixed it, or FILL_LIMIT_CAP. */
void water_filling_solve(WaterFilling *filling, const FillProblem *problem, double *rate_per_s, uint32_t *limit);

#endif
