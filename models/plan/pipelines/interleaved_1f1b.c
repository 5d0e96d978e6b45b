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

/* The i-th pass of one direction: groups of p micro-batches, every chunk once per group; backward visits the chunks
 * from the last. */
static PipelinePass pass_at(const PipelineShape *shape, PassKind kind, int i) {
    int group = shape->stages * shape->chunks;
    int chunk = i % group / shape->stages;
    int micro_batch = i / group * shape->stages + i % shape->stages;
    return (PipelinePass){kind, micro_batch, kind == PASS_FORWARD ? chunk : shape->chunks - 1 - chunk};
}

static void order(const PipelineSchedule *self, const PipelineShape *shape, int stage, PipelinePass *passes) {
    (void)self;
    int count = shape->micro_batches * shape->chunks;
    int warm_up = (shape->stages - 1 - stage) * 2 + (shape->chunks - 1) * shape->stages;
    if (warm_up > count)
        warm_up = count;
    int forward = 0, backward = 0, next = 0;
    while (forward < warm_up)
        passes[next++] = pass_at(shape, PASS_FORWARD, forward++);
    while (backward < count) {
        if (forward < count)
            passes[next++] = pass_at(shape, PASS_FORWARD, forward++);
        passes[next++] = pass_at(shape, PASS_BACKWARD, backward++);
    }
}

static double bubble_fraction(const PipelineSchedule *self, const PipelineShape *shape) {
    (void)self;
    return (double)(shape->stages - 1) / ((double)shape->micro_batches * shape->chunks);
}

const PipelineSchedule pipeline_interleaved_1f1b = {
    .name = "interleaved_1f1b",
    .summary = "1f1b over several model chunks per stage: a smaller bubble for more messages",
    .source = "Narayanan et al., SC21, section 2.2",
    .needs = needs,
    .order = order,
    .bubble_fraction = bubble_fraction,
};
