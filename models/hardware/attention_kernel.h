/*
 * attention_kernel: the releases of fused attention that training software had, and how slow each is beside the one
 * that a GPU's constants were fitted to. No times: attention.h has them.
 *
 *   slow-down = max(1, floor + ramp / tokens of a sequence),
 *
 * of causal kernels beside the fitted one; on A100 (FlashAttention 2) within 3 % from 1,024 to 32,768 tokens:
 *
 *   flash_1         FlashAttention 1 in CUDA: Lin, triton_flash_blocksparse_attn.py (Phi-3-small), column Flash-Dense,
 *                   4 sequences with 48 heads of 64 and with 32 of 128;
 *   flash_1_triton  its Triton version of 2022: forward the same file, column Triton-Dense; backward with heads of 128
 *                   facebookresearch/xformers #479, causal, 4,096 and 8,192 tokens; with heads of 64 flash_1's, slower
 *                   by as much as with heads of 128;
 *   flash_2         FlashAttention 2 (2023), A100's own; on H100 its published rates beside those of the fitted kernel,
 *                   within 10 % from 1,024 tokens: Shah et al., FlashAttention-3 (arXiv 2407.08608), figures 5 (causal)
 *                   and 6, whose backward pass has no mask, as #1791 finds it 1 % faster; with heads of 128 in the
 *                   middle between these and Dao-AILab/flash-attention #1791, main, causal, 8,192 tokens;
 *   flash_3         FlashAttention 3 and cuDNN 9 (2024), H100's own; a GPU that does not have it runs flash_2.
 *
 * The releases of 2022 were as slow beside flash_2 on H100 as on A100: not measured.
 * Limits: head sizes between 64 and 128 are interpolated, others count as the nearer end; flash_1 is slower than said
 * here when a micro-batch has fewer heads than the GPU has multiprocessors.
 */
#ifndef MODELS_HARDWARE_ATTENTION_KERNEL_H
#define MODELS_HARDWARE_ATTENTION_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

typedef enum AttentionKernel {
    ATTENTION_AUTO,     /* a fused one: the GPU's own; otherwise standard */
    ATTENTION_STANDARD, /* unfused: the scores are written to memory */
    ATTENTION_FLASH_1,
    ATTENTION_FLASH_1_TRITON,
    ATTENTION_FLASH_2,
    ATTENTION_FLASH_3,
    ATTENTION_KERNEL_COUNT,
} AttentionKernel;

typedef struct AttentionUse {
    int64_t head_dim;
    int64_t tokens;   /* of a sequence, >= 1 */
    bool has_flash_3; /* the GPU's own kernel is flash_3, otherwise flash_2 */
} AttentionUse;

/* Times over those of the GPU's own kernel. */
typedef struct AttentionSlowDown {
    double forward;  /* >= 1 */
    double backward; /* >= 1 */
} AttentionSlowDown;

/* Returns "auto", "standard", "flash_1", "flash_1_triton", "flash_2" or "flash_3". */
const char *attention_kernel_name(AttentionKernel kernel);

/* Returns how slow a fused kernel is; auto is the GPU's own. */
AttentionSlowDown attention_kernel_slow_down(AttentionKernel kernel, AttentionUse use);

#endif
