/*
 * measured_sharding: what a row of a measured-run table says about ZeRO and FSDP, and what their software does where it
 * says nothing: DeepSpeed and PyTorch's FSDP by their defaults, the recipes of NVIDIA/dgxc-benchmarking (release 25.02)
 * by their scripts.
 */
#ifndef SCENARIOS_TABLES_MEASURED_SHARDING_H
#define SCENARIOS_TABLES_MEASURED_SHARDING_H

#include "models/plan/plan.h"
#include "scenarios/tables/measured_row.h"

/* Reads the column `sharding` into the plan, whose data_parallel has been read. */
void measured_sharding_read(MeasuredRow *row, PlanSpec *plan);

/* Recomputation of a recipe that is known, with the assumption; false when there is none. */
bool measured_sharding_recompute(MeasuredRow *row, PlanSpec *plan);

/* Settles what ZeRO-2 and 3 of a year do by default, after the software around them. */
void measured_sharding_settle(MeasuredRow *row, int year, PlanSpec *plan);

#endif
