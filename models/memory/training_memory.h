/*
 * training_memory: what one GPU of a stage holds. Static: weights, gradients, optimizer state of its layers
 * (mixed-precision Adam: 2 + 4 + 12 bytes per parameter with fp32 gradients, others optimizer.h; ZeRO-1 splits the 12
 * over the shard group, ZeRO-2 and 3 also what shard_units.h says). Dynamic: activations of every micro-batch in
 * flight, by the order of the schedule.
 *
 * Activations of a layer follow Korthikanti et al. 2022 (arXiv 2205.05198), equations 1-4, taken apart by tensor so
 * that grouped-query and gated models follow too; for a GPT they are sbh(10 + 24/t + 5as/(ht)) bytes, sbh/t(34 + 5as/h)
 * with sequence parallelism; a context group divides s (Megatron-LM), and nothing else. In fp8 the inputs of
 * products are kept in 1 byte (layernorm_mlp.py of Transformer Engine): of the 34 of a GPT 27, with fused attention,
 * which keeps its output too, 29. What weight gradients wait for is kept longer, recomputed or not, when the schedule
 * splits them off. Experts: training_experts.h. A list of layers (layer_list_plan.h) has weights in fp32, no gradients
 * and no state of its sharded tables, and the kept elements.
 */
#ifndef MODELS_MEMORY_TRAINING_MEMORY_H
#define MODELS_MEMORY_TRAINING_MEMORY_H

#include "models/plan/chunk_layers.h"

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

/* The most of any stage, of a transformer; sooner than stage by stage. */
double training_memory_most_bytes(const TrainingSpec *training);

/* Bytes that one micro-batch keeps on one GPU, apart from what is offloaded, between the forward and the backward pass
 * of a chunk. */
double training_chunk_activation_bytes(const TrainingSpec *training, int stage, int chunk);

/* Bytes that it keeps from the end of the backward pass to the end of the weight pass: both operands of every product
 * of weight gradients; 0 when the schedule has no such pass. 32 s b h per layer of a GPT (Qi et al. 2023, Table 1). */
double training_chunk_weight_bytes(const TrainingSpec *training, int stage, int chunk);

/* Bytes that one layer keeps for one micro-batch under a recomputation mode (training_with_mlp). */
double training_layer_activation_bytes(const TrainingSpec *training, Recompute recompute);

/* Of what layers keep, what goes to host memory; and the most that all micro-batches of one GPU of a stage have there.
 */
double training_offloaded_bytes(const TrainingSpec *training, LayerCount count);
double training_stage_offloaded_bytes(const TrainingSpec *training, int stage);

#endif
