/*
 * layer_list_plan: how a list of layers (layer_list.h) is laid out over the GPUs of a job: data parallel, but for
 * sharded tables, of which every GPU holds an equal share. What a GPU holds, in which order it computes, where the
 * exchange of pooled vectors belongs and when a part of its gradients is ready.
 *
 * Exchange (Naumov et al. 2019, section 4; dlrm_s_pytorch.py, parallel_forward): a GPU looks up its tables for the
 * samples of all, then an all_to_all gives everyone the vectors of its own samples, beside whatever layers stand
 * between the last sharded table and the first interaction; the gradients go the same way back. Gradients of the
 * replicated weights leave in buckets of equal size, from the last layer on, as PyTorch DDP's do (25 MiB; at most
 * LAYER_LIST_SLICES_MAX here). Weights are kept in fp32 and, unless the plan says otherwise, updated by SGD with
 * momentum.
 *
 * Limits: tables are shared out evenly, whatever their number; one stage, no tensor groups, at most ZeRO-1.
 */
#ifndef MODELS_PLAN_LAYER_LIST_PLAN_H
#define MODELS_PLAN_LAYER_LIST_PLAN_H

#include "models/plan/plan.h"
#include "sim/engine/arena.h"

enum { LAYER_LIST_SLICES_MAX = 4 };

/* Bytes of a kept weight. */
#define LAYER_LIST_WEIGHT_BYTES 4.0

/* Layers of one sample one after the other, no block among them. */
typedef struct LayerRun {
    const LayerSpec **layers;
    int count;
    int first_product; /* whose inputs are samples: `count` when there is none */
    int looked_up;     /* layers before it are done when the exchange may start; 0 = no sharded tables */
    int joined;        /* layers from it on wait for the exchange */
} LayerRun;

/* The list with its repeats and blocks written out. */
LayerRun layer_list_run(const LayerListSpec *list, Arena *arena);

/* Weights that every GPU holds, and its share of the others. */
double layer_list_replicated_parameters(const TrainingSpec *training);
double layer_list_shard_parameters(const TrainingSpec *training);

/* Buckets in which the gradients leave after the last micro-batch; 1 unless they do so during the backward pass. */
int layer_list_slices(const TrainingSpec *training);

/* The layer after whose backward pass bucket `slice` is complete. */
int layer_list_slice_end(const TrainingSpec *training, const LayerRun *run, int slice);

/* Bytes that one micro-batch keeps on one GPU until its backward pass. */
double layer_list_kept_bytes(const TrainingSpec *training);

/* Bytes that a GPU has for all in one exchange of one micro-batch; 0 = no exchange. */
double layer_list_exchange_bytes(const TrainingSpec *training);

#endif
