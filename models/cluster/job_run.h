/*
 * job_run: one job on the engine: starts it at its time and runs its steps one after the other.
 */
#ifndef MODELS_CLUSTER_JOB_RUN_H
#define MODELS_CLUSTER_JOB_RUN_H

#include "models/account/job_account.h"
#include "models/cluster/run_ground.h"

typedef struct JobRun JobRun;

/* A job that fits, to be run as `owner`; `results` is filled while it runs. */
JobRun *job_run_create(RunGround *ground, const Workload *workload, uint32_t owner, Results *results);

/* Now, or schedules it for its start. */
void job_run_start(JobRun *run);

/* Says that the job will not end within what can be counted, unless it has. */
void job_run_give_up(JobRun *run);
bool job_run_is_endless(const JobRun *run);

JobAccount *job_run_account(JobRun *run);
void job_run_destroy(JobRun *run);

#endif
