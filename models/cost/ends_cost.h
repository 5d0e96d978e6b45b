/*
 * ends_cost: the kernels at the two ends of a step: the input embedding of the first stage, the vocabulary head with
 * its loss on the last, and the optimizer on every stage. One GPU of a tensor group, one micro-batch (one step for the
 * optimizer).
 *
 * In fp8 plans the head multiplies in bf16, as Megatron-LM's output_layer, which is no layer of Transformer Engine
 * (core/models/gpt/gpt_model.py), and torchtitan's, which its Float8 converter leaves out. Its FLOPs still count as
 * ideal at the plan's peak.
 *
 * The loss works in fp32 on the whole logits, as Megatron-LM's vocab_parallel_cross_entropy: cast, maximum,
 * subtraction, exponential, sum (30 bytes per logit of 2 bytes forward, 14 backward). Fused (fused_cross_entropy,
 * compile without eager_cross_entropy), it reads them once forward, and backward reads them and writes their gradient:
 * 2 and 4 bytes. A metric casts them to fp32 and takes their log-softmax: 14 bytes. A table on one GPU has as many rows
 * as the model's vocabulary, padded or not. Optimizers are fused (optimizer.h) unless Adam runs operation by operation
 * (fused_optimizer: false; torch.optim.AdamW, one tensor after the other or foreach): 22 reads and writes of fp32 per
 * parameter in place of 7, and a read for the 16-bit copy, 64 bytes more; and but SGD of a list of layers:
 * torch.optim.SGD, foreach, with weight decay makes two passes with 6 reads and writes of fp32 per parameter, with
 * momentum four with 11: 24 and 44 bytes.
 */
#ifndef MODELS_COST_ENDS_COST_H
#define MODELS_COST_ENDS_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

WorkCost embedding_forward_cost(const TrainingSpec *training, const GpuSpec *gpu);
WorkCost embedding_backward_cost(const TrainingSpec *training, const GpuSpec *gpu);
WorkCost head_forward_cost(const TrainingSpec *training, const GpuSpec *gpu);
WorkCost head_backward_cost(const TrainingSpec *training, const GpuSpec *gpu);

/* The gradient of the head's table, when the schedule splits it off the backward pass; else, and when it is frozen,
 * nothing. */
WorkCost head_weight_cost(const TrainingSpec *training, const GpuSpec *gpu);

/* The optimizer over the `parameters` that one GPU updates, behind the gradient noise scale. */
WorkCost optimizer_cost(const TrainingSpec *training, const GpuSpec *gpu, double parameters);

#endif
