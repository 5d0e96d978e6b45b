/*
 * step: one step of a job as tasks on streams, with what the accounts need to know of each task. Built by training.c or
 * collective_job.c, run by the engine, read by the ledger, the critical path and the timeline. Plain arrays; it decides
 * nothing.
 */
#ifndef MODELS_WORKLOAD_STEP_H
#define MODELS_WORKLOAD_STEP_H

#include "models/cost/work_profile.h"
#include "models/ledger.h"
#include "models/results.h"
#include "models/traffic/rank_classes.h"
#include "sim/engine/task_graph.h"

/* As a profile: a timer that stands for all quiet passes that came before it on a stream; micro_batch is the place of
 * the last of them, and chunk is 1 where it is the end of its message. */
#define STEP_QUIET (-2)

typedef struct StepTask {
    int gpu_class; /* whose task it is; the first of them for a collective; -1 for a barrier of all */
    BarKind kind;
    StreamKind stream;
    int micro_batch;         /* -1 = none */
    int chunk;               /* -1 = none */
    int profile;             /* of a compute task, -1 for communication, or STEP_QUIET */
    LedgerCategory category; /* of communication */
    LinkKind link;           /* slowest kind of link of communication */
} StepTask;

struct CollectiveRun;
struct Loader;
struct Checkpoint;
struct Offload;

/* What a step stands on. */
typedef struct StepGround {
    Arena *arena; /* of the step */
    Engine *engine;
    FairShare *share;
    uint32_t owner;                /* whose transfers they are, when the fair share has owners */
    struct Loader *loader;         /* of the job; NULL = micro-batches are there */
    struct Checkpoint *checkpoint; /* that the step ends with; NULL = none */
    const struct Offload *offload; /* of the job; NULL = nothing is offloaded */
} StepGround;

typedef struct Step {
    StepGround ground;
    RankClasses ranks;
    TaskGraph *graph;
    StepTask *tasks; /* one per task of the graph */
    size_t task_capacity;
    WorkProfile *profiles;
    size_t profile_count;
    size_t profile_capacity;
    const StreamId (*streams)[STREAM_KIND_COUNT]; /* one row per class */
    Pool **memory;                                /* one pool per class: the representative's HBM; NULL = not watched */
    struct CollectiveRun *runs;                   /* of a collective job that runs as explicit flows; else NULL */
    LinkKind slowing_link;                        /* of the collectives that slow compute (overlap_slowdown.h) */
    LedgerCategory slowing_category;              /* that what they take counts as */
    struct QuietPasses *quiet; /* passes that are not among the tasks (quiet_passes.h); NULL = none */
    SimTime start;             /* when it was started */
    double *lost_s;            /* [task * owners + owner]: what a transfer lost to it (fair_share.h); NULL = not noted.
                                  8 bytes each: 80 MB for 100,000 tasks and 100 owners */
    uint32_t owners;
} Step;

#endif
