/*
 * job_account: what the steps of one job come to: adds each finished step to the job's results, and keeps the picture
 * of the longest.
 */
#ifndef MODELS_ACCOUNT_JOB_ACCOUNT_H
#define MODELS_ACCOUNT_JOB_ACCOUNT_H

#include "models/workload/job_step.h"

typedef struct JobAccount {
    Arena *arena;
    const Workload *workload;
    Results *results;
    GpuClassResults *classes; /* of the results */
    int64_t *blame_ns;        /* [class]: straggling that it caused, GPU-ns */
    double *lost_s;           /* [owner]: exposed communication lost to it, GPU-seconds */
    SimTime *step_ends;       /* of the results */
    double *size_s;           /* [size of a collective job]: time of all its repetitions */
    uint32_t owners;
    SimTime skipped; /* time of steps that were counted but not simulated */
} JobAccount;

/* The account of a job that is to run: fills `results`; `owners` is fair_share_owner_count. */
JobAccount job_account_create(Arena *arena, const Workload *workload, uint32_t owners, Results *results);

/* Adds a step that has ended at `end`, and as many like it as make it `times` >= 1. */
void job_account_add(JobAccount *account, JobStep *step, SimTime end, int64_t times);

/* Closes the books; returns the name of the class that straggles most, NULL when none does. */
const char *job_account_finish(JobAccount *account);

#endif
