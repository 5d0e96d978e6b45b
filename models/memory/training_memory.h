/*
 * training_memory: what one GPU of a stage holds. Static: weights, gradients, optimizer state of its layers
 * (mixed-precision Adam: 2 + 4 + 12 bytes per parameter with fp32 gradients, others optimizer.h; ZeRO-1 splits the 12
 * over the shard group, ZeRO-2 and 3 also what shard_units.h says). Dynamic: activations of every micro-batch in
 * flight, by the order of the schedule.
 *
 * What a micro-batch keeps is activation_memory.h's. A list of layers (layer_list_plan.h) has weights in fp32, no
 * gradients and no state of its sharded tables, and the kept elements.
 */
#ifndef MODELS_MEMORY_TRAINING_MEMORY_H
#define MODELS_MEMORY_TRAINING_MEMORY_H

#include "models/plan/plan.h"

/* Bytes on one GPU at its peak, each >= 0. */
typedef struct StageMemory {
    double weights_bytes;
    double gradients_bytes;
    double optimizer_bytes;
    double activations_bytes;
    double buffers_bytes; /* what a pass needs for itself */
    double process_bytes; /* what CUDA, cuBLAS and NCCL keep */
    double cached_bytes;  /* that the allocator reserves beside all that, and frees when nothing else is left */
} StageMemory;

/* Of a resolved training job. */
StageMemory training_memory_of_stage(const TrainingSpec *training, int stage);

/* What tensors hold (torch.cuda.max_memory_allocated), and with the process; what is cached is in neither. */
double stage_memory_allocated_bytes(const StageMemory *memory);
double stage_memory_total_bytes(const StageMemory *memory);

/* Of every stage, stages[pipeline_parallel], sooner than stage by stage. `orders` is pass_order_list's; it is not
 * looked at for a list of layers. */
void training_memory_of_stages(const TrainingSpec *training, const PipelinePass *orders, StageMemory *stages);

/* Of what layers keep, the most that all micro-batches of one GPU of a stage have in host memory. */
double training_stage_offloaded_bytes(const TrainingSpec *training, int stage);

#endif
