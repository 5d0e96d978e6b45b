/*
 * results: what happened in one run, and why, as plain constant values. Written by the simulation, read by the reports,
 * which do no arithmetic of their own. All texts and arrays belong to the arena of the run.
 */
#ifndef MODELS_RESULTS_H
#define MODELS_RESULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/hardware/network.h"
#include "models/ledger.h"
#include "sim/engine/event_queue.h"

typedef enum RunStatus {
    RUN_OK,
    RUN_OUT_OF_MEMORY, /* the job does not fit: no step was simulated, only `memory` and `fits` hold */
    RUN_TOO_LONG,      /* the step does not end within what can be accounted for: only `memory` and `fits` hold */
    RUN_STOPPED        /* another job of the run is one of the two above: the same holds */
} RunStatus;

/* One number of the summary. The order is that of the report; names are stable: "throughput.tflops_per_gpu". */
typedef struct Metric {
    const char *name;
    double value; /* NaN = does not apply */
    const char *unit;
    const char *help; /* one line */
} Metric;

/* One class of equal GPUs and the representative that was simulated. */
typedef struct GpuClassResults {
    const char *name;   /* "stage 3", "stage 3 replica 5", "rank 17" */
    int64_t gpus;       /* how many it stands for */
    int64_t first_rank; /* the lowest rank it stands for */
    int stage;
    LedgerRow ledger; /* of one GPU */
} GpuClassResults;

typedef enum StreamKind {
    STREAM_COMPUTE,
    STREAM_PIPELINE,
    STREAM_DATA,
    STREAM_CONTEXT,
    STREAM_HOST,
    STREAM_EXPERT,
    STREAM_KIND_COUNT
} StreamKind;

typedef enum BarKind {
    BAR_FORWARD,
    BAR_BACKWARD,
    BAR_WEIGHT, /* weight gradients, when the schedule splits them off the backward pass */
    BAR_TENSOR_COMM,
    BAR_EXPERT_COMM,
    BAR_CONTEXT_COMM,
    BAR_PIPELINE_COMM,
    BAR_DATA_COMM,
    BAR_OPTIMIZER,
    BAR_INPUT_WAIT,
    BAR_CHECKPOINT,
    BAR_OFFLOAD,
    BAR_KIND_COUNT
} BarKind;

/* One piece of the step's timeline: a task on a stream of a class. In order of class, stream, start. */
typedef struct TimelineBar {
    int gpu_class;
    StreamKind stream;
    BarKind kind;
    int micro_batch; /* 0.., -1 = none */
    int chunk;       /* model chunk on the stage, -1 = none */
    SimTime start;   /* since the start of the step */
    SimTime end;
} TimelineBar;

/* One value over time, equidistant or not; a step function. */
typedef struct SeriesSamples {
    const char *entity; /* "stage 0" */
    const char *metric; /* "gpu", "hbm", "nvlink", "nic", "memory" */
    const char *unit;   /* "fraction", "bytes" */
    int count;
    const double *time_s; /* start of each interval, from the start of the step on */
    const double *mean;
    const double *max;
} SeriesSamples;

/* A link, or all equal links of a node together where a cluster has very many, and what it carried in the step. */
typedef struct LinkUse {
    const char *name; /* "leaf[2].up", "node[3].nic[1].out" */
    LinkKind kind;
    FabricEnd from; /* of a port, both are its node */
    FabricEnd to;
    int links;               /* how many it stands for, >= 1 */
    double bytes_per_s;      /* > 0; capacity of each */
    double bytes;            /* carried by all of them */
    double mean_fraction;    /* of the capacity, over the step and all of them */
    double fullest_fraction; /* the same of the one that carried most */
} LinkUse;

/* Memory of one GPU of a stage at its peak, by purpose; each >= 0. */
typedef struct MemoryResults {
    const char *gpu_class;
    const char *gpu; /* name of the GPU; where the stage has several, of the smallest */
    double weights_bytes;
    double gradients_bytes;
    double optimizer_bytes;
    double activations_bytes;
    double buffers_bytes; /* with what the process keeps */
    double total_bytes;
    double capacity_bytes;  /* of that GPU */
    double allocated_bytes; /* of the total, what tensors hold (torch.cuda.max_memory_allocated) */
    double reserved_bytes;  /* that, and what the allocator caches beside, which is in no sum (max_memory_reserved) */
} MemoryResults;

