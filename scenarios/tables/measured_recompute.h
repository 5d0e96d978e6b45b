/*
 * measured_recompute: what the column `recompute` of a measured run says, in the words of Megatron-LM ("selective +
 * sequence-parallel", "full, block, 4 layers"), of torchtitan ("by operator") and of those who only say whether
 * activations are checkpointed ("yes", "gradient checkpointing"). What software does where the cell is empty is told by
 * measured_torch and measured_sharding.
 */
#ifndef SCENARIOS_TABLES_MEASURED_RECOMPUTE_H
#define SCENARIOS_TABLES_MEASURED_RECOMPUTE_H

#include "models/plan/plan.h"
#include "scenarios/tables/measured_row.h"

void measured_recompute_read(MeasuredRow *row, PlanSpec *plan);

#endif
