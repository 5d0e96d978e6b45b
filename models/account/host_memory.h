/*
 * host_memory: what a job keeps in the main memory of its nodes: the state of an offloaded optimizer, offloaded
 * activations, copies of checkpoints that are being written. Of each node it is the sum over its GPUs; what counts is
 * the node that is fullest. Programs, samples and the page cache are left out, and so are other jobs on the node.
 */
#ifndef MODELS_ACCOUNT_HOST_MEMORY_H
#define MODELS_ACCOUNT_HOST_MEMORY_H

#include "models/results.h"
#include "models/spec.h"
#include "models/traffic/job_place.h"
#include "sim/engine/arena.h"

/* Fills results->host_memory when the job keeps anything there; true when it fits into every node. */
bool host_memory_fill(const SimulationSpec *spec, const JobSpec *job, const JobPlace *place, Arena *arena,
                      Results *results);

#endif
