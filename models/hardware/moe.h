/*
 * moe: the time of one mixture-of-experts layer on one GPU of its group, from routed tokens to their sum: two grouped
 * products and what moves the tokens around them. No router, no communication.
 *
 * pairs = tokens * experts_per_token / expert_parallel, spread evenly over min(experts of this GPU, pairs) experts;
 * time  = start + products of all those experts (gpu.h, with a share of peak of their own and no power limit)
 *       + (hidden_passes * hidden + inner_passes * intermediate / tensor_parallel) * 2 B * pairs / HBM bandwidth.
 *
 * Limits: evenly loaded experts: with skewed ones the busiest GPU takes up to several times as long; constants fitted
 * to TensorRT-LLM's fused layer on H100, 1 to 16,384 tokens, 8 to 512 experts: median error 8 %, but a tenth of the
 * rows are off by 45 % and more, most of them with 16 experts or fewer on the GPU, where the library's choice of
 * kernels jumps.
 */
#ifndef MODELS_HARDWARE_MOE_H
#define MODELS_HARDWARE_MOE_H

#include "models/hardware/gpu.h"

/* Every size >= 1. */
typedef struct MoeShape {
    int64_t tokens; /* of the whole group of GPUs */
    int64_t hidden;
    int64_t intermediate; /* of one expert, whole */
    int64_t experts_per_token;
    int64_t experts;
    int64_t tensor_parallel; /* GPUs that share one expert */
    int64_t expert_parallel; /* GPUs that have different experts */
    bool gated;              /* three matrices per expert instead of two */
    Precision precision;
} MoeShape;

/* Returns the FLOPs of one GPU. */
double moe_flop(const MoeShape *shape);

/* Returns the bytes of one GPU that have to move: weights of the experts in use, tokens in and out. */
double moe_bytes(const MoeShape *shape);

/* Returns the time of the layer; the GPU must support the precision. */
double moe_seconds(const GpuSpec *gpu, const MoeShape *shape);

#endif
