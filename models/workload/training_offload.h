/*
 * training_offload: what is offloaded while a step runs and at its end: copies of activations beside the passes;
 * gradients that go to host memory as they are reduced; the update by the CPUs after the barrier, while parameters come
 * back.
 */
#ifndef MODELS_WORKLOAD_TRAINING_OFFLOAD_H
#define MODELS_WORKLOAD_TRAINING_OFFLOAD_H

#include "models/workload/training_build.h"

/* A part of a pass, of one stage of a replica set. */
typedef struct OffloadPass {
    int set;
    int stage;
    StreamSet streams; /* compute streams of the classes */
    PassKind kind;
    LayerCount layers;
    StepTask what; /* micro-batch and chunk */
    TaskId begin;  /* by training_offload_begin */
} OffloadPass;

/* True when copies run beside a pass of so many layers. */
bool training_offload_copies(const Build *build, PassKind kind, int64_t layers);

/* Adds a task of no time to each class, one after the other, when its pass begins; returns the first. */
TaskId training_offload_begin(Build *build, const StreamSet *streams);

/* Adds the copy beside a pass that ended with `end`; returns the task that ends both. */
TaskId training_offload_pass(Build *build, const OffloadPass *pass, TaskId end);

/* True when the CPUs update. */
bool training_offload_updates(const Build *build);

/* Adds the copy of a part of a chunk's gradients, behind the dependencies that were collected. Returns the copy. */
TaskId training_offload_gradients(Build *build, int stage, int group, double parameters);

/* Adds the update of a group of a stage, after the barrier. */
void training_offload_update(Build *build, int stage, int group, TaskId barrier);

#endif
