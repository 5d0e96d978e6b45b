/*
 * shard_units: the units into which ZeRO-2 and 3 cut a chunk: what is gathered, computed and reduced together. A layer
 * is a unit, as a wrapped block in PyTorch's FSDP; the embedding and the vocabulary head are units of their own, as
 * modules in DeepSpeed. In the backward pass the units come in reverse. At most SHARD_LAYER_UNITS_MAX units of a chunk
 * hold layers: of a deeper one several neighbours share one, and prefetch_layers counts such units.
 *
 * Memory: a shard of everything that is split; of ZeRO-3's parameters also the units gathered at the same time, of the
 * gradients also two units that are not reduced yet, the one being made and the one under way (FSDP2 waits for the
 * reduction before it starts the next). Both at their worst. What is moved once per step (plan_sharding.h) is whole all
 * the time. With zero_list_collectives it is not units but weights, of a layer's mean size, that are whole, the one in
 * use twice: in NCCL's flat buffer and out of it.
 */
#ifndef MODELS_PLAN_SHARD_UNITS_H
#define MODELS_PLAN_SHARD_UNITS_H

#include "models/plan/chunk_layers.h"
#include "models/plan/pipeline.h"

enum { SHARD_LAYER_UNITS_MAX = 128 };

/* A part of a chunk. */
typedef struct ShardUnit {
    int stage; /* of that chunk */
    int chunk;
    LayerCount layers;
    bool embedding;
    bool head;
} ShardUnit;

/* Units of a chunk of a resolved plan, >= 1; 0 when its passes are not cut, below ZeRO-2. */
int shard_unit_count(const TrainingSpec *training, int stage, int chunk);

/* The most of any chunk. */
int shard_unit_most(const TrainingSpec *training);

/* Unit `index` of a chunk in the order of the forward pass. */
ShardUnit shard_unit_at(const TrainingSpec *training, int stage, int chunk, int index);

/* Its parameters on one GPU of the tensor group, whole; of them, those with gradients, beside adapters theirs alone;
 * the experts that expert parallelism splits, whose shard group is made of their own copies (plan_experts.h). */
double shard_unit_parameters(const TrainingSpec *training, const ShardUnit *unit);
double shard_unit_trained_parameters(const TrainingSpec *training, const ShardUnit *unit);
double shard_unit_expert_parameters(const TrainingSpec *training, const ShardUnit *unit);

/* How often a pass that does not hold it gathers it: backward more than once what live_parameters.h says; 0 when it is
 * held since the forward pass, and below ZeRO-3. */
double shard_unit_gathers(const TrainingSpec *training, const ShardUnit *unit, PassKind kind);

/* Collectives that move a unit: 1, or one for every matrix with zero_list_collectives. */
int shard_unit_collectives(const TrainingSpec *training, const ShardUnit *unit);

/* Parameters and gradients that one GPU of a stage holds at its peak, of `parameters` there. */
double shard_held_parameters(const TrainingSpec *training, int stage, double parameters);
double shard_held_gradients(const TrainingSpec *training, int stage, double parameters);

#endif
