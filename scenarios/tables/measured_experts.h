/*
 * measured_experts: how a measured run laid out its experts: the columns ep and etp, "ETP 1" and "DeepEP" in the note,
 * and what the recipes of Megatron Bridge say (expert_tensor_parallel_size is 1 in every one of scripts/performance
 * that has experts). Nothing is derived from a measured time.
 */
#ifndef SCENARIOS_TABLES_MEASURED_EXPERTS_H
#define SCENARIOS_TABLES_MEASURED_EXPERTS_H

#include "models/plan/plan.h"
#include "scenarios/tables/measured_row.h"

/* Sets the groups of experts of a plan whose tensor_parallel is known, and notes what was assumed. */
void measured_experts_read(MeasuredRow *row, PlanSpec *plan);

#endif
