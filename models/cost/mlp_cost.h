/*
 * mlp_cost: the kernels of a layer's dense MLP on one GPU of the tensor group, for one micro-batch in one direction:
 * up, activation, down. Without swiglu_fusion the gate and the up projection are two products, SiLU and the
 * multiplication two kernels (5 passes over the MLP's activation instead of 3, backward 9 instead of 5), and both give
 * their input a gradient, which a kernel adds: F.silu(w1(x)) * w3(x) in eager PyTorch. With fp8_activation_input the
 * activation's input is kept in fp8, for a kernel that writes the copy forward and one that turns it back backward
 * (SwiGLUFunction and GeLUFunction of Megatron-Core).
 */
#ifndef MODELS_COST_MLP_COST_H
#define MODELS_COST_MLP_COST_H

#include "models/cost/layer_tensors.h"
#include "models/cost/work_cost.h"

/* Products with weights of an MLP, gate and up being one. */
enum { MLP_COST_PRODUCTS = 2 };

/* Gate and up are products of their own. */
bool mlp_cost_has_two_inputs(const TrainingSpec *training);

/* Adds what makes the input of the last product, all of it, its backward pass, and the products that a schedule splits
 * off that. */
void mlp_cost_add_inner(KernelList *list, const TrainingSpec *training, const LayerTensors *t);
void mlp_cost_add_forward(KernelList *list, const TrainingSpec *training, const LayerTensors *t);
void mlp_cost_add_backward(KernelList *list, const TrainingSpec *training, const LayerTensors *t);
void mlp_cost_add_weights(KernelList *list, const TrainingSpec *training, const LayerTensors *t);

#endif
