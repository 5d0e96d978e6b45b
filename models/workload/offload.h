/*
 * offload: what a training job moves between its GPUs and host memory, and does there. With offload_optimizer the
 * optimizer state lives in host memory and the CPUs update it (ZeRO-Offload, Ren et al., USENIX ATC 2021; Megatron-LM's
 * optimizer_cpu_offload): gradients go down over PCIe, Adam runs on the CPUs, 16-bit parameters come up.
 *
 * The update is taken as limited by host memory: per parameter it reads and writes main param and moments (24 bytes of
 * mixed-precision Adam, optimizer.h), reads the gradient and writes the 16-bit parameter. A GPU updates the parameters
 * of its shard (plan_shard_size); parameters come up beside the update, piece by piece, as in ZeRO-Offload.
 *
 * With offload_activations a fraction of what the layers of a pass keep goes down beside its forward pass and comes up
 * beside its backward pass; a pass is over when both its compute and its copy are. The copies of its last layer forward
 * and of its first backward run beside the neighbouring passes in fact: they are taken as if they ran beside their own.
 *
 * Limits: gradients stay on the GPU until the last micro-batch, as in Megatron-LM; DeepSpeed collects those of every
 * micro-batch in host memory. No delayed update. CPUs with few cores, or ranks that are not bound to theirs, do not
 * reach the bandwidth of their memory and are slower than this.
 */
#ifndef MODELS_WORKLOAD_OFFLOAD_H
#define MODELS_WORKLOAD_OFFLOAD_H

#include "models/spec.h"
#include "models/traffic/rank_classes.h"
#include "models/workload/host.h"

/* Operations of the host of the GPUs of a stage in a replica set: activations. */
typedef struct OffloadCopies {
    int down;
    int up;
} OffloadCopies;

/* Operations of the host of the GPUs of a stage and a data-parallel group: the optimizer. */
typedef struct OffloadWork {
    int down;
    int update;
    int up;
} OffloadWork;

typedef struct Offload {
    const Host *host;
    const OffloadWork *work;     /* [stage * tensor_groups + group]; NULL = the optimizer is the GPUs' */
    const OffloadCopies *copies; /* [set * stages + stage]; NULL = activations stay on the GPU */
} Offload;                       /* also named in step.h */

/* True when anything of the job is offloaded. */
bool offload_is_there(const PlanSpec *plan);

/* What such a job uses; `tensor_groups` as in TrainingTraffic. */
const Offload *offload_create(Arena *arena, const JobSpec *job, const RankClasses *ranks, int tensor_groups,
                              Host *host);

/* Bytes of `parameters` of one GPU of a tensor group, before ZeRO splits them: moved down, moved in host memory by
 * the update, moved up; and kept in host memory, with buffers for what is moved. */
double offload_down_bytes(const PlanSpec *plan, double parameters);
double offload_update_bytes(const PlanSpec *plan, double parameters);
double offload_up_bytes(const PlanSpec *plan, double parameters);
double offload_kept_bytes(const PlanSpec *plan, double parameters);

#endif
