/*
 * plan_stages: how many layers each chunk on each stage of the pipeline holds: the same everywhere,
 * other numbers on the first and the last stage, or as listed. As Megatron-LM's num_layers_in_first_pipeline_stage,
 * num_layers_in_last_pipeline_stage, account_for_embedding_in_pipeline_split and account_for_loss_in_pipeline_split
 * deal them out. Which layers these are, chunk_layers.h says. A chunk may hold none, as in Megatron-Core's
 * pipeline_model_parallel_layout (pipeline_parallel_layer_layout.py): the embedding or the head alone, or nothing at
 * all, which only passes on what it is sent. A stage without any weights is an error. Of a list of layers the layers
 * are its pieces, and layer_list_stages.h deals them out.
 */
#ifndef MODELS_PLAN_PLAN_STAGES_H
#define MODELS_PLAN_PLAN_STAGES_H

#include "models/plan/plan.h"

/* Layers of a chunk on a stage, >= 0 of a plan without errors. */
int64_t plan_stages_layers(const TrainingSpec *training, int64_t stage, int64_t chunk);

const char *stage_split_name(StageSplit split); /* even, ends, cost */

/* "7, 14 x 8, 7": layers of all chunks of a resolved plan in the order of a forward pass. */
const char *plan_stages_text(const TrainingSpec *training, Arena *arena);

/* Adds an error, with `path` as prefix ("jobs[0]"), when the chunks do not hold the model's layers, each once; of
 * STAGE_SPLIT_COST only when they never could. */
void plan_stages_check(const TrainingSpec *training, const char *path, ErrorList *errors);

/* Adds an error at `key` when a stage of a plan without other errors has no weights. */
void plan_stages_check_filled(const TrainingSpec *training, const char *key, const char *path, ErrorList *errors);

#endif
