/*
 * measured_torch: how frameworks of PyTorch's own operators keep weights, recompute and compute the loss, where the row
 * of a measured run does not tell. Known are torchtitan (parallelize_llama.py, train.py, llama3_8b.toml), fms-fsdp,
 * llm-foundry with Composer, lightning-thunder's benchmark_litgpt.py, and Hugging Face's Trainer with and without
 * DeepSpeed. Nothing is derived from a measured time or
 * memory.
 */
#ifndef SCENARIOS_TABLES_MEASURED_TORCH_H
#define SCENARIOS_TABLES_MEASURED_TORCH_H

#include "models/plan/plan.h"
#include "scenarios/tables/measured_row.h"

/* What torchtitan recomputes where the row says selective or nothing; false when it is another framework. */
bool measured_torch_recompute(MeasuredRow *row, Recompute *recompute);

/* Settles FSDP's weights, the loss and the optimizer of a plan that is read otherwise, and notes them as assumptions.
 */
void measured_torch_settle(MeasuredRow *row, PlanSpec *plan);

#endif
