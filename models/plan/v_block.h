/*
 * v_block: forward and backward passes of schedules whose stages hold two chunks placed in a V, as a building block
 * that repeats every 6 passes (Qi et al. 2024, arXiv 2405.15362, section 3): a micro-batch goes forward down the stages
 * through chunk 0 and up through chunk 1, then back the same way. How many passes lie between its passes on
 * neighbouring stages decides how long activations live, and so how many are held. Gaps keep passes of different
 * micro-batches from falling on each other, where they would wait for each other unless all are equally long. Only the
 * order counts: what is early waits, what is late moves up.
 */
#ifndef MODELS_PLAN_V_BLOCK_H
#define MODELS_PLAN_V_BLOCK_H

#include "models/plan/pipeline.h"

/* In passes, of equal length. */
typedef struct VBlock {
    int forward_down; /* from one stage to the next, >= 1 */
    int forward_up;
    int backward_down;
    int backward_up;
    int turn_gap; /* between the forward and the backward passes of the first stage, >= 0 */
    int back_gap; /* between the backward passes of the last stage, >= 0 */
} VBlock;

/* Fills in the forward and backward passes of a stage in their order. */
void v_block_order(const VBlock *block, const PipelineShape *shape, int stage, PipelinePass *passes);

/* What schedules of two such chunks need of a shape, as in PipelineSchedule. */
const char *v_block_needs(const PipelineShape *shape);

#endif
