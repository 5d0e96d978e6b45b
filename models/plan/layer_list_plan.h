/*
 * layer_list_plan: how a list of layers (layer_list.h) is laid out over the GPUs of a job: in stages
 * (layer_list_stages.h) and replicas, but for sharded tables, of which every GPU of a stage holds an equal share. What
 * a GPU holds and sends, and when a part of its gradients is ready.
 *
 * Exchange (Naumov et al. 2019, section 4; dlrm_s_pytorch.py, parallel_forward): a GPU looks up its tables for the
 * samples of all, then an all_to_all gives everyone the vectors of its own samples, beside whatever layers stand
 * between the last sharded table and the first interaction; the gradients go the same way back. Where the interaction
 * is on a later stage, the message to it waits for the exchange, and the exchange back for the message. Gradients of
 * the replicated weights leave in buckets of equal size, from the last layer on, as PyTorch DDP's do (25 MiB; at most
 * LAYER_LIST_SLICES_MAX here). Weights are kept in fp32 and, unless the plan says otherwise, updated by SGD with
 * momentum. A stage keeps what it is sent until its backward pass, as torch.distributed.pipelining does.
 *
 * Limits: tables are shared out evenly, whatever their number; no tensor groups, at most ZeRO-1.
 */
#ifndef MODELS_PLAN_LAYER_LIST_PLAN_H
#define MODELS_PLAN_LAYER_LIST_PLAN_H

#include "models/plan/plan.h"

enum { LAYER_LIST_SLICES_MAX = 4 };

/* Bytes of a kept weight. */
#define LAYER_LIST_WEIGHT_BYTES 4.0

/* What a chunk of a stage holds; the whole list where it is not cut. */
ListChunk layer_list_chunk(const TrainingSpec *training, int stage, int chunk);

/* A GPU's share of the sharded tables of a stage. */
double layer_list_shard_parameters(const TrainingSpec *training, int stage);

/* Buckets in which the gradients of every chunk of a stage leave after the last micro-batch; 1 unless they do so during
 * the backward pass. */
int layer_list_slices(const TrainingSpec *training, int stage);

/* The layer of a chunk after whose backward pass bucket `slice` of `slices` is complete. */
int layer_list_slice_end(const LayerRun *run, const ListChunk *chunk, int slice, int slices);

/* Bytes that one micro-batch keeps on one GPU until the backward pass of a chunk. */
double layer_list_kept_bytes(const TrainingSpec *training, const ListChunk *chunk);

/* Bytes that a GPU has for all in one exchange of one micro-batch; 0 = no exchange. */
double layer_list_exchange_bytes(const TrainingSpec *training, const ListChunk *chunk);

/* Bytes of the message of one micro-batch into a chunk, and of the gradients that it sends back. */
double layer_list_message_bytes(const TrainingSpec *training, const ListChunk *chunk);

#endif
