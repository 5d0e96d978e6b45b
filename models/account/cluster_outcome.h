/*
 * cluster_outcome: what the jobs of a run came to together, as plain values: beside their own results, all that the
 * account of who hurt whom needs. cluster_run.h fills it.
 */
#ifndef MODELS_ACCOUNT_CLUSTER_OUTCOME_H
#define MODELS_ACCOUNT_CLUSTER_OUTCOME_H

#include "models/results.h"

typedef struct ClusterOutcome {
    bool done;                     /* every job ended within what can be counted */
    SimTime end;                   /* of the last job */
    const char *const *stragglers; /* [job]: the class that straggles most, NULL = none */
    uint32_t owner_count;          /* 0 = a job alone; else jobs, background flows, links */
    const double *const *lost_s;   /* [job][owner]: exposed communication lost to the owner, GPU-seconds */
    const Spans *present;          /* [owner]: when a flow was on or events on links held; of jobs none */
    const LinkUse *links;          /* every link, when done */
    int link_count;
} ClusterOutcome;

#endif
