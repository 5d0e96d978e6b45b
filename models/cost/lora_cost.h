/*
 * lora_cost: what a layer with low-rank adapters costs. An adapter beside a product C = A B with B [k,n] adds A (P Q)
 * to C, P [k,r] and Q [r,n]; only P and Q are trained. So the backward pass has no products of weight gradients but
 * theirs, gradients and optimizer state are theirs alone, and so is what replicas reduce. The input's gradient is
 * needed as ever.
 *
 * Kernels of an adapter forward: both products and the sum into C; backward: two products for each of its two weights,
 * and the sum into A's gradient. The tensor group splits P and Q, as NeMo's ParallelLinearAdapter does. Adapters work
 * in 16 bit, in fp8 too (NeMo: no fp8 in them).
 *
 * Limits: collectives of rank features in a tensor group are left out (their bytes are rank / hidden of the others');
 * adapters are not among the model FLOPs. Norms and biases are frozen. Memory: lora_memory.h.
 */
#ifndef MODELS_COST_LORA_COST_H
#define MODELS_COST_LORA_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* Whether the backward pass itself has the products of the weights' gradients: no schedule has split them off, and the
 * weights are trained. */
bool lora_cost_backward_has_weights(const PlanSpec *plan);

/* Adds the kernels of one layer's adapters, for one micro-batch on one GPU of the tensor group; none without. */
void lora_cost_add_forward(KernelList *list, const TrainingSpec *training);
void lora_cost_add_backward(KernelList *list, const TrainingSpec *training);

/* Kernels that the host issues for them. */
int lora_cost_host_kernels(const TrainingSpec *training, bool backward);

#endif
