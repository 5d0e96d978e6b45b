/*
 * job_facts: what is known of a job before it runs: the memory of its stages, and what was taken as given.
 */
#ifndef MODELS_ACCOUNT_JOB_FACTS_H
#define MODELS_ACCOUNT_JOB_FACTS_H

#include "models/results.h"
#include "models/spec.h"
#include "models/traffic/job_place.h"
#include "sim/engine/arena.h"

/* Fills name, kind, GPUs, memory, assumptions and status: RUN_OK when every stage fits. */
void job_facts_fill(const SimulationSpec *spec, const JobSpec *job, const JobPlace *place, Arena *arena,
                    Results *results);

/* "no checkpoint is taken: ..." of a job that ends before its first is due; NULL of others. Jobs that have the cluster
 * for themselves run whole rounds. */
const char *job_facts_missed_checkpoint(const JobSpec *job, Arena *arena);

#endif
