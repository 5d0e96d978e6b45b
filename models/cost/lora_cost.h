/*
 * lora_cost: what a layer with low-rank adapters costs. An adapter beside a product C = A B with B [k,n] adds A (P Q)
 * to C, P [k,r] and Q [r,n]; only P and Q are trained. So the backward pass has no products of weight gradients but
 * theirs, gradients and optimizer state are theirs alone, and so is what replicas reduce. The input's gradient is
 * needed as ever.
 *
 * Kernels of an adapter forward: both products and the sum into C; backward: two products for each of its two weights,
 * and the sum into A's gradient. A schedule that splits the backward pass defers one of the two, the weight's own. The
 * tensor group splits P and Q, as NeMo's ParallelLinearAdapter does. Adapters work in 16 bit, in fp8 too (NeMo: no fp8
 * in them).
 *
 * With eager_layers, unless `compile` fuses them, adapters are those of Hugging Face's PEFT (tuners/lora/layer.py),
 * which drop out their input and scale their output: a kernel of 2 passes and a byte of mask over the input's features
 * and one of 2 over the output's, forward and backward. A lora_dropout of 0 would spare the first; recipes have 0.05 to
 * 0.1.
 *
 * Limits: collectives of rank features in a tensor group are left out (their bytes are rank / hidden of the others');
 * adapters are not among the model FLOPs. Norms and biases are frozen. Memory: lora_memory.h.
 */
#ifndef MODELS_COST_LORA_COST_H
#define MODELS_COST_LORA_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* Whether the backward pass itself has the products of the gradients of the model's weights: no schedule has split them
 * off, and they are trained. */
bool lora_cost_backward_has_weights(const PlanSpec *plan);

/* Adds the kernels of one layer's adapters, for one micro-batch on one GPU of the tensor group; none without. The last
 * are those that a schedule splits off the backward pass, which then lacks them. */
void lora_cost_add_forward(KernelList *list, const TrainingSpec *training);
void lora_cost_add_backward(KernelList *list, const TrainingSpec *training);
void lora_cost_add_weights(KernelList *list, const TrainingSpec *training);

/* Kernels that the host issues for them, split or not; and of those backward, the products of weight gradients. */
int lora_cost_host_kernels(const TrainingSpec *training, bool backward);
int lora_cost_weight_products(const TrainingSpec *training);

#endif
