/*
 * layer_cost: the kernels that one GPU of a tensor group runs for one layer and one micro-batch. No communication, no
 * schedule.
 *
 * Matrix products have the shapes of Megatron-LM (qkv, scores, context, projection, MLP up and down; two products
 * backward for each one forward); everything else is memory traffic, counted in reads and writes of whole tensors
 * kernel by kernel. What makes queries, keys and values is attention_products.h's, attention itself attention_cost.h's
 * and score_cost.h's, a dense MLP mlp_cost.h's, experts in its place expert_cost.h's, norms norm_cost.h's, residuals
 * residual_cost.h's, adapters lora_cost.h's; where bias, dropout and residual are no fused kernel, unfused_cost.h has
 * what a layer runs more. All of it is of one layer of the kind that the job is seen as (training_with_mlp).
 *
 * A compiler (plan.compile; torch.compile's Inductor, default mode) makes one graph of a layer and direction and fuses
 * what is no product: dropout, residual and norm in one kernel that reads two hidden states and writes two; backward,
 * norm and residual in one that reads three and writes one, or two with dropout; softmax and dropout in one that reads
 * the scores and writes two, and backward reads two and writes one. A fused row stays on the chip, so it moves at the
 * speed of element-wise kernels, and dropout masks are drawn again instead of kept. Rotary positions, the activation
 * function, bias gradients and a softmax without dropout have a kernel of their own either way. Sums of gradients,
 * deferred products and the optimizer are not compiled. Memory is counted as without.
 *
 * A schedule that splits the backward pass defers the products of weight gradients and what adds them up, as the
 * authors' WeightGradStore does (Qi et al. 2023); gradients of norms, biases and routers are not deferred. Beside
 * frozen weights there are the adapters' products alone to defer.
 */
#ifndef MODELS_COST_LAYER_COST_H
#define MODELS_COST_LAYER_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* Forward, backward, the weight gradients that the schedule splits off the backward (else nothing), and what the plan
 * computes again before the backward (nothing counts as ideal there). */
WorkCost layer_forward_cost(const TrainingSpec *training, const GpuSpec *gpu);
WorkCost layer_backward_cost(const TrainingSpec *training, const GpuSpec *gpu);
WorkCost layer_weight_cost(const TrainingSpec *training, const GpuSpec *gpu);
WorkCost layer_recompute_cost(const TrainingSpec *training, const GpuSpec *gpu);

/* The attention core alone, of the forward and the backward pass: device time, nothing ideal, no host. */
WorkCost layer_attention_forward_cost(const TrainingSpec *training, const GpuSpec *gpu);
WorkCost layer_attention_backward_cost(const TrainingSpec *training, const GpuSpec *gpu);

#endif
