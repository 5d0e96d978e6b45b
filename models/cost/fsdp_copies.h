/*
 * fsdp_copies: what PyTorch's FSDP copies on the device between the passes of its units. FSDP2 (plan.fsdp_copies):
 * fully_shard splits every parameter by itself, so a unit's parts are gathered into one buffer and copied out of it,
 * and its gradients are copied into another buffer in the precision of the reduction; both on the stream that computes
 * (torch/distributed/fsdp/_fully_shard: foreach_all_gather_copy_out, foreach_reduce_scatter_copy_in). FSDP1 gathers
 * into what it computes with; its weights are views of a split of that (_flat_param.py, _get_unflat_views), so that
 * autograd puts their gradients together in one tensor of the weights' precision. Limits: copies of a GPU's own shard,
 * on a stream beside, are left out; so is what moves once per step under a pipeline (plan_sharding.h).
 */
#ifndef MODELS_COST_FSDP_COPIES_H
#define MODELS_COST_FSDP_COPIES_H

#include "models/plan/shard_units.h"

/* Bytes read and written on the device in a pass of a unit of a resolved plan; 0 without torch_fsdp or on a shard group
 * of one. */
double fsdp_copies_bytes(const TrainingSpec *training, const ShardUnit *unit, PassKind kind);

#endif
