/*
 * autocast_cost: what torch.autocast over weights in fp32 (plan.autocast) makes of a layer's kernels beside those of
 * the plan's precision. One GPU of the tensor group, one micro-batch, one direction.
 *
 * Weights are kept, gathered and updated in fp32. A product casts each weight that it multiplies, in every forward pass
 * and once more where a layer is computed again (autocast forgets its copies when a pass leaves it, and FSDP's weights
 * are views that it never keeps); backward the gradient of each weight is cast to fp32: 6 bytes of a parameter either
 * way. Norms and losses work in fp32 and write it, so that the product behind a norm casts its input, and the residual
 * is in fp32: a sum reads one such state and a branch of 16 bit and writes one; backward, what a branch gets is cast to
 * 16 bit. Softmax works in fp32 (score_cost.h), norms are norm_cost.h's. (torch/amp, Autocast Op Reference; Composer's
 * FSDP with mixed_precision DEFAULT until its pull request 2047 of March 2023, get_mixed_precision; Hugging Face's
 * Trainer with fp16 or bf16.)
 *
 * Limits: a dense transformer of 16 bit without pipeline stages; a copy of the gradients to a narrower type before they
 * are reduced, on a stream beside, is left out.
 */
#ifndef MODELS_COST_AUTOCAST_COST_H
#define MODELS_COST_AUTOCAST_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* Bytes of an element of the residual over one of the plan's precision: 1, or that of fp32 under autocast. */
double autocast_cost_width(const PlanSpec *plan);

/* Adds the casts of a layer's weights, or of their gradients; none without autocast. */
void autocast_cost_add_weights(KernelList *list, const TrainingSpec *training);

/* The same of one matrix of so many parameters. */
void autocast_cost_add_weight(KernelList *list, const PlanSpec *plan, double parameters);

/* Casts that the host issues for a layer in one direction: of its weights, and of two hidden states. */
int autocast_cost_host_kernels(const TrainingSpec *training);

#endif
