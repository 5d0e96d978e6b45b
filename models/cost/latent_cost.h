/*
 * latent_cost: the kernels of latent attention (MLA, transformer.h) between its products (attention_products.h), for
 * one layer and micro-batch on one GPU of the tensor group. As multi_latent_attention.py of Megatron-Core runs it: a
 * norm of each compressed part; a kernel each for queries and for keys with values that turns the part with positions
 * and joins it with the rest (fused_apply_mla_rope_for_q and _kv).
 */
#ifndef MODELS_COST_LATENT_COST_H
#define MODELS_COST_LATENT_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* Adds the norms and rotations; nothing without latent attention. */
void latent_cost_add(KernelList *list, const TrainingSpec *training, bool backward);

/* Kernels that the host issues beside those of an ordinary layer; 0 without. */
int latent_cost_host_kernels(const TrainingSpec *training, bool backward);

#endif
