/*
 * shard_lists: what the lists of DeepSpeed's ZeRO-3 before 2022 (plan.zero_list_collectives) cost host and device,
 * beside the collectives themselves. Every weight has a list of a view per GPU; before each the device is synchronised.
 * Counted from partition_parameters.py, stage3.py and PyTorch 1.8's ProcessGroupNCCL.cpp:
 *
 *   gather   per view: narrow and get_rank from Python, before the collective; select and a copy out of NCCL's flat
 *            buffer, which the host issues beside it. On the device: zeroes, those copies, a norm for the log.
 *   reduce   per view: view and narrow from Python, select and a copy, all before the collective. On the device: into
 *            the bucket, division, those copies. Biases and norms have lists of their own.
 *   step     biases and norms stay whole: after the optimizer one list gathers all, and each is put together of a view
 *            per GPU: three views and a copy from Python.
 *
 * A GPU's part of a weight is padded to whole elements only. Where it is no multiple of 16 bytes NCCL copies it byte by
 * byte (NVIDIA/nccl #413): a gather of 6.3 MB took more than 7 ms instead of less than 2 (horovod #3727, 2022).
 *
 * Calls take the host what host_calls.h says; a list of 8 took 380 us in all (DeepSpeed #1069), from which follows what
 * a list costs whatever its length. Limits: bias and norm vectors are below 1e5 elements, which stay whole; reductions
 * of adapters are free of lists; reductions of odd parts are not slower, though they are a little.
 */
#ifndef MODELS_COST_SHARD_LISTS_H
#define MODELS_COST_SHARD_LISTS_H

#include "models/plan/shard_units.h"

/* What a pass of a unit (shard_units.h) spends on lists. */
typedef struct ShardLists {
    double host_s;   /* of the host, while the device waits, >= 0 */
    double beside_s; /* of the host, beside the gathers that the pass waits for, >= 0 */
    double bytes;    /* read and written on the device, >= 0 */
} ShardLists;

/* Of a unit of a resolved plan; all 0 without zero_list_collectives or on a shard group of one. */
ShardLists shard_lists_of(const TrainingSpec *training, const ShardUnit *unit, PassKind kind);

/* How much longer the gathers of the unit take for parts that are not aligned, >= 1. */
double shard_lists_gather_slowdown(const TrainingSpec *training, const ShardUnit *unit);

/* Host time after the optimizer, in which the device waits; 0 below ZeRO-3 and where there are no lists. */
double shard_lists_step_s(const TrainingSpec *training);

#endif
