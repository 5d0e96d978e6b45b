/*
 * training_offload: the end of a step whose optimizer is offloaded: gradients go to host memory as they are reduced,
 * and after the barrier the CPUs update while parameters come back. Jobs without offload_optimizer have none of it.
 */
#ifndef MODELS_WORKLOAD_TRAINING_OFFLOAD_H
#define MODELS_WORKLOAD_TRAINING_OFFLOAD_H

#include "models/workload/training_build.h"

/* Adds the copy of a part of a chunk's gradients, behind the dependencies that were collected. Returns the copy. */
TaskId training_offload_gradients(Build *build, int stage, int group, double parameters);

/* Adds the update of a group of a stage, after the barrier. */
void training_offload_update(Build *build, int stage, int group, TaskId barrier);

#endif
