/* gpipe: all forward passes, then all backward passes in the opposite order. Every micro-batch's activations are held
 * at the turn. */
#include "models/plan/pipeline.h"

static void order(const PipelineSchedule *self, const PipelineShape *shape, int stage, PipelinePass *passes) {
    (void)self;
    (void)stage;
    int count = shape->micro_batches;
    for (int i = 0; i < count; i++) {
        passes[i] = (PipelinePass){PASS_FORWARD, i, 0};
        passes[count + i] = (PipelinePass){PASS_BACKWARD, count - 1 - i, 0};
    }
}

const PipelineSchedule pipeline_gpipe = {
    .name = "gpipe",
    .summary = "all forward passes, then all backward passes",
    .source = "Huang et al., GPipe, NeurIPS 2019",
    .needs = pipeline_needs_one_chunk,
    .order = order,
    .bubble_fraction = pipeline_plain_bubble_fraction,
};
