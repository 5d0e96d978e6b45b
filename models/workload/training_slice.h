/*
 * training_slice: the tasks of one slice of a pass on one replica set: its compute, and what travels beside it. A slice
 * is a unit of ZeRO-2 and 3, a share of the layers whose gradients leave early, or the whole pass. Not for use outside
 * training*.c.
 *
 * Compute comes in up to three tasks: what runs beside nothing, the attention that hides the ring of its context group
 * (training_context.h), the products that hide collectives of their tensor group (tensor_overlap.h). Of each kind all
 * layers are one task, and so is what travels; a task without streams joins the two.
 */
#ifndef MODELS_WORKLOAD_TRAINING_SLICE_H
#define MODELS_WORKLOAD_TRAINING_SLICE_H

#include "models/workload/training_build.h"

/* Where a pass is done. */
typedef struct PassPlace {
    int team;  /* of replica sets, index into ExpertTeams */
    int set;   /* of replicas, one of the team's; index into RankClasses.replica_sets */
    int stage; /* 0 .. pipeline_parallel - 1 */
    PipelinePass pass;
    StreamSet streams;   /* compute streams of the classes of the set */
    int slices;          /* >= 1, that the pass is cut into */
    int position;        /* >= 0, of the pass in the order of the stage */
    bool hides_exchange; /* its tokens travel beside what follows (pass_order.h) */
} PassPlace;

/* Whether the place holds the embedding, or the head. */
bool training_slice_is_first(const PassPlace *place);
bool training_slice_is_last(const Build *build, const PassPlace *place);

/* What the tasks of a place have in common. */
StepTask training_slice_task(const PassPlace *place);

/* One hidden state summed over the tensor group; NO_OPERATION where nothing is. */
int training_slice_tensor_operation(const Build *build, const PassPlace *place);

/* Hidden states whose sums all wait for at the end of the slice. */
double training_slice_open_sums(const Build *build, const PassPlace *place, const PassWork *work);

/* Compute of every class of the set and what runs beside it; notes how it begins and ends. */
void training_slice_add(Build *build, const PassPlace *place, int slice, const PassWork *work);

/* The next task waits for what training_slice_add has added. */
void training_slice_after(Build *build, const PassPlace *place, const PassWork *work);

#endif