/* What a job keeps in the main memory of the node that is fullest, by purpose; each >= 0. */
typedef struct HostMemoryResults {
    const char *node;         /* name of its type */
    double optimizer_bytes;   /* that are offloaded: state, gradients and parameters on their way */
    double activations_bytes; /* that are offloaded */
    double checkpoint_bytes;  /* of a copy that is being written */
    double total_bytes;
    double capacity_bytes;
} HostMemoryResults;

/* A piece of the critical path: time on the way from the start to the end of the step. Descending by time. */
typedef struct CriticalPart {
    const char *entity; /* the GPU class whose work it was */
    LedgerCategory category;
    SimTime ns;
} CriticalPart;

/* A reason for lost throughput. Descending by fraction. */
typedef struct Cause {
    LedgerCategory category;
    double fraction; /* of all GPU time, 0..1 */
    const char
        *sentence; /* "Tensor-parallel collectives are exposed for 21 % of GPU time, nearly all over the network." */
    const char *advice; /* what to change */
} Cause;

/* A part of the model that stretches the step when it is slower than simulated. */
typedef struct Doubt {
    const char *name;      /* "matrix products" */
    double share_fraction; /* 0..1; how much longer a step takes when the part does, as a share */
    double spread;         /* >= 0; about a standard deviation of ln(measured / simulated) of the part */
} Doubt;

/* Where 80 % of measured steps should lie; step_interval.h. */
typedef struct StepInterval {
    double low_s; /* 0 = not asked for, as the others */
    double high_s;
    double down_spread;  /* of the step by its constants alone, towards a shorter step */
    double up_spread;    /* towards a longer one: also what is hidden now may come out */
    const Doubt *doubts; /* descending by what they add to the interval; the last may be what is not modelled */
    int doubt_count;
    const char *const *beyond; /* sentences: kernels outside the sizes that were measured */
    int beyond_count;
} StepInterval;

/* A change of the plan that would make a job fit. */
typedef struct FitChange {
    const char *sentence; /* "recompute: full" */
    double total_bytes;   /* of the fullest GPU with the change */
    double step_s;        /* simulated with the change */
} FitChange;

/* One size of a collective job, as nccl-tests define it. */
typedef struct CollectiveRow {
    double bytes;  /* >= 1; buffer of one rank (collective.h) */
    double time_s; /* > 0; mean over the repetitions */
    double algorithm_bytes_per_s;
    double bus_bytes_per_s;
    const char *algorithm;
} CollectiveRow;

/* What a job waits for when it waits for samples. */
typedef enum InputCause { INPUT_STORAGE, INPUT_PREPARATION, INPUT_COPY, INPUT_CAUSE_COUNT } InputCause;

typedef struct Results Results;

/* When something was there, in order of time. */
typedef struct Spans {
    int count;
    const SimTime *starts; /* [count] */
    const SimTime *ends;
} Spans;

/*
 * Several jobs on one fabric. Of the exposed communication of each job, how much is due to whom: columns are the jobs,
 * the background flows, and last "links" (that failed or slowed down). The column of the job itself is what it would
 * need anyhow, and where its own flows meet. Rows sum to exposed_gpu_s.
 */
typedef struct Contention {
    int job_count;
    const Results *const *jobs; /* each as if it were a run of its own */
    const double *slowdown; /* [job]: mean step over that alone on a sound fabric, >= 1 but for rounding; NaN = none */
    const double *exposed_gpu_s; /* [job] */
    int owner_count;             /* columns */
    const char *const *owners;   /* [owner]: names; job i is owner i */
    const double *due_gpu_s;     /* [job * owner_count + owner]: read it with results_due_gpu_s */
    const Spans *present; /* [owner]: when a flow was on, when events on links held; of jobs none. NULL = not kept */
} Contention;

