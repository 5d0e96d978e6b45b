/*
 * jobs_together: several jobs, or one beside other traffic, as one result: how much slower each runs than alone, who
 * hurt whom, and where the GPU time of the whole cluster went.
 */
#ifndef MODELS_ACCOUNT_JOBS_TOGETHER_H
#define MODELS_ACCOUNT_JOBS_TOGETHER_H

#include "models/account/cluster_outcome.h"
#include "models/spec.h"

/* `results` are complete, one per job; alone_s is each job's mean step by itself, in s. The result refers to them. */
const Results *jobs_together(const SimulationSpec *spec, const ClusterOutcome *outcome, const double *alone_s,
                             Arena *arena, Results **results);

#endif
