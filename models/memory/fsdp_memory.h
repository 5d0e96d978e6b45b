/*
 * fsdp_memory: what PyTorch's FSDP (plan.torch_fsdp) holds of weights and gradients on one GPU, at three moments of
 * a step. DeepSpeed's ZeRO-3 is shard_units.h's. No activations, no time.
 *
 * Its shards are the optimizer's weights in fp32 (MixedPrecisionPolicy casts them when they are gathered), so that
 * there is no shard in 16 bit beside them; without main params in fp32 they are of 16 bit. Embedding, last norm and
 * head are one unit, the root: gathered before the first layer, kept until the end of the backward pass, and reduced
 * then (fully_shard's _fsdp_state.py: the root is not resharded after forward). Of layers
 *
 *   at the loss              the last one is whole (torchtitan does not reshard it; others gather it ahead);
 *                            gradients only of micro-batches before
 *   in the first layers      the one that computes and those gathered ahead, and one more in the buffer of the
 *   of the backward pass     all-gather; gradients: the head's, and two layers, one made and one under way
 *   at the end of it         none; gradients: shards, and the root's, once more as they are reduced
 *
 * Between the last two shards grow while activations go, so that the sum is most at one end.
 *
 * Buffers of collectives come from streams of their own, and the allocator keeps freed blocks for the stream they came
 * from (c10/cuda/CUDACachingAllocator): reserved are beside all tensors the shards of gradients, which the stream of
 * the reduce-scatter made, and the all-gather's buffers of the root and two layers (_fsdp_collectives.py).
 *
 * Limits: one stage of one chunk, others fsdp_stages.h; one unit per layer; fp8 weights are gathered in 16 bit.
 */
#ifndef MODELS_MEMORY_FSDP_MEMORY_H
#define MODELS_MEMORY_FSDP_MEMORY_H

#include "models/plan/plan.h"

typedef enum MemoryMoment { MOMENT_LOSS, MOMENT_LAYERS, MOMENT_END } MemoryMoment;

/* Bytes of gathered weights, of gradients, and of what is reserved and belongs to no tensor. */
double fsdp_memory_weights_bytes(const TrainingSpec *training, MemoryMoment moment);
double fsdp_memory_gradients_bytes(const TrainingSpec *training, MemoryMoment moment);
double fsdp_memory_cached_bytes(const TrainingSpec *training, MemoryMoment moment);

/* Adds an error, with `path` as prefix ("jobs[0]"), where a plan cannot have it. */
void fsdp_memory_check(const TrainingSpec *training, const char *path, ErrorList *errors);

#endif
