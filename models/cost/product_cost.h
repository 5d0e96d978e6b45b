/*
 * product_cost: the kernels of a layer's products with weights, forward and backward, as the plan runs them: whose
 * input a norm wrote, which gradients of weights are made at once, whose result the tensor group sums.
 */
#ifndef MODELS_COST_PRODUCT_COST_H
#define MODELS_COST_PRODUCT_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/attention_products.h"
#include "models/plan/plan.h"

/* C[tokens,n] = A[tokens,k] B of what a norm wrote. */
void product_cost_add_normed(KernelList *list, const TrainingSpec *training, WeightProduct product);

/* The gradient of A, and of the weights unless that has a pass of its own or none. */
void product_cost_add_gradients(KernelList *list, const TrainingSpec *training, WeightProduct product);

/* The same of C[tokens,hidden] = A[tokens,k] B whose result the tensor group sums, with sequence parallelism each GPU
 * its part of it. */
void product_cost_add_summed_gradients(KernelList *list, const TrainingSpec *training, int64_t tokens, int64_t k);

#endif
