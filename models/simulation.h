/*
 * simulation: one spec to one Results. It checks that the job fits, builds the step on a new engine, runs it, closes
 * the ledger and writes down what happened. A pure function of the spec: same spec, same Results, on any thread.
 */
#ifndef MODELS_SIMULATION_H
#define MODELS_SIMULATION_H

#include "models/results.h"
#include "models/spec.h"
#include "sim/engine/arena.h"

/* `spec` is resolved (simulation_spec_resolve); the Results and all in it belong to `arena`. Never NULL. */
const Results *simulation_run(const SimulationSpec *spec, Arena *arena);

#endif
