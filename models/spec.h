/*
 * spec: all that a run is made from, as plain constant values. Written by the scenario reader, read by the simulation;
 * it knows no YAML and holds no state. Texts and arrays belong to the arena of whoever filled the spec.
 */
#ifndef MODELS_SPEC_H
#define MODELS_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "models/cluster_spec.h"
#include "models/plan/plan.h"

typedef enum Placement {
    PLACEMENT_PACKED, /* fill a leaf before the next */
    PLACEMENT_SPREAD, /* deal nodes out over the leaves in turn */
    PLACEMENT_RANDOM  /* any free nodes, by the seed and the job's name */
} Placement;

/* How well the software of a training job is known: what simulated steps of it were compared with. */
typedef enum SoftwareKnown {
    SOFTWARE_MEASURED, /* tables of its own steps */
    SOFTWARE_READ,     /* its code alone says what it runs */
    SOFTWARE_UNKNOWN,  /* nothing: it is taken to run what Megatron-LM does */
    SOFTWARE_COUNT
} SoftwareKnown;

typedef enum JobKind { JOB_TRAINING, JOB_COLLECTIVE } JobKind;

/* What nccl-tests do: one collective over all GPUs of the job, size after size. */
typedef struct CollectiveSpec {
    const char *operation; /* collective_kind_name; NULL = the job is none */
    const char *algorithm; /* name in collectives/table.h, or "auto" */
    double from_bytes;     /* >= 1; sizes from .. to, each `factor` times the one before */
    double to_bytes;       /* >= from_bytes */
    int64_t factor;        /* >= 2 */
    int64_t repeats;       /* >= 1; of every size */
} CollectiveSpec;

/* Where the samples of a training job come from (workload/loader.h). A sample is a sequence. */
typedef struct LoaderSpec {
    double stored_bytes;   /* >= 0; of a sample, read from the storage */
    double prepare_core_s; /* >= 0; time of one CPU core that decoding and augmenting a sample takes */
    double copied_bytes;   /* >= 0; of a prepared sample, copied to the GPU; NAN = stored_bytes */
    int64_t workers;       /* of each replica, each makes one micro-batch at a time; 0 = the job has no loader */
    int64_t prefetch;      /* micro-batches of a replica that are ready or being made; 0 = 2 * workers */
} LoaderSpec;

/* What a training job saves, and when (workload/checkpoint.h). */
typedef struct CheckpointSpec {
    int64_t every_steps;        /* >= 1: after each so many steps; 0 = never */
    bool asynchronous;          /* to host memory first, then written beside the next steps */
    double bytes_per_parameter; /* > 0; 0 = weights and what the optimizer keeps of them */
} CheckpointSpec;

typedef struct JobSpec {
    const char *name;
    int64_t index;         /* resolved: its place in the file, for errors */
    JobKind kind;          /* resolved: collective when that is given */
    const char *said_kind; /* as written, to be checked; NULL = not written */
    double start_s;        /* >= 0 */
    int64_t steps;         /* >= 1; one after the other */
    int64_t gpus;          /* 0 = all of its nodes, or of the cluster */
    const char *nodes;     /* "0-7, 12", whose GPUs it gets in that order; "" = as placement says */
    Placement placement;
    TrainingSpec training;
    SoftwareKnown software; /* of training; step_interval.h */
    LoaderSpec loader;
    CheckpointSpec checkpoint;
    CollectiveSpec collective;
} JobSpec;

/* From time_s on, until the next. */
typedef struct RateSample {
    double time_s;
    double bytes_per_s; /* >= 0 */
} RateSample;

/* Traffic that is no job's: pair i is the i-th node of `from` and the i-th of `to`, the shorter list over again. */
typedef struct BackgroundSpec {
    const char *name;
    const char *from; /* nodes: "0-7, 12" */
    const char *to;
    double bytes_per_s;        /* of every pair; 0 = as fast as it goes */
    double start_s;            /* >= 0 */
    double on_s;               /* 0 = always on; else mean length of a burst */
    double off_s;              /* mean length of the silence after it */
    bool random;               /* lengths are exponential; otherwise all are their mean */
    const char *counters;      /* the CSV file that the samples are from, "" = none */
    const RateSample *samples; /* ascending in time; NULL = by the fields above */
    int64_t sample_count;
} BackgroundSpec;

/* A link fails, slows down or flaps. */
typedef struct LinkEventSpec {
    const char *link;      /* as `list links` names it: "node[3].nic[1].out", or a prefix: "node[3]", "leaf[2].up" */
    double at_s;           /* >= 0 */
    double speed_fraction; /* of its capacity from then on; 0 = it has failed */
    double for_s;          /* 0 = for ever */
    double every_s;        /* 0 = once; otherwise again and again, > for_s > 0 */
} LinkEventSpec;

/* The key of links with events among jobs and background flows, a name that none of these may have; people read
 * results_owner_title. */
#define OWNER_OF_LINKS "links"

typedef enum Fidelity {
    FIDELITY_FOLDED,  /* one representative per class of equal ranks */
    FIDELITY_UNFOLDED /* every rank by itself */
} Fidelity;

typedef struct SimulationSpec {
    const char *name;
    const char *lesson; /* one sentence: what this scenario shows */
    uint64_t seed;
    Fidelity fidelity;
    bool without_links; /* Results.links are not asked for: they cost as much as a short run */
    bool only_times;    /* Results.timeline, series and critical, and without links the interval, are not asked for:
                           nothing is watched, which saves most of the time and most events; the times are the same */
    bool counts_first_steps; /* those of a job alone too in which its loader and its checkpoints still start */
    bool every_event;        /* no pass is timed without its events (quiet_passes.h), whatever else is asked for */
    bool plans_open;         /* plans are left as they were read: whoever searches for one resolves them */
    ClusterSpec cluster;
    JobSpec *jobs; /* resolved: by start, then by name, whatever the order in the file */
    int64_t job_count;
    BackgroundSpec *background; /* resolved: by name */
    int64_t background_count;
    LinkEventSpec *link_events;
    int64_t link_event_count;
} SimulationSpec;

/* Empty values with every default in place. */
SimulationSpec simulation_spec_default(void);
JobSpec job_default(void);
BackgroundSpec background_default(void);
LinkEventSpec link_event_default(void);
LoaderSpec loader_default(void);
CheckpointSpec checkpoint_default(void);

/* True when one job has a sound cluster for itself. */
bool simulation_spec_is_one_job(const SimulationSpec *spec);

const char *job_kind_name(JobKind kind); /* training, collective */

const char *placement_name(Placement placement);      /* packed, spread, random */
const char *software_known_name(SoftwareKnown known); /* measured, read, unknown */
const char *fidelity_name(Fidelity fidelity);         /* folded, unfolded */

#endif
