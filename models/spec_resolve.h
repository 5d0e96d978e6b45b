/*
 * spec_resolve: fills in what a spec leaves open, and finds what contradicts itself before anything runs.
 */
#ifndef MODELS_SPEC_RESOLVE_H
#define MODELS_SPEC_RESOLVE_H

#include "models/spec.h"
#include "sim/engine/error.h"

/*
 * Resolves what was left open and adds an error, with its path, for everything that contradicts itself. True when there
 * was none. Jobs and background flows are put into their order (spec.h), so that theirs in the file means nothing.
 */
bool simulation_spec_resolve(SimulationSpec *spec, ErrorList *errors);

#endif
