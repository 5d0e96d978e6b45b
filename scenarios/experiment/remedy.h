/*
 * remedy: what would make a job fit that ran out of memory. It changes the plan in one place, in two when fewer than
 * three single changes are enough, in three when pairs are not; keeps what fits and needs no less, simulates it and
 * names the three with the shortest step.
 *
 * Changes: fused attention, more recomputation, sequence parallelism, a distributed optimizer, smaller micro-batches,
 * more expert parallelism, more tensor parallelism inside a node, more stages, no virtual stages. Those that can be
 * taken further (half, a quarter, ...) go on until the job fits. The global batch and the number of GPUs stay. Limit:
 * of many that fit, the REMEDY_MOST_RUNS that save least are simulated, since saving costs time; they are simulated
 * folded, whatever the scenario's fidelity is.
 */
#ifndef SCENARIOS_EXPERIMENT_REMEDY_H
#define SCENARIOS_EXPERIMENT_REMEDY_H

#include "models/results.h"
#include "models/spec.h"
#include "sim/engine/arena.h"

enum { REMEDY_MOST_RUNS = 24, REMEDY_MOST_CHANGES = 3 };

/* The results with fit_changes filled in, in the arena; results of a job that fits, and those of
 * several jobs, come back as they are. */
const Results *remedy_add(const SimulationSpec *spec, const Results *results, Arena *arena);

#endif
