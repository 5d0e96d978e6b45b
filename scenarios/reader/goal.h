/*
 * goal: one line of a scenario's `assert:`, parsed. What a metric is worth is told by a callback; a missed goal ends
 * the program with 1.
 *
 *   goal  = ["at" point ":"] side operator side
 *   side  = [number "*"] metric ["at" point]  |  number [unit]
 *   point = "point" index  |  path "=" value {"," path "=" value}
 *   operator: < <= > >= == !=
 *
 * A number with a unit is taken in the metric's unit, which must be of the same dimension; one without as it is.
 * Without `at` a goal holds for every point of a sweep. A collapse: "throughput.tflops_per_gpu at cluster.nodes=384 <
 * 0.8 * throughput.tflops_per_gpu at cluster.nodes=12".
 */
#ifndef SCENARIOS_READER_GOAL_H
#define SCENARIOS_READER_GOAL_H

#include <stdbool.h>

#include "scenarios/reader/quantity.h"
#include "scenarios/reader/yaml_node.h"

typedef enum GoalOperator {
    GOAL_BELOW,
    GOAL_AT_MOST,
    GOAL_ABOVE,
    GOAL_AT_LEAST,
    GOAL_EQUAL,   /* to 1e-9 of the larger side */
    GOAL_UNEQUAL, /* by more than that */
} GoalOperator;

enum { GOAL_MOST_KEYS = 16, GOAL_EVERY_POINT = -2, GOAL_POINT_BY_KEYS = -1 };

/* Which point of a sweep. */
typedef struct GoalPoint {
    int index; /* 0.. of the sweep's points, or GOAL_POINT_BY_KEYS, or GOAL_EVERY_POINT when nothing is said */
    int key_count;
    const char *paths[GOAL_MOST_KEYS];
    const char *values[GOAL_MOST_KEYS];
} GoalPoint;

typedef struct GoalSide {
    double factor;       /* before the metric, or the number itself; SI when it has a unit */
    const char *metric;  /* NULL: the side is a number */
    const char *text;    /* of a number, as written; else NULL */
    Dimension dimension; /* of a number's unit; DIMENSION_COUNT = it has none */
    GoalPoint point;
} GoalSide;

typedef struct Goal {
    const char *text;
    ErrorPlace place;
    GoalSide left;
    GoalOperator operator;
    GoalSide right;
} Goal;

/* Reads the list of an `assert:`; adds an error for each line that is no goal and leaves it out. Sets *count. */
const Goal *goals_read(YamlNode *list, Arena *arena, ErrorList *errors, int *count);

/* What a metric is worth, in its own unit, and how many SI units that is. */
typedef struct GoalMeasure {
    double value;
    double unit_si; /* 1 for a unit without dimension */
} GoalMeasure;

/* The measure of side->metric at side->point, false when there is none. */
typedef bool (*GoalLookup)(void *context, const GoalSide *side, GoalMeasure *measure);

typedef enum GoalAnswer { GOAL_MET, GOAL_MISSED, GOAL_UNKNOWN } GoalAnswer;

/* Asks for the values of both sides, leaves them in values[0] and values[1], and compares. Units of numbers are taken
 * to fit those of the metrics. */
GoalAnswer goal_answer(const Goal *goal, GoalLookup lookup, void *context, double values[2]);

#endif
