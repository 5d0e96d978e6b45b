/*
 * shared_host: what jobs lose to each other outside the network: on the storage, on the CPUs and on the main memory of
 * nodes that they share. A job's loss on a part is the time that its mean step waits for it beyond what it waits alone,
 * as a mean over its GPUs. Limits: waits are told apart by cause, not by who caused them: the sentence names all jobs
 * that use the part.
 */
#ifndef MODELS_ACCOUNT_SHARED_HOST_H
#define MODELS_ACCOUNT_SHARED_HOST_H

#include "models/results.h"
#include "models/spec.h"
#include "sim/engine/arena.h"

typedef enum SharedPart {
    SHARED_STORAGE, /* samples that are read, checkpoints that are written */
    SHARED_CPUS,    /* samples that are prepared */
    SHARED_MEMORY,  /* of hosts: what is offloaded */
    SHARED_PART_COUNT
} SharedPart;

/* A mean step of a job, and how long a mean GPU waits in it for each part. */
typedef struct StepWaits {
    double step_s;                     /* > 0 */
    double waits_s[SHARED_PART_COUNT]; /* >= 0 */
} StepWaits;

StepWaits shared_host_waits(const Results *job);

/*
 * "a runs 1.9 times as long as alone: 48 % of its time it waits longer for the shared storage, which others use too: b
 * (1.2 times as long)."; NULL when the job waits for no part notably longer than alone, or loses more to others on the
 * network. `alone` has one per job of the spec; all of them ended.
 */
const char *shared_host_verdict(const SimulationSpec *spec, const Contention *contention, const StepWaits *alone,
                                int job, Arena *arena);

#endif
