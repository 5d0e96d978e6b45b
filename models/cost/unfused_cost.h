/*
 * unfused_cost: what one layer runs beside the kernels of layer_cost.h when biases, dropout and the sum with the
 * residual are a kernel each (bias_dropout_fusion: false), as in eager PyTorch: BERT in NVIDIA/DeepLearningExamples of
 * 2019 (modeling.py), Megatron-LM before its fused kernels of 2020, Hugging Face's models. One GPU of the tensor group,
 * one micro-batch, one direction; nothing where a compiler fuses them.
 *
 * Forward each bias of a product reads and writes its output (a linear layer of three dimensions multiplies, then
 * adds), dropout reads and writes a hidden state that the fused kernel had at hand, and without flash_attention
 * queries, keys and values are copied so that heads lie apart. Backward the gradients of all four are copied back, and
 * biases of queries, keys and values sum theirs. Masks of dropout, the residual's sum and the other biases' gradients
 * are layer_cost.h's either way.
 *
 * With gelu_fusion: false the GELU of an MLP without gate is written out as in gelu_new of Hugging Face's GPT-2
 * (activations.py): eight kernels of 18 passes over the MLP's inner state in place of one of 2, backward eleven of 28
 * in place of one of 3.
 *
 * Limits: queries, keys and values are one product here, so the sums of what three give their input are left out.
 */
#ifndef MODELS_COST_UNFUSED_COST_H
#define MODELS_COST_UNFUSED_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* Adds the kernels of a layer's forward, or backward, pass; none where the plan fuses them. */
void unfused_cost_add_forward(KernelList *list, const TrainingSpec *training);
void unfused_cost_add_backward(KernelList *list, const TrainingSpec *training);

/* Kernels that the host issues for them in one direction. */
int unfused_cost_host_kernels(const TrainingSpec *training, bool backward);

#endif
