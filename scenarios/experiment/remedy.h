/*
 * remedy: what would make a job fit that ran out of memory. It changes the plan in one place, or in two when fewer than
 * three single changes are enough, keeps what fits, simulates it and names the three with the shortest step.
 *
 * Changes: more recomputation, sequence parallelism, a distributed optimizer, half the micro-batch, twice the tensor
 * parallelism inside a node, twice the stages, no virtual stages, fused attention. The global batch and the number of
 * GPUs stay. Limit: of many that fit, the REMEDY_MOST_RUNS that save least are simulated, since saving costs time.
 */
#ifndef SCENARIOS_EXPERIMENT_REMEDY_H
#define SCENARIOS_EXPERIMENT_REMEDY_H

#include "models/results.h"
#include "models/spec.h"
#include "sim/engine/arena.h"

enum { REMEDY_MOST_RUNS = 24, REMEDY_MOST_CHANGES = 3 };

/* The results with fit_changes filled in, in the arena; results of a job that fits come back as they are. */
const Results *remedy_add(const SimulationSpec *spec, const Results *results, Arena *arena);

#endif
