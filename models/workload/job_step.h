/*
 * job_step: one step of a job on the engine: its tasks, the memory of its representatives, and what is recorded while
 * it runs. It is built, started, looked at when it is done, and destroyed; the next step is another one.
 */
#ifndef MODELS_WORKLOAD_JOB_STEP_H
#define MODELS_WORKLOAD_JOB_STEP_H

#include "models/workload/step.h"
#include "models/workload/workload.h"

/* Series of one class, recorded while the step runs. */
typedef struct ClassSeries {
    Series *memory; /* bytes in use */
    Series *nvlink; /* load of the representative's port, fraction; NULL when the job does not use it */
    Series *nic;    /* load of its NIC, fraction; NULL when the job does not use it */
} ClassSeries;

/* A resource whose load is recorded, and where. */
typedef struct ObservedLink {
    ResourceId resource;
    Series *series;
} ObservedLink;

typedef struct JobStep {
    Step step;
    ClassSeries *series; /* one per class */
    ObservedLink *observed;
    int observed_count;
    bool endless; /* longer than WORK_MOST_S: not to be run */
} JobStep;

/*
 * Builds a step of a workload that fits into memory, to start now. The traffic has been sealed. What transfers lose to
 * others is noted when the fair share has owners.
 */
JobStep *job_step_create(const StepGround *ground, const Workload *workload);

/* Starts it; `done` happens when it has ended. */
void job_step_start(JobStep *self, Event done);

void job_step_destroy(JobStep *self);

#endif