struct Results {
    const char *name;
    const char *lesson;
    RunStatus status;
    const char *verdict; /* the first sentence of the report */
    const Metric *metrics;
    int metric_count;
    int64_t gpus;
    const char *gpu_words;       /* of a job: "16 h100", "12 h100 and 4 a100-80"; NULL for several jobs */
    int gpu_kinds;               /* names in it */
    bool power_limited;          /* some of them run below their default power (gpu_power.h) */
    double mean_peak_flop_per_s; /* of a training job's GPUs at its precision */
    const char *kind;            /* of the job: "training", "collective"; "jobs" for several */
    SimTime start;               /* of the first step */
    SimTime wall;                /* all steps; of several jobs, from 0 to the end of the last */
    int64_t step_count;          /* >= 1 */
    StepInterval interval;       /* of a training job's mean step */
    SimTime step;                /* the longest step in ns, which timeline, series and critical path show; time.step_s
                                    is the mean; of several jobs, as wall */
    const SimTime
        *step_ends;   /* [step_count]: when each step of one job ended, the next begins there; NULL = not kept */
    LedgerRow ledger; /* GPU-ns over all GPUs and steps; sums to wall * gpus */
    int64_t comm_ns[LEDGER_COUNT]
                   [LINK_KIND_COUNT]; /* exposed communication by dimension and slowest kind of link, GPU-ns */
    double
        input_fraction[INPUT_CAUSE_COUNT]; /* parts of the ledger's data loading by cause, which sum to 1; 0 = none */
    const GpuClassResults *classes;
    int class_count;
    const TimelineBar *timeline;
    int timeline_count;
    const SeriesSamples *series;
    int series_count;
    const LinkUse *links; /* every link of the cluster: ports, NICs, then the fabric's */
    int link_count;
    const MemoryResults *memory; /* one row per stage */
    int memory_count;
    const HostMemoryResults *host_memory; /* NULL = nothing is kept there */
    const FitChange *fit_changes;         /* at most three, when out of memory */
    int fit_change_count;
    const CriticalPart *critical;
    int critical_count;
    const Cause *causes;
    int cause_count;
    const char *const *assumptions; /* sentences: what was resolved or derived without being told */
    int assumption_count;
    uint64_t seed;
    uint64_t event_count;
    uint64_t event_hash;
    const char *operation;      /* of a collective job: "all_reduce"; else NULL */
    const CollectiveRow *sizes; /* of a collective job, ascending */
    int size_count;
    const Contention *contention; /* of several jobs, background or link events; else NULL */
};

/* The metric of that name, NULL when there is none. */
const Metric *results_metric(const Results *results, const char *name);

/* "storage", "preparation", "copy" */
const char *input_cause_name(InputCause cause);

/* GPU-seconds of exposed communication of a job that are due to an owner. */
double results_due_gpu_s(const Contention *contention, int job, int owner);

/* What an owner of Contention is called in sentences, tables and pictures: its name, but "link events" for "links". */
const char *results_owner_title(const char *owner);

/* The memory row nearest to, or farthest above, its capacity; there must be one. */
const MemoryResults *results_fullest_memory(const Results *results);

/* The kind of link that limits most of a category of communication. */
LinkKind results_main_link(const Results *results, LedgerCategory category);

/* One point of a sweep: the values of its parameters as written, and what came of it. */
typedef struct SweepPoint {
    const char *const *values; /* one per parameter */
    const Results *results;    /* NULL when the point could not be run */
    const char *error;         /* why not, else NULL */
} SweepPoint;

typedef struct SweepResults {
    const char *name;
    const char *lesson;
    const char *const *parameters; /* paths of the swept keys */
    int parameter_count;
    const SweepPoint *points; /* in the order of the cartesian product, the last parameter fastest */
    int point_count;
} SweepResults;

/* One `assert:` line and what came of it. */
typedef struct GoalResults {
    const char *text;  /* as written */
    const char *point; /* the sweep point it was checked at, "" for a single run */
    double value;      /* NaN = no such value */
    const char *unit;  /* of the metric; "" = none */
    bool met;
} GoalResults;

#endif
