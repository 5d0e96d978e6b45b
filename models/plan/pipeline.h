/*
 * pipeline: in which order a stage runs the forward and backward passes of its micro-batches. The contract of a
 * schedule, and the menu of all of them (pipelines/table.h). A schedule only orders; what a pass costs and waits for is
 * the training model's business.
 *
 * A stage holds `chunks` model chunks; chunk c of stage s is virtual stage c * stages + s or, of two chunks in a V, 2 *
 * stages - 1 - s for the second: the last stage hands over to itself, and the first has the head too. On uniform
 * stages, with backward b and forward f per micro-batch and stage, the pipeline idles for (p-1)(f+b)/v in a step: the
 * bubble, (p-1)/(v m) of the busy time. A schedule that splits the backward pass has less.
 */
#ifndef MODELS_PLAN_PIPELINE_H
#define MODELS_PLAN_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum PassKind {
    PASS_FORWARD,
    PASS_BACKWARD, /* gradients of inputs, and of weights unless the schedule splits them off */
    PASS_WEIGHT,   /* gradients of weights, of a schedule that splits them off: no stage waits for it */
    PASS_KIND_COUNT
} PassKind;

typedef struct PipelinePass {
    PassKind kind;
    int micro_batch; /* 0 .. micro_batches - 1 */
    int chunk;       /* 0 .. chunks - 1 */
} PipelinePass;

typedef struct PipelineShape {
    int stages;        /* p >= 1 */
    int chunks;        /* v >= 1, model chunks per stage */
    int micro_batches; /* m >= 1, per replica and step */
    bool v_shaped;     /* two chunks, the second in the opposite order of stages */
} PipelineShape;

typedef struct PipelineSchedule PipelineSchedule;

struct PipelineSchedule {
    const char *name;
    const char *summary;
    const char *source;
    bool splits_backward; /* weight gradients are passes of their own */
    bool v_shaped;        /* as in the shapes that it runs */

    const struct WeightFill *fill; /* what makes the order (weight_fill.h); NULL = it is written down */

    /* NULL when the schedule can run the shape, otherwise what it needs: "1 virtual stage". */
    const char *(*needs)(const PipelineShape *shape);

    /* Fills passes[0 .. pipeline_pass_count - 1] with the order on one stage. */
    void (*order)(const PipelineSchedule *self, const PipelineShape *shape, int stage, PipelinePass *passes);

    /* The same of all stages, sooner than one by one; NULL = one by one. */
    void (*all_orders)(const PipelineSchedule *self, const PipelineShape *shape, PipelinePass *passes);

    /* Idle time over busy time of a step on uniform stages without communication; of passes of equal length if the
     * schedule splits the backward pass. */
    double (*bubble_fraction)(const PipelineSchedule *self, const PipelineShape *shape);
};

/* The schedule of that name, NULL when there is none; the menu by index, NULL past its end. */
const PipelineSchedule *pipeline_find(const char *name);
const PipelineSchedule *pipeline_at(size_t index);

/* Passes of one stage in a step. */
int pipeline_pass_count(const PipelineSchedule *schedule, const PipelineShape *shape);

/* The order of all stages, passes[stage * pipeline_pass_count + position]. */
void pipeline_all_orders(const PipelineSchedule *schedule, const PipelineShape *shape, PipelinePass *passes);

/* Place of a chunk of a stage in the order of a forward pass, and the other way round. */
int pipeline_virtual_stage(const PipelineShape *shape, int stage, int chunk);
int pipeline_stage_at(const PipelineShape *shape, int virtual_stage);
int pipeline_chunk_at(const PipelineShape *shape, int virtual_stage);

/* Where a message goes from a stage. */
typedef enum PipelineHop { HOP_NONE, HOP_NEXT, HOP_BEFORE } PipelineHop;

/* Of the message of a pass: none at the ends, at the turn of a V, and for passes of weights. */
PipelineHop pipeline_hop(const PipelineShape *shape, int stage, const PipelinePass *pass);

/* The pass whose result starts `pass` on `stage`, which may be on the same one; false for the first forward and the
 * last backward of a micro-batch, and for passes of weights. */
bool pipeline_sender(const PipelineShape *shape, int stage, const PipelinePass *pass, int *sender_stage,
                     PipelinePass *sender);

/* What schedules have in common that run every chunk down the stages, as in PipelineSchedule: what they need that know
 * one chunk, of any number of stages or of several; and the bubble where one pass waits for the stages before it. */
const char *pipeline_needs_one_chunk(const PipelineShape *shape);
const char *pipeline_needs_stages_of_one_chunk(const PipelineShape *shape);
double pipeline_plain_bubble_fraction(const PipelineSchedule *schedule, const PipelineShape *shape);

/* Fills in the forward and backward passes of a stage: `ahead` forward passes, or all if they are fewer, then one
 * forward and one backward in turn. Chunks take groups of p micro-batches, each chunk once per group, backward from the
 * last. */
void pipeline_order_in_turn(const PipelineShape *shape, int ahead, PipelinePass *passes);

/* What a micro-batch holds on one chunk. */
typedef struct PassHold {
    double forward; /* from its forward pass to the end of its backward pass */
    double weight;  /* from then to the end of its weight pass; 0 when the schedule has none */
} PassHold;

/* Most that is held at once on a stage, holds[chunk] for every micro-batch in flight. `passes` is the stage's order. */
double pipeline_peak_held(const PipelinePass *passes, int pass_count, const PassHold *holds);

#endif
