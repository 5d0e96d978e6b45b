/*
 * interleaved_1f1b: 1f1b over several model chunks per stage. Micro-batches go through a chunk in groups of p; the
 * bubble shrinks by the number of chunks, the messages between stages grow by it. A last group of fewer than p
 * micro-batches would stall: m must divide by p.
 */
#include "models/plan/pipeline.h"

static const char *needs(const PipelineShape *shape) {
    if (shape->stages < 2)
        return "at least 2 pipeline stages";
    return shape->micro_batches % shape->stages == 0 ? NULL
                                                     : "a number of micro-batches that pipeline_parallel divides";
}

static void order(const PipelineSchedule *self, const PipelineShape *shape, int stage, PipelinePass *passes) {
    (void)self;
    pipeline_order_in_turn(shape, (shape->stages - 1 - stage) * 2 + (shape->chunks - 1) * shape->stages, passes);
}

const PipelineSchedule pipeline_interleaved_1f1b = {
    .name = "interleaved_1f1b",
    .summary = "1f1b over several model chunks per stage: a smaller bubble for more messages",
    .source = "Narayanan et al., SC21, section 2.2",
    .needs = needs,
    .order = order,
    .bubble_fraction = pipeline_plain_bubble_fraction,
};
