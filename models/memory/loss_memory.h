/*
 * loss_memory: what the vocabulary head and its loss keep of one micro-batch on one GPU of a tensor group, and what
 * they need beside that at their worst. No weights, no time (ends_cost.h).
 *
 * The head keeps its input and the norm's; of every logit
 *
 *   as Megatron-LM does      4 bytes, and 4 more in the loss: its vocab_parallel_cross_entropy works in place
 *   fused_cross_entropy      its 16 bits, and as many of its gradient
 *   eager_cross_entropy      4 bytes, the log-softmax, which is all that F.cross_entropy saves; backward 8 more, its
 *                            gradient and that of the logits in fp32. With a vocabulary that is split 12 more: the
 *                            loss parallel of torch/distributed/tensor/parallel/loss.py takes the exponential of the
 *                            whole log-softmax and adds to it
 *
 * torchtitan's developers count 13 bytes for the third (pull request 4514). The allocator keeps the block of the logits
 * in 16 bit, which their gradient gets again, beside those of the eager loss: none of them has its size.
 *
 * Limits: the loss of torchtitan before May 2024 held the logits in fp32 through the backward pass, 4 bytes more.
 */
#ifndef MODELS_MEMORY_LOSS_MEMORY_H
#define MODELS_MEMORY_LOSS_MEMORY_H

#include "models/plan/plan.h"

/* Bytes from the head's forward to its backward pass. */
double loss_memory_kept_bytes(const TrainingSpec *training);

/* Bytes beside these while the loss is computed or its gradient. */
double loss_memory_working_bytes(const TrainingSpec *training);

/* Bytes that the allocator has, and no tensor, at that time. */
double loss_memory_cached_bytes(const TrainingSpec *training);

#endif
