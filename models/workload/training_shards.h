/*
 * training_shards: what ZeRO-2 and 3 do while the passes run. Before a unit (shard_units.h) is computed in a pass that
 * gathers (shard_order.h), ZeRO-3 gathers its parameters; after it is computed in one that reduces, its gradients are
 * reduce-scattered. In every micro-batch that is so in FSDP and in DeepSpeed (stage_1_and_2.py reduces at once when it
 * partitions gradients): ZeRO-3 moves 3 times the parameters per micro-batch (Rajbhandari et al. 2020, 7.2), twice
 * without reshard_after_forward. Once per step it moves them twice in all, as FSDP2 does under a pipeline
 * (plan_sharding.h). Between shard groups gradients are all-reduced once, after the last micro-batch (MiCS, Zhang et
 * al. 2022, 3.4; PyTorch's HYBRID_SHARD does so in every micro-batch unless set_requires_all_reduce is used).
 *
 * All of it is one stream per GPU: one NCCL communicator runs its collectives in the order in which they were issued.
 * Order and limits are FSDP2's: the gather of a unit starts when the unit prefetch_layers + 1 places before it has been
 * computed, behind the reduction of that one; so prefetch_layers + 1 units are whole at a time. What stays whole for
 * all of the step is gathered at its start, one unit after the other: nothing is freed that it would wait for. A unit
 * waits for the reduction of the one two places before it or, without overlap_grad_reduce, directly before it; so does
 * then the message to the stage before, as in torch.distributed.pipelining up to PyTorch 2.6, which reduced a chunk's
 * gradients in its last backward pass and sent afterwards.
 *
 * DeepSpeed before 2022 (zero_list_collectives) moved every weight by itself through torch.distributed's lists, and
 * nothing ahead (shard_lists.h, live_parameters.h).
 *
 * Experts that expert parallelism splits have collectives of their own between their copies, behind the unit's.
 *
 * Limits: otherwise one collective per unit; those of experts are in the same stream, though their communicator is
 * another. Casts and copies into flat buffers are free. A tied table of one stage is gathered with the embedding only.
 * The sums between shard groups use the same stream, where FSDP2 has one of their own.
 */
#ifndef MODELS_WORKLOAD_TRAINING_SHARDS_H
#define MODELS_WORKLOAD_TRAINING_SHARDS_H

#include "models/workload/training_build.h"

/* What slice `slice` of a pass that is cut computes on a stage, a unit, with what it costs to move it by lists. */
PassWork training_shards_work(const Build *build, const ShardPass *at, int stage, int slice);

/* Adds the collectives of all units, when there are any; the passes are there. */
void training_shards_add(Build *build);

#endif
