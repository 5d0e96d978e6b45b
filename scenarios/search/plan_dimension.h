/*
 * plan_dimension: what can be chosen in a training plan when one is searched for, one row each: the key in a scenario
 * and the values worth trying once the dimensions before it are chosen. Values are handled as numbers; the schema knows
 * what they are in a PlanSpec and how they are written. Data parallelism follows from the GPUs.
 */
#ifndef SCENARIOS_SEARCH_PLAN_DIMENSION_H
#define SCENARIOS_SEARCH_PLAN_DIMENSION_H

#include "models/spec.h"
#include "scenarios/reader/yaml_node.h"

enum { PLAN_DIMENSION_MOST_VALUES = 512, PLAN_DIMENSIONS_MOST = 16 };

typedef struct PlanDimension {
    const char *key;   /* as in a scenario's plan */
    const char *title; /* head of a column, short */

    /* Fills values[0 .. PLAN_DIMENSION_MOST_VALUES - 1] with what is worth trying on the job's GPUs and returns their
     * number, >= 1. Dimensions behind it have their only value, or the default when they have several. A value that
     * changes nothing is not among them; one that does not go together with the rest may be.
     */
    int (*list)(const JobSpec *job, int64_t *values);
} PlanDimension;

/* The rows in the order in which they are chosen; NULL past the end. The first four are tensor, pipeline, context
 * and expert: how the GPUs are split. */
const PlanDimension *plan_dimension_at(int index);
int plan_dimension_count(void);

/* Index of the row of a key or of one of its aliases, -1 when it is no dimension. */
int plan_dimension_find(const char *key);

int64_t plan_dimension_get(const PlanDimension *dimension, const PlanSpec *plan);
void plan_dimension_set(const PlanDimension *dimension, PlanSpec *plan, int64_t value);

/* How a scenario writes the value. */
const char *plan_dimension_text(const PlanDimension *dimension, const PlanSpec *plan, Arena *arena);

/* Reads a value as a scenario writes it; false and an error when it is none. */
bool plan_dimension_read(const PlanDimension *dimension, const YamlNode *node, int64_t *value, ErrorList *errors);

#endif
