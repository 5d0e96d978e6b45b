#include "models/plan/v_block.h"

enum { PASSES = 4, INTERVAL = 6 };

static const PipelinePass KINDS[PASSES] = {
    {PASS_BACKWARD, 0, 1}, {PASS_BACKWARD, 0, 0}, {PASS_FORWARD, 0, 1}, {PASS_FORWARD, 0, 0}};

/* When the first micro-batch has its passes on a stage, in the order of KINDS. */
static void start_passes(const VBlock *block, int stages, int stage, int *starts) {
    int last = stages - 1, behind = last - stage;
    starts[3] = block->forward_down * stage;
    starts[2] = block->forward_down * last + 1 + block->forward_up * behind;
    int turned = (block->forward_down + block->forward_up) * last + 2 + block->turn_gap;
    starts[0] = turned + block->backward_down * stage;
    starts[1] = turned + block->backward_down * last + 1 + block->back_gap + block->backward_up * behind;
}

void v_block_order(const VBlock *block, const PipelineShape *shape, int stage, PipelinePass *passes) {
    int starts[PASSES], next[PASSES] = {0};
    start_passes(block, shape->stages, stage, starts);
    for (int i = 0; i < PASSES * shape->micro_batches; i++) {
        int first = -1;
        for (int kind = 0; kind < PASSES; kind++) {
            bool sooner = first < 0 || starts[kind] + INTERVAL * next[kind] < starts[first] + INTERVAL * next[first];
            if (next[kind] < shape->micro_batches && sooner)
                first = kind;
        }
        passes[i] = KINDS[first];
        passes[i].micro_batch = next[first]++;
    }
}

const char *v_block_needs(const PipelineShape *shape) {
    if (shape->stages < 2)
        return "at least 2 pipeline stages";
    return shape->chunks == 2 ? NULL : "2 virtual stages";
}
