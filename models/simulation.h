/*
 * simulation: one spec to one Results. It checks that every job fits, runs them all together on a new engine, closes
 * their ledgers and writes down what happened. Beside others a job is run once more alone, to know how much it is
 * slowed down; a lone job that waits for samples once more without what it waits for most, to prove the cause. A pure
 * function of the spec: same spec, same Results, on any thread.
 */
#ifndef MODELS_SIMULATION_H
#define MODELS_SIMULATION_H

#include "models/results.h"
#include "models/spec.h"
#include "sim/engine/arena.h"

/* `spec` is resolved (simulation_spec_resolve); the Results and all in it belong to `arena`. Never NULL. */
const Results *simulation_run(const SimulationSpec *spec, Arena *arena);

#endif
