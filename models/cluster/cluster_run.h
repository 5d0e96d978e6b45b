/*
 * cluster_run: the jobs of a spec together on one network and one engine, from time 0 until all have ended. Each job's
 * time goes to its own results; what they lose to each other is noted when there are several.
 */
#ifndef MODELS_CLUSTER_CLUSTER_RUN_H
#define MODELS_CLUSTER_CLUSTER_RUN_H

#include "models/account/cluster_outcome.h"
#include "models/cluster/placement.h"

/* Runs the jobs of a resolved spec, all of which fit into memory, at their places; `results` has one per job with its
 * number of GPUs, and RUN_TOO_LONG as status afterwards where it is for that job that the run is not done. */
ClusterOutcome cluster_run(const SimulationSpec *spec, const JobPlace *places, Arena *arena, Results **results);

#endif
