/* v_half: two chunks per stage in a V with the passes of micro-batches twice as far apart on the way down: a stage
 * holds half of what the first one of 1f1b does, (p + 2) / 2 micro-batches, rounded down. The bubble is half of 1f1b's.
 */
#include "models/plan/v_block.h"
#include "models/plan/weight_fill.h"

static void order_passes(const PipelineShape *shape, int stage, PipelinePass *passes) {
    int gap = shape->stages % 2 == 0 ? 3 : 0;
    v_block_order(&(VBlock){2, 1, 2, 1, gap, 1}, shape, stage, passes);
}

static int limit(const PipelineShape *shape) {
    return shape->chunks * ((shape->stages + 2) / 2);
}

static const WeightFill FILL = {order_passes, limit};

const PipelineSchedule pipeline_v_half = {
    .name = "v_half",
    .summary = "two chunks per stage in a V, weight gradients of their own: half of the activations and half of the "
               "bubble of 1f1b",
    .source = "Qi et al., Pipeline Parallelism with Controllable Memory, NeurIPS 2024 (arXiv 2405.15362)",
    .v_shaped = true,
    WEIGHT_FILL_MEMBERS(FILL),
    .needs = v_block_needs,
};
