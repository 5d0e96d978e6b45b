/*
 * goal_check: the `assert:` lines of a scenario held against what came out. A single run is a sweep of one point
 * without parameters. A goal without `at` must hold at every point; the point that is nearest to missing it, or misses
 * it most, is the one reported. What could not be measured, at a point that did not run or in memory that did not
 * suffice, is missed.
 */
#ifndef SCENARIOS_EXPERIMENT_GOAL_CHECK_H
#define SCENARIOS_EXPERIMENT_GOAL_CHECK_H

#include "models/results.h"
#include "scenarios/reader/goal.h"

typedef struct GoalList {
    const Goal *goals;
    int count;
} GoalList;

/* Adds an error for each goal that names a point which the sweep does not have or not once; needs no results. */
bool goal_check_points(GoalList list, const SweepResults *sweep, ErrorList *errors);

/* The goals that are left when one of the sweep's axes has gone: those of a file whose points went with it are not,
 * which one note says. */
GoalList goal_check_left(GoalList list, const SweepResults *sweep, Arena *arena, ErrorList *notes);

/* Adds an error for each metric that no point has, unless no step ended, and for each number whose unit does not
 * measure what its metric does. */
bool goal_check_metrics(GoalList list, const SweepResults *sweep, ErrorList *errors);

/* One per goal, in order; the value is that of the left side, or of the right one when the left is a number. */
const GoalResults *goal_check(GoalList list, const SweepResults *sweep, Arena *arena);

#endif
