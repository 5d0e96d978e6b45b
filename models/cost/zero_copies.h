/*
 * zero_copies: what DeepSpeed since 2022 copies on the device where ZeRO-2 and 3 move what they split
 * (plan.zero_copies). A weight that is gathered is put together of its parts out of the buffer of the all-gather
 * (AllGatherCoalescedHandle of partition_parameters.py): read and written once. A gradient is copied into the bucket;
 * with ZeRO-3 put together anew so that each GPU's parts lie apart (reduce_scatter_coalesced); and divided by the
 * replicas: read and written three times, with ZeRO-2 twice (stage3.py, stage_1_and_2.py). Lists of 2021 are
 * shard_lists.h's.
 *
 * Limits: they count as time of the pass; in DeepSpeed they are on the streams of the collectives, where they share the
 * memory with the pass and delay the next collective. Copies of a GPU's own shard are left out.
 */
#ifndef MODELS_COST_ZERO_COPIES_H
#define MODELS_COST_ZERO_COPIES_H

#include "models/plan/shard_units.h"

/* Bytes read and written on the device in a pass of a unit of a resolved plan; 0 without zero_copies or on a shard
 * group of one. */
double zero_copies_bytes(const TrainingSpec *training, const ShardUnit *unit, PassKind kind);

#endif
