/*
 * checkpoint: how a training job saves its state after every so many steps. Each GPU writes an equal part of what it
 * holds in common with the other copies of its weights (Megatron-LM's ckpt_fully_parallel_save, PyTorch's distributed
 * checkpoint): bytes_per_parameter * parameters of its stage and tensor rank / copies. Unless it is given, these are
 * weights and what the optimizer keeps (optimizer.h), of mixed-precision Adam 2 + 12 bytes: BLOOM's 176 billion
 * parameters took 2.3 TB, of which 329 GB were weights (BigScience 176B Model page, 2022). Of sharded tables
 * (layer_list_plan.h) a GPU writes its own share, 4 bytes per element.
 *
 * Synchronous, all GPUs stream to the storage and wait for each other. Asynchronous, they copy to host memory and go
 * on, and what was copied is written beside the next steps; the next checkpoint waits until that is done (CheckFreq,
 * Mohan et al., FAST 2021; Megatron-LM's async_save).
 *
 * Limits: frameworks that save moments of 8 or 16 bits as fp32 write more; no time to serialise, no metadata, no file
 * system latency; the copy to host memory is not overlapped with the next forward pass. Losses to others that use the
 * storage are not laid to them.
 */
#ifndef MODELS_WORKLOAD_CHECKPOINT_H
#define MODELS_WORKLOAD_CHECKPOINT_H

#include "models/spec.h"
#include "models/traffic/rank_classes.h"
#include "models/workload/host.h"
#include "sim/engine/task_graph.h"

/* What one class of GPUs does. */
typedef struct SaveWork {
    double bytes; /* of each GPU */
    int leave;    /* operation of the host: what the GPU waits for */
    int write;    /* what is written beside the steps; only asynchronous */
} SaveWork;

/* Of every class of a job with checkpoints. */
const SaveWork *checkpoint_work(Arena *arena, const JobSpec *job, const RankClasses *ranks, Host *host);

/* Bytes of a parameter that is saved. */
double checkpoint_parameter_bytes(const JobSpec *job);

/* What one GPU of a stage of a resolved plan saves. */
double checkpoint_gpu_bytes(const JobSpec *job, int stage);

typedef struct Checkpoint Checkpoint; /* also named in step.h */

/* Nothing is being written yet; `work` is that of checkpoint_work, borrowed. */
Checkpoint *checkpoint_create(const HostGround *ground, const JobSpec *job, const SaveWork *work, int classes);

/* What a class does, and the way over which its GPUs leave what they save. */
const SaveWork *checkpoint_of_class(const Checkpoint *checkpoint, int class);
const ShareWay *checkpoint_leave_way(const Checkpoint *checkpoint, int class);

/* What was copied to host memory is written from now on; nothing when it is synchronous. */
void checkpoint_write(Checkpoint *checkpoint);

/* True while it is being written. */
bool checkpoint_is_writing(const Checkpoint *checkpoint);

/* Ends what is under way. */
void checkpoint_stop(Checkpoint *checkpoint);

/* A task that waits until nothing is being written; lives until its step has ended. */
typedef struct CheckpointWait {
    Checkpoint *checkpoint;
    TaskGraph *graph;
    TaskId task;
} CheckpointWait;

/* What the task begins with (TaskSpec). */
Event checkpoint_wait_begin(CheckpointWait *wait);

#endif
