/* zb_h2: 1f1b with as many forward passes again before the first backward pass, and weight gradients where the pipeline
 * would idle: no bubble but the time until the last stage begins, for twice the activations of 1f1b, less one
 * micro-batch. */
#include "models/plan/weight_fill.h"

static void order_passes(const PipelineShape *shape, int stage, PipelinePass *passes) {
    pipeline_order_in_turn(shape, 2 * (shape->stages - 1 - stage), passes);
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
    WEIGHT_FILL_MEMBERS(FILL),
    .needs = pipeline_needs_stages_of_one_chunk,
};
