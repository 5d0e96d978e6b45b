/*
 * loader: where the micro-batches of a training job come from, as a process beside its steps. Each replica has workers
 * (PyTorch's DataLoader): a worker reads the samples of a micro-batch from the storage, in its turn, prepares them on
 * one CPU core, and goes on to the next; prepared ones are copied to the GPU, in order and at most two ahead. At most
 * `prefetch` micro-batches are being made or wait. Workers begin one after the other, as far apart as they would
 * finish. A forward pass of the first stage waits until its micro-batch is on the GPU.
 *
 * Waits are laid to reading, preparing and copying as the chain of releases between the first and the last micro-batch
 * taken went: who waits for the reader, for a worker or for the copies before his own goes on with their chain.
 *
 * Replicas that behave alike are one feed. One GPU of a replica loads: what its tensor, context and last-stage ranks
 * get from it over NVLink, tokens as a rule, is taken as free, and so is the memory that micro-batches take.
 */
#ifndef MODELS_WORKLOAD_LOADER_H
#define MODELS_WORKLOAD_LOADER_H

#include "models/results.h"
#include "models/spec.h"
#include "models/traffic/rank_classes.h"
#include "models/workload/host.h"
#include "sim/engine/task_graph.h"

/* What the feed of one replica set uses: operations of the host. */
typedef struct FeedWork {
    int read;
    int prepare;
    int copy;
} FeedWork;

/*
 * Steps of a job alone after which its loader goes on as it will, since every worker has made several micro-batches,
 * and the least number of steps that shows it: whole rounds of all workers, at least what is prefetched.
 */
int64_t loader_warm_up_steps(const JobSpec *job);
int64_t loader_shown_steps(const JobSpec *job);

/* Of every replica set of a job with a loader. */
const FeedWork *loader_work(Arena *arena, const JobSpec *job, const RankClasses *ranks, Host *host);

typedef struct Loader Loader; /* also named in step.h */

/* Begins with nothing made. */
Loader *loader_create(const HostGround *ground, const JobSpec *job, const FeedWork *work, int feeds);

/* Ends what is under way and makes no more. */
void loader_stop(Loader *loader);

/* A task that waits for the next micro-batch of a feed; lives until its step has ended. */
typedef struct LoaderWait {
    Loader *loader;
    int feed;
    TaskGraph *graph; /* of the step */
    TaskId task;
} LoaderWait;

/* What the task begins with (TaskSpec). */
Event loader_wait_begin(LoaderWait *wait);

/* Waits from now on count, and what they were for: parts that sum to 1, or all 0 when nobody waited. */
void loader_open_books(Loader *loader);
void loader_causes(const Loader *loader, double fractions[INPUT_CAUSE_COUNT]);

#endif
