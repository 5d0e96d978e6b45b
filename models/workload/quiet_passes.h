/*
 * quiet_passes: the passes of a regular pipeline that meet nobody on a link, timed without an event queue. It serves
 * runs of which only times are asked for (SimulationSpec.only_times); the others fire every event.
 *
 * What is skipped: tasks, events and the solving of shares of these passes. Each pass and each message is still timed
 * by itself, to the nanosecond and in the order of its streams, by the same rule as in task_graph.h:
 *
 *   start of a pass    = max(end of the pass before on its stream, arrival of its message),
 *   start of a message = max(end of its pass, end of the message before on its stream).
 *
 * Why it is exact: these are all the things that a pass waits for, its work takes the same time whenever it starts, and
 * so does a transfer that shares no resource while it runs; its time is that which fair_share.h gives to such a one.
 * That no two transfers are on a resource at once is looked up afterwards (quiet_links.h); where some are, the same
 * passes run on the engine, without being tasks (pass_run.h). What remains at the end of a step (the passes that make
 * gradients, their reductions, the optimizer, and whatever waits for them) are tasks as ever, behind timers that stand
 * for what came before.
 *
 * Rounding: a transfer's rate is one division here and the solver's in fair_share.h. Where their last bits differ, a
 * time that ends so far from 1e-6 ns after a whole nanosecond (sim_time_from_s) is 1 ns longer in one than in the
 * other.
 *
 * Limits: one class of GPUs per stage, all at one speed on one type of node; passes that are one chain on the compute
 * stream and at most one message. Whatever else there is makes all passes tasks. Results are those of a run with every
 * event (tests/unit/models/test_quiet_passes.c).
 */
#ifndef MODELS_WORKLOAD_QUIET_PASSES_H
#define MODELS_WORKLOAD_QUIET_PASSES_H

#include "models/cost/work_profile.h"
#include "models/plan/pipeline.h"
#include "models/workload/task_sketch.h"

/* What all passes of one direction of one chunk of a stage do; what is looked at for every pass comes first. */
typedef struct QuietWork {
    SimTime duration;            /* ns of all but the message */
    const ShareWay *message_way; /* NULL = it sends nothing */
    SimTime message;             /* ns of the message */
    SimTime moving;              /* the last ns of them, in which it is on links */
    SimTime last_sent;           /* end of the last message of a quiet pass; 0 = none */
    int count;                   /* quiet passes */
    int sender;                  /* the work whose message it waits for, -1 = none */
    LinkKind message_link;
    int way_count;
    const ShareWay *ways[SKETCH_TASKS_MAX]; /* that its collectives take */
    int64_t tensor_ns[LINK_KIND_COUNT];     /* the communication in the duration, by slowest kind of link */
    LedgerRow row;                          /* sums to the duration */
    int64_t late_ns[LINK_KIND_COUNT];       /* what all its passes took beyond the duration, where they meet others */
    int64_t late_message_ns;                /* and their messages */
} QuietWork;

typedef struct QuietPass {
    int work;
    int micro_batch;
    int sender;      /* place of the pass whose message it waits for, -1 = none */
    bool first;      /* of its stage */
    SimTime start;   /* of its work since the start of the step */
    SimTime end;     /* -1 = it is not quiet */
    SimTime sending; /* when its message begins */
    SimTime sent;    /* when it has arrived; -1 = none, or not quiet */
} QuietPass;

typedef struct QuietPasses {
    PipelineShape shape;
    bool overlaps;    /* messages have a stream of their own */
    QuietWork *works; /* [quiet_work_of] */
    int work_count;
    QuietPass *passes; /* by place = stage * per_stage + position in the order of the stage */
    int per_stage;
    const StreamId (*streams)[STREAM_KIND_COUNT]; /* [stage] */
    int *most;                                    /* [stage]: passes before the first that makes gradients */
    int *counts;                                  /* [stage]: quiet passes, the first of the stage */
    SimTime *free_at;                             /* [stage]: when they leave the compute stream */
    SimTime *sent_at;       /* [stage]: when they leave the stream of messages, 0 = they send nothing on it */
    SimTime until;          /* nobody meets before */
    struct QuietTail *tail; /* what tasks may disturb (quiet_tail.h); NULL = they run */
    struct PassRun *run;    /* that times them while they run (pass_run.h); NULL = they are timed */
} QuietPasses;

/* What quiet_passes_create is told. */
typedef struct QuietPlan {
    Arena *arena;
    const FairShare *share;
    const WorkProfile *profiles; /* of the sketches */
    PipelineShape shape;
    const PipelineSchedule *schedule;
    const StreamId (*streams)[STREAM_KIND_COUNT]; /* [stage] */
    const TaskSketch *sketches;                   /* [QuietPasses.works]: a pass that makes no gradients */
    bool overlaps;
    SimTime until; /* no pass is quiet after it */
} QuietPlan;

/* The passes of a plan in their order, none of which has a time yet; NULL when they are not regular. */
QuietPasses *quiet_passes_create(const QuietPlan *plan);

/* Times all passes that are over by `until`, together with their messages, and wait for nothing else; false when they
 * are too few to be worth it. */
bool quiet_passes_time(QuietPasses *quiet, SimTime until);

/* Works of a stage, the stage of a work, and the number of that of a pass. */
int quiet_works_of_stage(const PipelineShape *shape);
int quiet_stage_of_work(const PipelineShape *shape, int work);
int quiet_work_of(const PipelineShape *shape, int stage, const PipelinePass *pass);

/* The pass at a place: its kind, chunk and micro-batch. */
PipelinePass quiet_pass_at(const QuietPasses *quiet, int place);

/* When the pass at `place` leaves the compute stream. */
static inline SimTime quiet_left_at(const QuietPasses *quiet, int place) {
    const QuietPass *pass = &quiet->passes[place];
    return quiet->overlaps || pass->sent < 0 ? pass->end : pass->sent;
}

#endif
