/*
 * measured_lora: the adapters of a measured run, from its note. "LoRA" alone is NeMo's performance recipe; "LoRA of
 * rank 64 beside all products" and "LoRA of rank 16 beside query, key, value and the attention's output" say more.
 */
#ifndef SCENARIOS_TABLES_MEASURED_LORA_H
#define SCENARIOS_TABLES_MEASURED_LORA_H

#include "models/plan/plan.h"
#include "scenarios/tables/measured_row.h"

/* Sets the plan's adapters, after its precision, and notes what was assumed; does nothing without the word. */
void measured_lora_read(MeasuredRow *row, PlanSpec *plan);

#endif
