/*
 * attention: the time of fused attention (no score matrix in memory) of one layer on one GPU: the prefill of causal
 * sequences and a decode step over a cache. No projections, no communication.
 *
 * Prefill: tiles of 128 queries per sequence and head, each over the blocks of 128 keys that the mask leaves:
 *   tile    = tile_start + 128 keys sqrt((4 head_dim / flop rate of one SM)^2 + softmax^2),
 *   compute = max(all tiles / sm_count, longest tile) + tail * longest tile;
 * the fused kernel alone takes (compute^4 + memory^4)^(1/4), memory being queries, keys, values and output once. A
 * prefill adds the kernels around it: start + passes of queries, keys and values through HBM. Training takes the fused
 * kernel alone, times the slow-down of its release (attention_kernel.h); backward has 2.5 times the FLOPs (Dao 2023,
 * section 4.1) at backward_fraction of the rate.
 * Decode: a block per key head, or per query head where there is one per key head or more than grouped_heads:
 *   block   = block + heads head_dim head + keys head_dim key, cut into 1..64 parts where that is faster (+ split),
 *   time    = start (+ narrow_start, see gpu.h) + (compute^4 + memory^4)^(1/4), memory: cache, queries and output.
 * Tiles and the overlap of softmax with products: Dao, FlashAttention-2 (2023); Shah et al., FlashAttention-3 (2024).
 *
 * Limits: causal; constants fitted to TensorRT-LLM (H100) and SGLang (A100), head_dim 64 to 256, up to 16,384 prompt
 * and 131,072 cached tokens; a sliding window is right to 15 %; other libraries choose other kernels.
 */
#ifndef MODELS_HARDWARE_ATTENTION_H
#define MODELS_HARDWARE_ATTENTION_H

#include "models/hardware/attention_kernel.h"
#include "models/hardware/gpu.h"

/* Every size >= 1 unless it says otherwise; kv_heads divides heads. */
typedef struct AttentionShape {
    int64_t sequences;
    int64_t query_tokens;  /* new tokens per sequence; 1 in a decode step */
    int64_t cached_tokens; /* >= 0; tokens per sequence before them */
    int64_t heads;
    int64_t kv_heads;
    int64_t head_dim;
    int64_t window_tokens; /* sliding window; 0 = everything */
    Precision precision;   /* of products and cache: fp8, or a 16-bit one; queries and output are 16 bit */
} AttentionShape;

/* Returns the FLOPs that the causal mask and the window leave. */
double attention_flop(const AttentionShape *shape);

/* Returns the time of the fused kernel alone, forward. */
double attention_fused_seconds(const GpuSpec *gpu, const AttentionShape *shape);

/* Returns the same in training with a fused kernel of any release; backward, which computes the scores once more, is
 * 2.5 times the FLOPs. */
double attention_forward_seconds(const GpuSpec *gpu, const AttentionShape *shape, AttentionKernel kernel);
double attention_backward_seconds(const GpuSpec *gpu, const AttentionShape *shape, AttentionKernel kernel);

/* Returns the time of a prefill with what is around it: rotary positions, and writing the cache. */
double attention_prefill_seconds(const GpuSpec *gpu, const AttentionShape *shape);

/* Returns which kernel of the GPU runs a decode step of that shape. */
const DecodeKernel *attention_decode_kernel(const GpuSpec *gpu, const AttentionShape *shape);

/* Returns the time of a decode step; query_tokens counts as 1. */
double attention_decode_seconds(const GpuSpec *gpu, const AttentionShape *shape);

#endif
