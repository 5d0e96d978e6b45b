/* zb_h2: 1f1b with as many forward passes again before the first backward pass, and weight gradients where the pipeline
 * would idle: no bubble but the time until the last stage begins, for twice the activations of 1f1b, less one
 * micro-batch. */
#include "models/plan/weight_fill.h"

static const char *needs(const PipelineShape *shape) {
    if (shape->stages < 2)
        return "at least 2 pipeline stages";
    return shape->chunks == 1 ? NULL : "1 virtual stage";
}

static void order_passes(const PipelineShape *shape, int stage, PipelinePass *passes) {
    int count = shape->micro_batches, early = 2 * (shape->stages - 1 - stage);
    int forward = 0, backward = 0, next = 0;
    while (forward < early && forward < count)
        passes[next++] = (PipelinePass){PASS_FORWARD, forward++, 0};
    while (backward < count) {
        if (forward < count)
            passes[next++] = (PipelinePass){PASS_FORWARD, forward++, 0};
        passes[next++] = (PipelinePass){PASS_BACKWARD, backward++, 0};
    }
}

static int limit(const PipelineShape *shape) {
    return 2 * shape->stages - 1;
}

static const WeightFill FILL = {order_passes, limit};

const PipelineSchedule pipeline_zb_h2 = {
    .name = "zb_h2",
    .summary = "zb_h1 with more forward passes ahead: no bubble but the time until the last stage begins, for almost "
               "twice the activations of 1f1b",
    .source = "Qi et al., Zero Bubble Pipeline Parallelism, ICLR 2024 (arXiv 2401.10241), section 2.2",
    .splits_backward = true,
    .fill = &FILL,
    .needs = needs,
    .order = weight_fill_order,
    .bubble_fraction = weight_fill_bubble_fraction,
};
