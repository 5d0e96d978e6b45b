/*
 * input_resolve: settles and checks what a job asks of storage: its loader needs a storage to read from.
 */
#ifndef MODELS_INPUT_RESOLVE_H
#define MODELS_INPUT_RESOLVE_H

#include "models/spec.h"
#include "sim/engine/error.h"

/* Errors begin with `path`, "jobs[0]". */
void input_resolve(const SimulationSpec *spec, JobSpec *job, const char *path, ErrorList *errors);

#endif
