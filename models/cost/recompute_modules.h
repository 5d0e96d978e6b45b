/*
 * recompute_modules: parts of a layer that are computed again beside attention, by the names of Megatron-Core's
 * --recompute-modules (transformer_config.py), which go with recompute: none or selective. core_attn is recompute:
 * selective, layernorm norm_cost.h's.
 *
 *   recompute_mlp          of dense layers the MLP, from the output of its norm, its last product and sums too
 *   recompute_moe          of layers with experts all of that, router and both exchanges included
 *   recompute_moe_act      the activation of routed experts, whose output is dropped (CheckpointWithoutOutput)
 *   recompute_mla_up_proj  the products that expand latent attention's queries, keys and values, and their rotations
 */
#ifndef MODELS_COST_RECOMPUTE_MODULES_H
#define MODELS_COST_RECOMPUTE_MODULES_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* Whether the MLP of a layer of the kind that the job is seen as, or what stands for it, is computed again. */
bool recompute_modules_have_mlp(const TrainingSpec *training);

/* Whether the plan has any of them; the job without them. */
bool recompute_modules_are_there(const PlanSpec *plan);
TrainingSpec recompute_modules_without(const TrainingSpec *training);

/* FLOPs that all layers compute again for a sequence, on all GPUs. */
double recompute_modules_flop(const TrainingSpec *training);

/* Adds the products that expand, and the rotations behind them; the MLP is layer_cost.h's, the activation of experts
 * expert_cost.h's. */
void recompute_modules_add_expansion(KernelList *list, const TrainingSpec *training);

/* Adds an error, with `path` as prefix ("jobs[0]"), where a plan cannot have them. */
void recompute_modules_check(const TrainingSpec *training, const char *path, ErrorList *errors);

#endif
