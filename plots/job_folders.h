/*
 * job_folders: the names of the folders of several jobs, jobs/NAME. What a file system or a shell could take amiss in
 * the name of a job becomes "_", and names that are the same then are told apart by a number.
 */
#ifndef PLOTS_JOB_FOLDERS_H
#define PLOTS_JOB_FOLDERS_H

#include "models/results.h"
#include "sim/engine/arena.h"

/* [job]: one part of a path, at most 100 bytes and a number, different for all jobs even without regard to case. */
const char *const *job_folders(Arena *arena, const Contention *contention);

#endif
