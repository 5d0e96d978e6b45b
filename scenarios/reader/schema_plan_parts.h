/*
 * schema_plan_parts: the keys of a plan by what they decide. SCHEMA_PLAN has the layout; each part leads to the next.
 */
#ifndef SCENARIOS_READER_SCHEMA_PLAN_PARTS_H
#define SCENARIOS_READER_SCHEMA_PLAN_PARTS_H

#include "models/plan/plan.h"
#include "scenarios/reader/schema_row.h"

/* Bounds far outside anything trained: products of three still fit in int64_t. */
#define MOST_PARALLEL  1000000
#define MOST_SEQUENCES 1000000000

#define PLAN_COUNT(word, field, least, most) SCHEMA_COUNT(PlanSpec, word, field, least, most)
#define FLAG_ROW(word, field, value)         SCHEMA_FLAG(PlanSpec, word, field, value)

extern const SchemaTable SCHEMA_PLAN_EXPERTS;
extern const SchemaTable SCHEMA_PLAN_SHARDING;
extern const SchemaTable SCHEMA_PLAN_OPTIMIZER;
extern const SchemaTable SCHEMA_PLAN_RECOMPUTE;
extern const SchemaTable SCHEMA_PLAN_KERNELS;

#endif
