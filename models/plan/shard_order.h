/*
 * shard_order: in which order the units of ZeRO-2 and 3 (shard_units.h) are computed on each stage, and which passes
 * gather and reduce them (plan_sharding.h). A slot is one unit of a pass that is cut, or a pass that is not: in every
 * micro-batch all passes are cut, once per step only the first forward pass of a chunk, which gathers, and the pass
 * that completes its gradients, which reduces. It adds no tasks.
 */
#ifndef MODELS_PLAN_SHARD_ORDER_H
#define MODELS_PLAN_SHARD_ORDER_H

#include "models/plan/pipeline.h"
#include "models/plan/plan.h"

typedef struct ShardPass {
    PipelinePass pass;
    bool gathers;   /* parameters before it, unit by unit; ZeRO-3 */
    bool reduces;   /* gradients after it, unit by unit */
    bool completes; /* the gradients of its chunk */
    int slots;      /* 1 when it is not cut */
    int units;      /* of its chunk if it is cut, otherwise 0 */
    int first_slot;
} ShardPass;

typedef struct ShardOrder {
    const ShardPass *passes; /* [stage * per_stage + position in the order of the stage] */
    int per_stage;
    int stages;
    int slots; /* of all stages */
} ShardOrder;

/* Of a resolved plan; NULL below ZeRO-2. */
const ShardOrder *shard_order_create(Arena *arena, const TrainingSpec *training);

const ShardPass *shard_order_at(const ShardOrder *order, int stage, int position);

/* The unit of its chunk that slice `slice` of a pass that is cut computes: backward they come in reverse. */
int shard_pass_unit(const ShardPass *pass, int slice);

/* Slots of a stage: the first, and the one behind its last. */
int shard_order_first_slot(const ShardOrder *order, int stage);

#endif
