/*
 * input_cause: what a job's waiting for samples is due to, in words: storage, preparation or copies, whichever the
 * waits are laid to most (workload/loader.h), with the figure that limits it and what the job would be without it.
 */
#ifndef MODELS_ACCOUNT_INPUT_CAUSE_H
#define MODELS_ACCOUNT_INPUT_CAUSE_H

#include "models/results.h"
#include "models/spec.h"
#include "sim/engine/arena.h"

/* True when waiting for samples is one of the causes. */
bool input_cause_is_there(const Results *results);

/* The cause with most of the waits. */
InputCause input_cause_main(const Results *results);

/* Makes a cause of the job ideal: it costs nothing. */
void input_cause_remove(JobSpec *job, InputCause cause);

/* Writes the sentence and the advice of the cause; `ideal` is a run of the job without the main cause. */
void input_cause_tell(const SimulationSpec *spec, const JobSpec *job, const Results *ideal, Arena *arena,
                      Results *results);

#endif
