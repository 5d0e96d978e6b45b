/*
 * sweep: a scenario with axes as an array of specs, run on all cores. Points are the cartesian product of the axes, the
 * last fastest; a scenario without axes is one point. A point that cannot be read is an entry with its errors as text
 * and stops no other. The results do not depend on the number of threads: each point has its own arena and its own
 * place.
 */
#ifndef SCENARIOS_EXPERIMENT_SWEEP_H
#define SCENARIOS_EXPERIMENT_SWEEP_H

#include "models/results.h"
#include "scenarios/reader/scenario.h"

enum { SWEEP_MOST_POINTS = 1000000 };

typedef struct Sweep Sweep;

/* How to run it. */
typedef struct SweepOptions {
    int threads;        /* >= 1; 0 = all cores that are online */
    bool keep_timeline; /* keep timelines and time series too; needs memory for each point */

    /* Called after each point, by one thread at a time and with `done` rising; may be NULL. */
    void (*progress)(void *context, int done, int total);
    void *context;
} SweepOptions;

/* Lays out the points and runs nothing; NULL and an error when there are more than SWEEP_MOST_POINTS. The scenario must
 * outlive it. */
Sweep *sweep_create(const Scenario *scenario, ErrorList *errors);

void sweep_run(Sweep *sweep, const SweepOptions *options);

/* The points in order; before sweep_run without results. They belong to the sweep. */
const SweepResults *sweep_results(const Sweep *sweep);

void sweep_destroy(Sweep *sweep); /* NULL is allowed */

#endif
