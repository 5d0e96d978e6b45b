/*
 * lora_memory: what frozen weights beside adapters spare of one GPU's memory. A product's input waits for the gradient
 * of its weight alone, so a frozen product keeps none: autograd saves no tensor that no gradient needs (PyTorch's
 * derivatives.yaml, mm; Transformer Engine's linear.py saves its input where weight.requires_grad). An adapter keeps
 * the input of its product in 16 bit, in fp8 too. Frozen weights in fp8 (plan.lora_fp8_weights) take one byte. No time.
 *
 * Limits: features of an adapter's rank, and the head's input, are left as they are.
 */
#ifndef MODELS_MEMORY_LORA_MEMORY_H
#define MODELS_MEMORY_LORA_MEMORY_H

#include "models/plan/plan.h"

/* Bytes of one layer for one micro-batch that are kept when all weights are trained, and not beside adapters; below 0
 * where adapters keep 16 bit of what fp8 keeps in 8; 0 without adapters. */
double lora_memory_spared_activation_bytes(const TrainingSpec *training);

/* Bytes that one layer's adapters keep of one micro-batch for weight gradients that a schedule has split off: inputs of
 * their products and gradients of the outputs, in 16 bit; 0 without adapters. */
double lora_memory_weight_bytes(const TrainingSpec *training);

/* Bytes of a stage's frozen layers that fp8 weights take less than 16 bit; 0 without such weights. */
double lora_memory_spared_weight_bytes(const TrainingSpec *training, int stage);

#endif
