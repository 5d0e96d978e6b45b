/*
 * contention: who hurt whom among jobs on one fabric, from what their transfers lost to each other (share_losses.h).
 */
#ifndef MODELS_ACCOUNT_CONTENTION_H
#define MODELS_ACCOUNT_CONTENTION_H

#include "models/account/cluster_outcome.h"
#include "models/account/shared_host.h"

/* Rows and columns in the order of the spec; `alone` is of each job by itself. */
const Contention *contention_of(const SimulationSpec *spec, const ClusterOutcome *outcome, const StepWaits *alone,
                                Arena *arena, Results **results);

/* The job that is slowed down most, and who of the others took most from a job. */
int contention_worst_job(const Contention *contention);
int contention_worst_owner(const Contention *contention, int job);

#endif
