/*
 * sweep_findings: what the points of a sweep show together: the best point, where the headline collapses and why, and
 * how many points could not run. Plain constant values, found once when all points are there; the reports print
 * them, and what holds back each point.
 */
#ifndef MODELS_SWEEP_FINDINGS_H
#define MODELS_SWEEP_FINDINGS_H

#include "models/account/bottleneck.h"
#include "models/account/sweep_fall.h"
#include "models/account/sweep_names.h"

typedef struct SweepFindings {
    const SweepResults *sweep;
    const SweepKey *keys;     /* one a parameter */
    const Headline *headline; /* by which the points are compared */
    int best;                 /* the point with most of it, the first of equal ones; -1 = none ran */
    int worst;                /* the one with least; -1 = none ran, all are equal, or no key is of names */
    SweepFall fall;
    int too_big_count;  /* points that do not fit in memory */
    int too_long_count; /* points whose step does not end */
    int failed_count;   /* points without results */
} SweepFindings;

/* The headline's value of a point, NaN when it did not run. */
double sweep_findings_value(const SweepFindings *findings, int point);

/* The sweep must outlive the findings, which belong to the arena. */
const SweepFindings *sweep_findings_of(Arena *arena, const SweepResults *sweep);

#endif
