/*
 * measured_framework: the software of a measured run, by the words of its `source` and `note` and by the month of its
 * `release`, and what that software does where neither the row nor its recipe (measured_recipe.h) tells: which kernels
 * are fused, in which precision gradients are kept, what runs beside the passes. Each row counts kernels and switches
 * from the framework's own code at that release, or from the script that a benchmark publishes; nothing is derived from
 * a measured time.
 *
 * Software without a name that is known is read as what was usual in its year: Megatron-LM's layers, fused, before 2022
 * without overlap and with unfused attention, from 2023 on with FlashAttention 2 and with gradients, pipeline messages
 * and sums of the tensor group beside the passes.
 */
#ifndef SCENARIOS_TABLES_MEASURED_FRAMEWORK_H
#define SCENARIOS_TABLES_MEASURED_FRAMEWORK_H

#include "models/spec.h"
#include "scenarios/tables/measured_row.h"

typedef struct MeasuredFramework {
    const char *words;          /* in `source` or `note`; NULL = any */
    SoftwareKnown known;        /* how well, unless `words` is NULL (measured_software.h); measured unless it says */
    int since;                  /* the first month of which the row holds, in months of the calendar; 0 = any */
    int before;                 /* the first month of which it no longer does; 0 = none */
    bool sequence_parallel;     /* with tensor parallelism */
    bool distributed_optimizer; /* where the row does not say */
    bool gradient_accumulation_fusion;
    bool async_sums;     /* of the tensor group, in the backward pass */
    bool fp16_gradients; /* of fp16 weights */
    bool bf16_gradients; /* of bf16 weights, and of those that are cast to fp8 */
    bool flash_attention;
    AttentionKernel attention_kernel; /* of it */
    bool fused_cross_entropy;
    int64_t train_metrics;
    bool whole_weights;        /* with ZeRO-1 */
    bool autocast;             /* over weights in fp32 */
    bool pieces;               /* of layers: norms on fp32 copies, computed again unless the layer is, SwiGLU unfused */
    bool eager;                /* norms, positions and softmax operation by operation */
    bool fused_norms;          /* but norms are one kernel */
    bool fused_positions;      /* but positions are */
    bool unfused_sums;         /* biases, dropout and sums with the residual are a kernel each */
    bool compiles;             /* XLA, whatever the row says */
    bool recomputed_norms;     /* of layers in pieces */
    int64_t bucket_parameters; /* most whose gradients one collective takes; 0 = all that are ready */
    bool core_attn_again;      /* with selective recomputation, also of fused attention */
    bool lamb;                 /* in place of Adam */
    bool end_in_pieces;        /* Adam operation by operation, gradients copied into buckets and back */
    bool userbuffers;          /* of Transformer Engine (tensor_overlap.h), on Hopper */
    bool overlap;              /* of the gradients' reduction */
    bool bucket_copies;        /* gradients are copied into buckets and back */
    bool overlapped_messages;  /* of the pipeline's messages */
    bool overlapped_gathers;   /* of ZeRO-1's parameters */
    int64_t virtual_stages;    /* where the row does not say; 0 = 1 */
    const char *assumption;
} MeasuredFramework;

/* The first row of the table that names the run's software and holds for its release. */
const MeasuredFramework *measured_framework_find(MeasuredRow *row);

#endif
