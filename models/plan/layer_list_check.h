/*
 * layer_list_check: what is wrong with a list of layers and with its plan: sizes that a kind of layer needs or does not
 * know, and keys of a plan that only a transformer has a use for. It changes nothing.
 *
 * A plan of a list has replicas, stages (layer_list_stages.h) with a schedule that does not split the backward pass,
 * micro-batches, gradients with or without overlap, ZeRO-1, a precision of at least 16 bit, CUDA graphs and a
 * collective algorithm. Tensor, context and expert groups, recomputation and ZeRO-2 and 3 cut a model between equal
 * layers and are refused with all keys of theirs; so is a list without weights.
 */
#ifndef MODELS_PLAN_LAYER_LIST_CHECK_H
#define MODELS_PLAN_LAYER_LIST_CHECK_H

#include "models/plan/plan.h"
#include "sim/engine/error.h"

/* Adds an error, with `path` as prefix ("jobs[0]"), for everything that is wrong; true when there was none. */
bool layer_list_check(const TrainingSpec *training, const char *path, ErrorList *errors);

#endif
