/* v_min: two chunks per stage in a V whose passes follow each other as closely as they can, so that a stage holds a
 * third of what the first one of 1f1b does: (p + 4) / 3 micro-batches, rounded down. The bubble is two thirds of
 * 1f1b's. */
#include "models/plan/v_block.h"
#include "models/plan/weight_fill.h"

static void order_passes(const PipelineShape *shape, int stage, PipelinePass *passes) {
    int gap = shape->stages % 3 == 0 ? 2 : 0;
    v_block_order(&(VBlock){1, 1, 1, 1, gap, 0}, shape, stage, passes);
}

static int limit(const PipelineShape *shape) {
    return shape->chunks * ((shape->stages + 4) / 3);
}

static const WeightFill FILL = {order_passes, limit};

const PipelineSchedule pipeline_v_min = {
    .name = "v_min",
    .summary = "two chunks per stage in a V, weight gradients of their own: a third of the activations of 1f1b, two "
               "thirds of its bubble",
    .source = "Qi et al., Pipeline Parallelism with Controllable Memory, NeurIPS 2024 (arXiv 2405.15362)",
    .v_shaped = true,
    WEIGHT_FILL_MEMBERS(FILL),
    .needs = v_block_needs,
};
