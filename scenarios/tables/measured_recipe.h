/*
 * measured_recipe: switches that the published recipe of a measured run sets and its row does not tell, by the model's
 * name. Known are the NeMo recipes of NVIDIA/dgxc-benchmarking (gpt3_175b_hydra.yaml, nemotron4-340b-synth.yaml,
 * grok1_314b.yaml and the configure.sh beside each, v24.11 to v25.02). Those of Llama and Nemotron4 15B ask for
 * cuDNN's attention, which a plan without a kernel of its own gets; MaxText and Paxml are other software. Of
 * NeMo-Framework-Launcher and Megatron Bridge only what decides about memory is known. Nothing is derived from a
 * measured time.
 */
#ifndef SCENARIOS_TABLES_MEASURED_RECIPE_H
#define SCENARIOS_TABLES_MEASURED_RECIPE_H

#include "models/plan/plan.h"
#include "scenarios/tables/measured_row.h"

/* Sets what the recipe of the row says and notes it as an assumption; does nothing without one. */
void measured_recipe_read(MeasuredRow *row, PlanSpec *plan);

/* Of the documents that the row's recipe packs a sequence from, also noted; 0 if it packs none. */
int64_t measured_recipe_document_tokens(MeasuredRow *row);

#endif
