/*
 * shard_units: the units into which ZeRO-2 and 3 cut a model: what is gathered, computed and reduced together. A layer
 * is a unit, as a wrapped block in PyTorch's FSDP; the embedding and the vocabulary head are units of their own, as
 * modules in DeepSpeed. In the backward pass the units come in reverse. At most SHARD_LAYER_UNITS_MAX units hold
 * layers: of a deeper model several neighbours share one, and prefetch_layers counts such units.
 *
 * Memory: a shard of everything that is split; of ZeRO-3's parameters also the units gathered at the same time, of the
 * gradients also two units that are not reduced yet, the one being made and the one under way (FSDP2 waits for the
 * reduction before it starts the next). Both at their worst. With zero_list_collectives it is not units but weights, of
 * a layer's mean size, that are whole, the one in use twice: in NCCL's flat buffer and out of it.
 */
#ifndef MODELS_WORKLOAD_SHARD_UNITS_H
#define MODELS_WORKLOAD_SHARD_UNITS_H

#include "models/workload/chunk_layers.h"
#include "models/workload/pipeline.h"

enum { SHARD_LAYER_UNITS_MAX = 128 };

/* A part of the one chunk of a replica. */
typedef struct ShardUnit {
    LayerCount layers;
    bool embedding;
    bool head;
} ShardUnit;

/* Units of a resolved plan; 0 when its passes are not cut, below ZeRO-2. */
int shard_unit_count(const TrainingSpec *training);

/* Unit `index` in the order of the forward pass. */
ShardUnit shard_unit_at(const TrainingSpec *training, int index);

/* Its parameters on one GPU of the tensor group, whole; of them, the experts that expert parallelism splits, whose
 * shard group is made of their own copies (plan_experts.h). */
double shard_unit_parameters(const TrainingSpec *training, int index);
double shard_unit_expert_parameters(const TrainingSpec *training, int index);

/* How often a pass gathers it: backward more than once what live_parameters.h says; 0 when it holds it. */
double shard_unit_gathers(const TrainingSpec *training, int index, PassKind kind);

/* Collectives that move a unit: 1, or one for every matrix with zero_list_collectives. */
int shard_unit_collectives(const TrainingSpec *training, int index);

/* Parameters and gradients that one GPU holds at its peak, of `parameters` on its stage. */
double shard_held_parameters(const TrainingSpec *training, double parameters);
double shard_held_gradients(const TrainingSpec *training, double parameters);

#endif
