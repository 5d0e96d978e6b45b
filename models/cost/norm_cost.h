/*
 * norm_cost: the kernels of one norm of a transformer layer, in one direction. A norm reads a hidden state and writes
 * one; backward it reads its input and the gradient and writes one. With norm_in_fp32 the input of 16 bit is cast to
 * fp32 first, by a kernel of its own, and the gradient that comes out is cast back: InternLM's norm(x.float()), and
 * layer_norm under PyTorch's autocast. With recompute_norms the backward pass runs the norms of a layer once more:
 * Megatron-Core's --recompute-modules layernorm, InternLM's dropout_selective_checkpoint. With eager_layers an RMSNorm
 * is Hugging Face's LlamaRMSNorm (models/llama/modeling_llama.py): cast to fp32, square, mean, product with its inverse
 * root, cast back, product with the weight, one kernel each; backward what autograd runs of these, but with norm_fusion
 * one kernel as otherwise. Under autocast a norm reads and writes fp32, a kernel casts its output for the product
 * behind it, backward what that gives back. Residuals and what a compiler fuses are layer_cost.h's.
 */
#ifndef MODELS_COST_NORM_COST_H
#define MODELS_COST_NORM_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* Whether a norm writes what the product behind it multiplies, in fp8 as Transformer Engine's LayerNormLinear. */
bool norm_cost_casts(const TrainingSpec *training);

/* hidden_bytes > 0: one hidden state of a micro-batch as the norm sees it, in the plan's precision. */
void norm_cost_add_forward(KernelList *list, const TrainingSpec *training, double hidden_bytes);
void norm_cost_add_backward(KernelList *list, const TrainingSpec *training, double hidden_bytes);

/* What the plan computes of a layer's norms again, unless it computes the whole layer again; nothing otherwise. */
void norm_cost_add_again(KernelList *list, const TrainingSpec *training, double hidden_bytes);

/* Kernels that the host issues for the norms of a layer beyond one each, in one direction. */
int norm_cost_host_kernels(const TrainingSpec *training);

/* Hidden states that the norms of a layer keep for the backward pass, in units of one in the plan's precision: their
 * inputs, cast where that is a kernel of its own, and outputs as the products take them; of an RMSNorm in pieces also
 * what its weight multiplies. */
double norm_cost_kept_states(const TrainingSpec *training);

#endif
