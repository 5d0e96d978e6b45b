/*
 * weight_fill: schedules that split the backward pass, made from the order of their forward and backward passes and a
 * limit on memory: list scheduling. A stage runs its next forward or backward pass as soon as it can, a weight pass
 * where it would idle otherwise, and one before a forward pass that would hold more than the limit. Passes count as
 * equally long (T_F = T_B = T_W of Qi et al.) and messages as free; what they really take is the training model's
 * business.
 *
 * It ends for every order that a pipeline without a limit ends for: nothing but memory stops a forward pass, and with
 * all weight passes run a stage holds no more than the order itself does, which the limit is never below.
 */
#ifndef MODELS_PLAN_WEIGHT_FILL_H
#define MODELS_PLAN_WEIGHT_FILL_H

#include "models/plan/pipeline.h"

typedef struct WeightFill {
    /* Fills in the 2 x micro_batches x chunks forward and backward passes of a stage in their order. */
    void (*order)(const PipelineShape *shape, int stage, PipelinePass *passes);

    /* Chunks of micro-batches that a stage holds at most, each from its forward to its weight pass. */
    int (*limit)(const PipelineShape *shape);
} WeightFill;

/* As in PipelineSchedule, of one that is filled. */
void weight_fill_order(const PipelineSchedule *schedule, const PipelineShape *shape, int stage, PipelinePass *passes);
void weight_fill_all_orders(const PipelineSchedule *schedule, const PipelineShape *shape, PipelinePass *passes);
double weight_fill_bubble_fraction(const PipelineSchedule *schedule, const PipelineShape *shape);

/* The members of a PipelineSchedule that is filled from `made`, a WeightFill. */
#define WEIGHT_FILL_MEMBERS(made)                                                                                      \
    .splits_backward = true, .fill = &(made), .order = weight_fill_order, .all_orders = weight_fill_all_orders,        \
    .bubble_fraction = weight_fill_bubble_fraction

#endif
