/*
 * fsdp_stages: what PyTorch's FSDP and its pipeline hold on one GPU of a stage where parameters are whole for all of a
 * step (plan.torch_fsdp with plan_sharding_once_per_step), as torchtitan runs stages: reshard_after_forward is false,
 * gradients are not reduced before the last micro-batch of a chunk. With one stage of one chunk: fsdp_memory.h. No
 * activations, no time.
 *
 *   weights     all chunks whole in 16 bit; shards are the optimizer's in fp32
 *   gradients   whole and as they are reduced, in fp32 (FSDPParam.to_accumulated_grad_if_needed), from a chunk's first
 *               backward pass to its last, which reduces them (backward_counter of pipelining/schedules.py): chunks
 *               whose backward passes follow each other are not whole together; then shards
 *   messages    a buffer for the input of every micro-batch and one for the gradient of its output, made once
 *               (_prepare_forward_infra and _prepare_backward_infra of pipelining/stage.py); outputs until their
 *               backward pass (fwd_cache); at the end of the model the logits of all micro-batches (output_chunks)
 *   reserved    beside all that, the shards of gradients and two layers of the all-gather, as in fsdp_memory.h
 *
 * Gradients and activations are taken to be most at the same time. Limit: buffers of the last reduction, two layers in
 * fp32, are left out: hardly anything else is held then.
 */
#ifndef MODELS_MEMORY_FSDP_STAGES_H
#define MODELS_MEMORY_FSDP_STAGES_H

#include "models/plan/pipeline.h"
#include "models/plan/plan.h"

/* The passes of one stage in their order. */
typedef struct StagePasses {
    int stage;
    const PipelinePass *items;
    int count;
} StagePasses;

bool fsdp_stages_holds(const PlanSpec *plan);

/* Bytes of gathered weights, of gradients, of messages, and of what is reserved and belongs to no tensor. */
double fsdp_stages_weights_bytes(const TrainingSpec *training, int stage);
double fsdp_stages_gradients_bytes(const TrainingSpec *training, StagePasses passes);
double fsdp_stages_messages_bytes(const TrainingSpec *training, StagePasses passes);
double fsdp_stages_cached_bytes(const TrainingSpec *training, int stage);

#endif
