/*
 * input_resolve: settles and checks what a job asks of hosts: its loader and its checkpoints need a storage, and
 * results are means over so many steps that they show both.
 */
#ifndef MODELS_INPUT_RESOLVE_H
#define MODELS_INPUT_RESOLVE_H

#include "models/spec.h"
#include "sim/engine/error.h"

/* Errors begin with `path`, "jobs[0]". */
void input_resolve(const SimulationSpec *spec, JobSpec *job, const char *path, ErrorList *errors);

#endif
