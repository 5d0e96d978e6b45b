/*
 * zb_v: two chunks per stage in a V and no bubble but the time until the last stage begins, in the memory of 1f1b: a
 * stage holds p micro-batches. As in torch.distributed.pipelining's ScheduleZBVZeroBubble: forward passes of chunk 0
 * until the first micro-batch comes back, then those of chunk 1 between, backward passes as soon as they can, and one
 * of each in turn.
 */
#include "models/plan/v_block.h"
#include "models/plan/weight_fill.h"

/* The passes written so far. */
typedef struct Writing {
    const PipelineShape *shape;
    PipelinePass *passes;
    int count;
    int next[PASS_WEIGHT][2]; /* micro-batch of that kind and chunk */
} Writing;

static void write_pass(Writing *self, PassKind kind, int chunk) {
    int *next = &self->next[kind][chunk];
    if (*next < self->shape->micro_batches)
        self->passes[self->count++] = (PipelinePass){kind, (*next)++, chunk};
}

static void warm_up(Writing *self, int stage) {
    int behind = self->shape->stages - stage;
    for (int i = 0; i < 2 * behind - 1; i++)
        write_pass(self, PASS_FORWARD, 0);
    for (int i = 0; i < stage; i++) {
        write_pass(self, PASS_FORWARD, 1);
        write_pass(self, PASS_FORWARD, 0);
    }
    for (int i = 0; i < behind; i++) {
        write_pass(self, PASS_FORWARD, 1);
        write_pass(self, PASS_BACKWARD, 1);
    }
}

static void order_passes(const PipelineShape *shape, int stage, PipelinePass *passes) {
    Writing self = {.shape = shape, .passes = passes};
    warm_up(&self, stage);
    while (self.next[PASS_FORWARD][1] < shape->micro_batches) {
        write_pass(&self, PASS_FORWARD, 0);
        write_pass(&self, PASS_BACKWARD, 0);
        write_pass(&self, PASS_FORWARD, 1);
        write_pass(&self, PASS_BACKWARD, 1);
    }
    while (self.next[PASS_BACKWARD][0] < shape->micro_batches) {
        write_pass(&self, PASS_BACKWARD, 0);
        write_pass(&self, PASS_BACKWARD, 1);
    }
}

static int limit(const PipelineShape *shape) {
    return shape->chunks * shape->stages;
}

static const WeightFill FILL = {order_passes, limit};

const PipelineSchedule pipeline_zb_v = {
    .name = "zb_v",
    .summary = "two chunks per stage in a V, weight gradients where the pipeline would idle: a sixth of the bubble of "
               "1f1b in its memory",
    .source = "Qi et al., Zero Bubble Pipeline Parallelism, ICLR 2024 (arXiv 2401.10241), section 6",
    .v_shaped = true,
    WEIGHT_FILL_MEMBERS(FILL),
    .needs = v_block_needs,
};
