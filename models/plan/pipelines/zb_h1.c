/*
 * zb_h1: 1f1b whose weight gradients wait, so that the stage before gets its input gradients earlier and the wait for
 * the last ones is filled. Stage s runs those of a micro-batch s backward passes late: with the forward passes of
 * p - s micro-batches it holds p micro-batches, what the first stage of 1f1b holds.
 *
 * With forward f, input gradients b and weight gradients w per micro-batch the pipeline idles for (p-1)(f+b-w) where
 * 1f1b idles for (p-1)(f+b+w) (Table 2 of the paper), if b >= w and m >= p: a third if all three are equal. With fewer
 * micro-batches m - 1 weight gradients are late at most. Forward and input-gradient passes are in 1f1b's order, so it
 * cannot deadlock where 1f1b does not.
 */
#include "models/plan/pipeline.h"

static void order(const PipelineSchedule *self, const PipelineShape *shape, int stage, PipelinePass *passes) {
    (void)self;
    int count = shape->micro_batches;
    int warm_up = shape->stages - 1 - stage < count ? shape->stages - 1 - stage : count;
    int forward = 0, backward = 0, weight = 0, next = 0;
    while (forward < warm_up)
        passes[next++] = (PipelinePass){PASS_FORWARD, forward++, 0};
    while (backward < count) {
        if (forward < count)
            passes[next++] = (PipelinePass){PASS_FORWARD, forward++, 0};
        passes[next++] = (PipelinePass){PASS_BACKWARD, backward++, 0};
        if (backward > stage)
            passes[next++] = (PipelinePass){PASS_WEIGHT, weight++, 0};
    }
    while (weight < count)
        passes[next++] = (PipelinePass){PASS_WEIGHT, weight++, 0};
}

/* Of three equally long passes. */
static double bubble_fraction(const PipelineSchedule *self, const PipelineShape *shape) {
    (void)self;
    int late = (shape->stages < shape->micro_batches ? shape->stages : shape->micro_batches) - 1;
    return (2.0 * (shape->stages - 1) - late) / (3.0 * shape->micro_batches);
}

const PipelineSchedule pipeline_zb_h1 = {
    .name = "zb_h1",
    .summary = "1f1b whose weight gradients run later, where the pipeline would idle: a third of the bubble, no more "
               "micro-batches held than on the first stage of 1f1b",
    .source = "Qi et al., Zero Bubble Pipeline Parallelism, ICLR 2024 (arXiv 2401.10241), section 2.1",
    .splits_backward = true,
    .needs = pipeline_needs_stages_of_one_chunk,
    .order = order,
    .bubble_fraction = bubble_fraction,
};
