/*
 * collective_run: one collective of a job, run message by message beside everything else on the links
 * (collective_flows.h), as a task of the job's step.
 */
#ifndef MODELS_WORKLOAD_COLLECTIVE_RUN_H
#define MODELS_WORKLOAD_COLLECTIVE_RUN_H

#include "models/communication/collective.h"
#include "models/workload/step.h"

typedef struct CollectiveRun {
    const Network *network;
    const ResourceId *links; /* traffic_all_links */
    Step *step;
    TaskId task; /* of the step, that stands for the call */
    CollectiveCall call;
    const CollectiveAlgorithm *algorithm;
    double alone_s;             /* of the call as flows by itself; needed when losses are noted */
    struct UnderWay *under_way; /* the run's own; NULL while nothing is on its way */
    struct CollectiveRun *next; /* of the step */
} CollectiveRun;

/* What the task begins with (TaskSpec); the run must stay until the step has ended. */
Event collective_run_begin(CollectiveRun *run);

/* Frees what is still on its way; the engine must not go on. */
void collective_run_stop(CollectiveRun *run);

#endif
