/*
 * activation_memory: what layers keep on one GPU for one micro-batch until its backward pass, what they hold beside it
 * while they are computed again, and what of it goes to host memory. No order of passes: how many micro-batches are in
 * flight is training_memory.h's.
 *
 * Activations of a layer follow Korthikanti et al. 2022 (arXiv 2205.05198), equations 1-4, taken apart by tensor so
 * that grouped-query and gated models follow too; for a GPT they are sbh(10 + 24/t + 5as/(ht)) bytes, sbh/t(34 + 5as/h)
 * with sequence parallelism; a context group divides s (Megatron-LM), and nothing else. In fp8 the inputs of
 * products are kept in 1 byte (layernorm_mlp.py of Transformer Engine): of the 34 of a GPT 27, with fused attention,
 * which keeps its output too, 29. What weight gradients wait for is kept longer, recomputed or not, when the schedule
 * splits them off. Adapters: lora_memory.h. Experts: training_experts.h. Lists of layers:
 * layer_list_plan.h.
 */
#ifndef MODELS_MEMORY_ACTIVATION_MEMORY_H
#define MODELS_MEMORY_ACTIVATION_MEMORY_H

#include "models/plan/chunk_layers.h"

/* Bytes that one micro-batch keeps on one GPU, apart from what is offloaded, between the forward and the backward pass
 * of a chunk. */
double training_chunk_activation_bytes(const TrainingSpec *training, int stage, int chunk);

/* Bytes that it keeps from the end of the backward pass to the end of the weight pass: both operands of every product
 * of weight gradients; 0 when the schedule has no such pass. 32 s b h per layer of a GPT (Qi et al. 2023, Table 1); of
 * routed experts a row for every pair, of frozen weights nothing but what adapters need. */
double training_chunk_weight_bytes(const TrainingSpec *training, int stage, int chunk);

/* Bytes that one layer keeps for one micro-batch under a recomputation mode (training_with_mlp). */
double training_layer_activation_bytes(const TrainingSpec *training, Recompute recompute);

/* Of what so many layers keep for one micro-batch, the bytes that go to host memory. */
double training_offloaded_bytes(const TrainingSpec *training, LayerCount count);

/* The most of any layer of a stage: bytes that go to host memory, and bytes that it holds while it is computed again,
 * or its group is, beside what it keeps. */
double activation_memory_most_offloaded(const TrainingSpec *training, int stage);
double activation_memory_most_again(const TrainingSpec *training, int stage);

#endif
