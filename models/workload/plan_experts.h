/*
 * plan_experts: how a plan lays out the experts of a mixture-of-experts model, and what cannot be. An expert group is
 * `expert_parallel` neighbouring copies of the other weights (copy c is context rank c % context of replica c /
 * context), as in Megatron-Core ("tp-cp-ep-dp-pp" of core/parallel_state.py): each holds 1/expert_parallel of the
 * experts of every layer. So there are copies / expert_parallel copies of an expert, over which its gradients are
 * reduced and ZeRO splits what it splits (FSDP over the mesh that is left of the experts', as torchtitan's "efsdp").
 * Inside an expert, the tensor group splits what it splits of an MLP (Megatron-Core's default,
 * expert_tensor_parallel_size = tensor_model_parallel_size).
 *
 * Limits: smaller shard groups and zero_list_collectives only with expert_parallel 1; no schedule that splits the
 * backward pass; a tensor group needs sequence_parallel, as Megatron-LM asserts.
 */
#ifndef MODELS_WORKLOAD_PLAN_EXPERTS_H
#define MODELS_WORKLOAD_PLAN_EXPERTS_H

#include "models/workload/plan.h"

/* Neighbouring replicas whose GPUs form whole expert groups: 1 when a group is inside a replica. Of a resolved plan. */
int64_t plan_expert_replicas(const PlanSpec *plan);

/* Copies of an expert, and how many of them share its optimizer state (1 without ZeRO). Of a resolved plan. */
int64_t plan_expert_copies(const PlanSpec *plan);
int64_t plan_expert_shard_size(const PlanSpec *plan);

/* Adds an error, with `path` as prefix ("jobs[0]"), for everything about experts that cannot be in a plan that is
 * otherwise resolved. */
void plan_experts_check(const TrainingSpec *training, const char *path, ErrorList *errors);

#endif
