/*
 * measured_plan: the plan of a measured-run row, free text read by its words, and what the software of its time did by
 * default. The table does not say which switches of the software were on; they follow from the year of the release.
 */
#ifndef SCENARIOS_TABLES_MEASURED_PLAN_H
#define SCENARIOS_TABLES_MEASURED_PLAN_H

#include "models/plan/plan.h"
#include "scenarios/tables/measured_row.h"

/* Returns the plan; what is missing or not modelled is a reason of the row. */
PlanSpec measured_plan_read(MeasuredRow *row);

#endif
