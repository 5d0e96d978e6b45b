/*
 * placement: which GPUs each job gets. Jobs choose in the order of the resolved spec (by start, then by name), those
 * with `nodes` first; nobody shares a GPU. A job of whole nodes takes whole nodes; others fill up what is free.
 * Where types of node differ in GPUs, nodes are whole by the type with most, and the last may be taken in part.
 *
 * Limits: GPUs are held from the start of the run to its end, as if all jobs had been there from the beginning.
 */
#ifndef MODELS_CLUSTER_PLACEMENT_H
#define MODELS_CLUSTER_PLACEMENT_H

#include "models/spec.h"
#include "models/traffic/job_place.h"
#include "sim/engine/arena.h"

/* One per job, with its marks, in the arena; NULL and an error per job that does not fit. Everything but nodes has been
 * checked. */
const JobPlace *placement_of_jobs(const SimulationSpec *spec, Arena *arena, ErrorList *errors);

#endif
