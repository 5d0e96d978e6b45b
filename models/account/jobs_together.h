/*
 * jobs_together: several jobs, or one beside other traffic, as one result: how much slower each runs than alone, who
 * hurt whom on the network, which storage or host they wait for, and where the GPU time of the whole cluster went.
 */
#ifndef MODELS_ACCOUNT_JOBS_TOGETHER_H
#define MODELS_ACCOUNT_JOBS_TOGETHER_H

#include "models/account/cluster_outcome.h"
#include "models/account/shared_host.h"

/* `results` are complete, one per job; so is `alone`, of each job by itself. The result refers to them. */
const Results *jobs_together(const SimulationSpec *spec, const ClusterOutcome *outcome, const StepWaits *alone,
                             Arena *arena, Results **results);

#endif
