/*
 * job_resolve: the part of spec_resolve that looks at one job by itself.
 */
#ifndef MODELS_JOB_RESOLVE_H
#define MODELS_JOB_RESOLVE_H

#include "models/spec.h"
#include "sim/engine/error.h"

/* Fills in what the job, whose index is known, leaves open; adds an error for everything that contradicts itself. */
void job_resolve(const SimulationSpec *spec, JobSpec *job, ErrorList *errors);

#endif
