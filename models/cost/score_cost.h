/*
 * score_cost: the kernels between the two products of unfused attention: scale, causal mask, softmax, dropout. In 16
 * bit Megatron-LM has one kernel for the first three, which reads the scores and writes them, but only where 16 < keys
 * <= 16384, queries are a multiple of 4 and so are micro-batch x heads of the GPU; else PyTorch casts to fp32, scales,
 * masks, takes the softmax and casts back, one kernel each, and as many backward (megatron/core/fusions/
 * fused_softmax.py; keys <= 2048 in 2021), as with eager_layers everywhere. Eager layers with a LayerNorm, unless under
 * autocast (norm_in_fp32), do not cast: NVIDIA's and Hugging Face's BERT (modeling.py) divide, add the mask and take
 * the softmax in 16 bit. A compiler fuses them all. Memory is counted as with the one kernel.
 */
#ifndef MODELS_COST_SCORE_COST_H
#define MODELS_COST_SCORE_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* score_bytes > 0: the scores of all heads of a micro-batch on one GPU, in the plan's precision. */
void score_cost_add_forward(KernelList *list, const TrainingSpec *training, double score_bytes);
void score_cost_add_backward(KernelList *list, const TrainingSpec *training, double score_bytes);

/* Kernels that the host issues in one direction beyond the one of a fused softmax; 0 without unfused scores. */
int score_cost_host_kernels(const TrainingSpec *training);

#endif
