/* 1f1b: as many forward passes as there are stages behind, then one forward and one backward in turn. Holds at most p
 * micro-batches. */
#include "models/plan/pipeline.h"

static void order(const PipelineSchedule *self, const PipelineShape *shape, int stage, PipelinePass *passes) {
    (void)self;
    pipeline_order_in_turn(shape, shape->stages - 1 - stage, passes);
}

const PipelineSchedule pipeline_1f1b = {
    .name = "1f1b",
    .summary = "one forward, one backward in turn; holds at most one micro-batch per stage behind",
    .source = "Narayanan et al., PipeDream-Flush, ICML 2021",
    .needs = pipeline_needs_one_chunk,
    .order = order,
    .bubble_fraction = pipeline_plain_bubble_fraction,
};
