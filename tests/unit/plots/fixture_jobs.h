/*
 * fixture_jobs: hand-made results of several jobs on one fabric, beside a background flow "backup" and links that took
 * nothing. Job i starts at i seconds, has 8 GPUs and three steps of 2.385, 4.77 and 2.385 s, and would need 2.385 s
 * alone; it loses a hundredth of its GPU time to its successor, 5 % to the background, and 30 % are its own.
 */
#ifndef TESTS_UNIT_PLOTS_FIXTURE_JOBS_H
#define TESTS_UNIT_PLOTS_FIXTURE_JOBS_H

#include "models/results.h"
#include "sim/engine/arena.h"

/* The names of the first three are "left", "right" and "third/../x", then "a job with quite a long name 4" and so on.
 */
const Results *fixture_jobs(Arena *arena, int count);

/* The same, but the jobs did not fit. */
const Results *fixture_jobs_too_big(Arena *arena);

#endif
