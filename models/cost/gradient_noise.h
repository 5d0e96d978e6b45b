/*
 * gradient_noise: the kernels of AdaptDL's gradient noise scale (plan.gradient_noise_scale), by which it chooses batch
 * sizes and learning rates (Qiao et al., OSDI 2021). No collective: what replicas exchange for it is a number. Counted
 * from adaptdl/torch/adascale.py of the paper's artifact, for SGD, per tensor of parameters:
 *
 *   backward  a hook scales the gradient, squares it, sums it up in fp64 and adds that to a sum: 5 kernels, of which
 *             two are of a number, 20 bytes per parameter
 *   step      divided twice and summed (20 bytes), then the host reads three comparisons, one after the other; squared,
 *             summed and added up (12 bytes). A lone replica does so with three sets of gradients, two of them averaged
 *             and one kept: 12 kernels, 64 bytes.
 *
 * The host issues kernels from Python (host_calls.h). A comparison that it reads is two kernels and two issues.
 * Limits: a list of layers (layer_list.h); Adam's preconditioning is not counted.
 */
#ifndef MODELS_COST_GRADIENT_NOISE_H
#define MODELS_COST_GRADIENT_NOISE_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* Adds what the hooks of a layer's tensors do in one backward pass; returns the host's seconds for it. */
double gradient_noise_add_hooks(KernelList *list, const LayerSpec *layer);

/* Between the last gradient and the optimizer; nothing without gradient_noise_scale. */
WorkCost gradient_noise_step_cost(const TrainingSpec *training, const GpuSpec *gpu);

#endif
