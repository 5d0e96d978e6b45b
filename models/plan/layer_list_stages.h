/*
 * layer_list_stages: how many pieces (layer_list_run.h) of a list of layers each chunk of each stage holds, in the
 * order of a forward pass: as listed (layers_per_stage, the `balance` of torchgpipe), as dealt out by cost
 * (layer_list_split.h), otherwise as many as on the others or one more or less (DeepSpeed's partition_method
 * "uniform"). Every chunk has at least one. A stage without weights is allowed: it only computes.
 */
#ifndef MODELS_PLAN_LAYER_LIST_STAGES_H
#define MODELS_PLAN_LAYER_LIST_STAGES_H

#include "models/plan/plan.h"

/* Most that are dealt out by cost. */
enum { LIST_SPLIT_PIECES_MAX = 4000 };

/* Pieces of a chunk on a stage, >= 1 of a plan without errors. */
int64_t layer_list_stages_pieces(const TrainingSpec *training, int64_t stage, int64_t chunk);

/* Adds an error, with `path` as prefix ("jobs[0]"), when the chunks do not hold the list's pieces, each once. */
void layer_list_stages_check(const TrainingSpec *training, const char *path, ErrorList *errors);

/* Fills list_chunks, in the arena, of a plan in which all else is resolved. */
void layer_list_stages_resolve(TrainingSpec *training, Arena *arena);

#endif
