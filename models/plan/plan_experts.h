/*
 * plan_experts: how a plan lays out the experts of a mixture-of-experts model, and what cannot be. The GPUs of a stage
 * are laid out anew for its experts (parallel folding, arXiv 2504.14960; Megatron-Core's expert ranks "tp-ep-dp" of
 * core/parallel_state.py): with r = copy * tensor + tensor rank, where copy c of the other weights is context rank c %
 * context of replica c / context,
 *
 *   r = (expert copy * expert_parallel + expert rank) * expert_tensor_parallel + rank inside the expert.
 *
 * An expert group is `expert_parallel` GPUs, each with 1/expert_parallel of the experts of every layer, or with
 * 1/expert_tensor_parallel of each of those. Where the tensor group splits experts as it splits an MLP (Megatron-Core's
 * default) it is one tensor rank of neighbouring copies; with expert_tensor_parallel 1 it is all tensor ranks of
 * fewer copies. The copies of an expert reduce its gradients, and ZeRO splits over them what it splits (FSDP over the
 * mesh that is left of the experts', as torchtitan's "efsdp").
 *
 * Limits: expert_tensor_parallel is tensor_parallel or 1, with 1 whole tensor groups share the experts; smaller shard
 * groups and zero_list_collectives only with expert_parallel 1; a tensor group needs sequence_parallel, as Megatron-LM
 * asserts; no overlap_expert_comm with full recomputation, as it asserts too, with a schedule that splits the backward
 * pass, or with ZeRO-2 and 3.
 */
#ifndef MODELS_PLAN_PLAN_EXPERTS_H
#define MODELS_PLAN_PLAN_EXPERTS_H

#include "models/plan/plan.h"

/* GPUs that share one expert. */
int64_t plan_expert_tensor(const PlanSpec *plan);

/* Neighbouring copies of the other weights that hold every expert once. */
int64_t plan_expert_span(const PlanSpec *plan);

/* Neighbouring replicas whose GPUs form whole expert groups: 1 when a group is inside a replica. Of a resolved plan. */
int64_t plan_expert_replicas(const PlanSpec *plan);

/* Copies of an expert, and how many of them share its optimizer state (1 without ZeRO). Of a resolved plan. */
int64_t plan_expert_copies(const PlanSpec *plan);
int64_t plan_expert_shard_size(const PlanSpec *plan);

/* Adds an error, with `path` as prefix ("jobs[0]"), for everything about experts that cannot be in a plan that is
 * otherwise resolved. */
void plan_experts_check(const TrainingSpec *training, const char *path, ErrorList *errors);

#endif
