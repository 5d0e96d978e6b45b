/* 1f1b: as many forward passes as there are stages behind, then one forward and one backward in turn. Holds at most p
 * micro-batches. */
#include "models/plan/pipeline.h"

static const char *needs(const PipelineShape *shape) {
    return shape->chunks == 1 ? NULL : "1 virtual stage";
}

static void order(const PipelineSchedule *self, const PipelineShape *shape, int stage, PipelinePass *passes) {
    (void)self;
    int count = shape->micro_batches;
    int warm_up = shape->stages - 1 - stage < count ? shape->stages - 1 - stage : count;
    int forward = 0, backward = 0, next = 0;
    while (forward < warm_up)
        passes[next++] = (PipelinePass){PASS_FORWARD, forward++, 0};
    while (backward < count) {
        if (forward < count)
            passes[next++] = (PipelinePass){PASS_FORWARD, forward++, 0};
        passes[next++] = (PipelinePass){PASS_BACKWARD, backward++, 0};
    }
}

static double bubble_fraction(const PipelineSchedule *self, const PipelineShape *shape) {
    (void)self;
    return (double)(shape->stages - 1) / shape->micro_batches;
}

const PipelineSchedule pipeline_1f1b = {
    .name = "1f1b",
    .summary = "one forward, one backward in turn; holds at most one micro-batch per stage behind",
    .source = "Narayanan et al., PipeDream-Flush, ICML 2021",
    .needs = needs,
    .order = order,
    .bubble_fraction = bubble_fraction,
};
