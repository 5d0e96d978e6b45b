/* drawn_jobs: a check of many drawn jobs, one after another, and what every such check asks of a run. */
#ifndef TESTS_FUZZ_DRAWN_JOBS_H
#define TESTS_FUZZ_DRAWN_JOBS_H

#include "models/simulation.h"
#include "tests/fuzz/draw.h"

/* Parts of a step that move by a nanosecond each when times are rounded. */
#define DRAWN_JOBS_NOISE_FRACTION 1e-3

/* Calls `check` with `count` specs of `draw_job`, each in an arena of its own; `seed` says which. */
void drawn_jobs_check(uint64_t seed, int count, SimulationSpec (*draw_job)(const Draw *draw),
                      void (*check)(SimulationSpec *spec, int job));

/* Runs a resolved spec; stops the test when it does not finish, takes no time or has an MFU above 1. */
double drawn_jobs_step_s(const SimulationSpec *spec);

/* One part of the nodes at 1/2.385 of its speed, by index from 0: its name, NULL past the last. */
const char *drawn_jobs_slow_part(SimulationSpec *spec, int part);

/* A check: folded and unfolded take the same time. Leaves the spec unfolded. */
void drawn_jobs_check_folding(SimulationSpec *spec, int job);

#endif
