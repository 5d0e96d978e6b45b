/* gpipe: all forward passes, then all backward passes in the opposite order. Every micro-batch's activations are held
 * at the turn. */
#include "models/plan/pipeline.h"

static const char *needs(const PipelineShape *shape) {
    return shape->chunks == 1 ? NULL : "1 virtual stage";
}

static void order(const PipelineSchedule *self, const PipelineShape *shape, int stage, PipelinePass *passes) {
    (void)self;
    (void)stage;
    int count = shape->micro_batches;
    for (int i = 0; i < count; i++) {
        passes[i] = (PipelinePass){PASS_FORWARD, i, 0};
        passes[count + i] = (PipelinePass){PASS_BACKWARD, count - 1 - i, 0};
    }
}

static double bubble_fraction(const PipelineSchedule *self, const PipelineShape *shape) {
    (void)self;
    return (double)(shape->stages - 1) / shape->micro_batches;
}

const PipelineSchedule pipeline_gpipe = {
    .name = "gpipe",
    .summary = "all forward passes, then all backward passes",
    .source = "Huang et al., GPipe, NeurIPS 2019",
    .needs = needs,
    .order = order,
    .bubble_fraction = bubble_fraction,
};
