/*
 * plan_sharding: what ZeRO and FSDP of a plan split, and when it is moved. It says what cannot
 * be; what it costs is training_shards.h's, what it holds shard_units.h's.
 *
 * micro_batch: parameters are gathered for every pass that uses them, gradients are reduced after every micro-batch, so
 * that nobody keeps them whole (DeepSpeed, FSDP as it is; with stages Ascend's patch of torchtitan). step: parameters
 * are gathered before the first micro-batch of a chunk and kept for all, gradients are added up whole and reduced after
 * the last one. That is FSDP2 in torch.distributed.pipelining, which holds set_reshard_after_backward and
 * set_requires_gradient_sync at false until then (stage.py, backward_maybe_with_nosync), with torchtitan's default of
 * reshard_after_forward: false with stages (models/llama3/infra/parallelize.py). DeepSpeed refuses ZeRO-2 and 3 with
 * stages (runtime/pipe/engine.py).
 *
 * Limits: what keeps gradients only, or drops parameters after the forward pass and keeps the rest, is neither.
 */
#ifndef MODELS_PLAN_PLAN_SHARDING_H
#define MODELS_PLAN_PLAN_SHARDING_H

#include "models/plan/plan.h"

/* Adds an error, with `path` as prefix ("jobs[0]"), for each thing that cannot be in a plan whose replicas are known.
 */
void plan_sharding_check(const PlanSpec *plan, const char *path, ErrorList *errors);

/* Whether what ZeRO-2 and 3 split is moved once per step, otherwise in every micro-batch. */
bool plan_sharding_once_per_step(const PlanSpec *plan);

/* Gatherings of a parameter by ZeRO-3, and reductions of a gradient by ZeRO-2 and 3, in a step of a resolved plan. */
int64_t plan_sharding_gathers(const PlanSpec *plan);
int64_t plan_sharding_reductions(const PlanSpec *plan);

const char *zero_sync_name(ZeroSync sync); /* auto, micro_batch, step */

#endif
