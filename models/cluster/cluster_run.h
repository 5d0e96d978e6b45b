/*
 * cluster_run: the jobs of a spec together on one network and one engine, from time 0 until all have ended. Each job's
 * time goes to its own results; what they lose to each other is noted when there are several.
 */
#ifndef MODELS_CLUSTER_CLUSTER_RUN_H
#define MODELS_CLUSTER_CLUSTER_RUN_H

#include "models/cluster/placement.h"
#include "models/results.h"

typedef struct ClusterOutcome {
    bool done;                     /* every job ended within what can be counted */
    SimTime end;                   /* of the last job */
    const char *const *stragglers; /* [job]: the class that straggles most, NULL = none */
    uint32_t owner_count;          /* 0 = a job alone; else jobs, background flows, links */
    const double *const *lost_s;   /* [job][owner]: exposed communication lost to the owner, GPU-seconds */
    const LinkUse *links;          /* every link, when done */
    int link_count;
} ClusterOutcome;

/* Runs the jobs of a resolved spec, all of which fit into memory, at their places; `results` has one per job with its
 * number of GPUs, and RUN_TOO_LONG as status afterwards where it is for that job that the run is not done. */
ClusterOutcome cluster_run(const SimulationSpec *spec, const JobPlace *places, Arena *arena, Results **results);

#endif
