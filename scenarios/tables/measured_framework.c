#include "scenarios/tables/measured_framework.h"

#include "scenarios/tables/measured_release.h"

#define MONTH(year, month) ((year)*12 + (month)-1)

/* What a training framework does by default, by its name or its year. Documented in the arguments and release notes of
 * Megatron-LM: fused gradient accumulation and fp32 gradients came with the 2022 releases, overlap and FlashAttention
 * as usual with those of 2023. NeMo's recipes add sequence parallelism and the distributed optimizer.
 * Megatron-DeepSpeed leaves FlashAttention, overlap and, with fp16, fp32 gradients to flags that are off by default,
 * and fuses accumulation only with fp32 gradients (arguments.py). Sums of the tensor group run beside the gradients of
 * weights in Megatron-LM since 2022 (Korthikanti et al. 2022, 6.3; --no-async-tensor-model-parallel-allreduce turns it
 * off) and in what its layers or flash-attn's (ops/fused_dense.py) are built into.
 *
 * NVIDIA's recipes hide all collectives of the tensor group (ub_tp_comm_overlap, TP_COMM_OVERLAP, NeMo 2's
 * MegatronCommOverlapCallback; configure.sh of dgxc-benchmarking, where a model's YAML has it off). Here they do on
 * Hopper. On Blackwell they stay in the open: with tp_comm_overlap its rows are too fast, fp8 more than bf16, for
 * something else that is not modelled there. They gather parameters beside the next forward pass wherever replicas
 * share an optimizer (comm_overlap.py of NeMo 2 and Megatron Bridge, _get_optimizer_overlap_cfgs; overlap_param_sync of
 * NeMo-Framework-Launcher; OVERLAP_PARAM_SYNC of run_and_time.sh in MLPerf Training v3.1).
 */

/* The reduction of gradients and the messages between stages run beside the passes. */
#define OVERLAPS .overlap = true, .overlapped_messages = true

/* Of NeMo's recipes, Megatron Bridge's and NVIDIA's in MLPerf, all with gradients in bf16. */
#define NEMO_SWITCHES                                                                                                  \
    .sequence_parallel = true, .distributed_optimizer = true, .async_sums = true, .userbuffers = true,                 \
    .gradient_accumulation_fusion = true, .bf16_gradients = true, .flash_attention = true, .overlapped_gathers = true, \
    OVERLAPS

#define NEMO_ASSUMPTION                                                                                                \
    "NeMo: sequence parallelism with tensor parallelism, distributed optimizer, bf16 gradients, fused gradient "       \
    "accumulation, gradient reduction, parameter gathers, pipeline messages and tensor collectives (on Hopper with "   \
    "userbuffers) overlap with compute, flash attention."

/* torchtitan's models/llama3/model.py and models/norms.py, litgpt's model.py, foundation-model-stack's
 * modules/feedforward.py and layernorm.py: F.silu(w1(x)) * w3(x), a norm of its input in fp32 and rotary positions
 * operation by operation, scaled_dot_product_attention; torchtitan's tensor groups split the sequence between. */
#define PYTORCH_NATIVE(name, ...)                                                                                      \
    {                                                                                                                  \
        .words = name, .sequence_parallel = true, .flash_attention = true, .attention_kernel = ATTENTION_FLASH_2,      \
        .pieces = true, .eager = true, .known = SOFTWARE_READ, OVERLAPS, __VA_ARGS__                                   \
    }

#define PYTORCH_NATIVE_ASSUMPTION                                                                                      \
    "Layers of PyTorch's own operators: RMSNorm, rotary positions and SwiGLU operation by operation unless compiled, " \
    "FlashAttention 2"

#define TORCHTITAN_OF_2024 ", AdamW operation by operation (before March 2025)"

#define MEGATRON_OF_2023                                                                                               \
    .gradient_accumulation_fusion = true, .async_sums = true, .flash_attention = true,                                 \
    .attention_kernel = ATTENTION_FLASH_2

#define FLAGPERF_MEGATRON                                                                                              \
    .words = "FlagPerf megatron", .sequence_parallel = true, .distributed_optimizer = true, MEGATRON_OF_2023

#define PADDLE(name, ...)                                                                                              \
    {                                                                                                                  \
        .words = name, .known = SOFTWARE_READ, .fp16_gradients = true, .bf16_gradients = true,                         \
        .flash_attention = true, .attention_kernel = ATTENTION_FLASH_2, .pieces = true, .eager = true,                 \
        .unfused_sums = true, __VA_ARGS__                                                                              \
    }

#define PADDLE_ASSUMPTION                                                                                              \
    "Paddle: gradients of 16 bit, accumulated by kernels of their own, no overlap of communication, FlashAttention 2,"

#define HUGGING_FACE(...)                                                                                              \
    {                                                                                                                  \
        .words = "Hugging Face", .known = SOFTWARE_READ, .fp16_gradients = true, .bf16_gradients = true,               \
        .pieces = true, .eager = true, .unfused_sums = true, OVERLAPS, __VA_ARGS__                                     \
    }

#define HUGGING_FACE_ASSUMPTION                                                                                        \
    "Hugging Face's model: RMSNorm, rotary positions, SwiGLU and softmax operation by operation, gradients of 16 "     \
    "bit, accumulated by kernels of their own, their reduction overlaps with compute, the loss of logits in fp32,"

static const MeasuredFramework SOFTWARE[] = {
    {.words = "Megatron-DeepSpeed",
     .gradient_accumulation_fusion = true,
     .fp16_gradients = true,
     .assumption = "Megatron-DeepSpeed: gradients in fp16 with fp16 weights, accumulated by kernels of their own, "
                   "otherwise fp32 with fused accumulation; no overlap of communication, no flash attention."},
    /* conf/custom.yaml of NVIDIA's GPT-3 in MLPerf Training v3.1: virtual_pipeline_model_parallel_size is 12, unless a
     * system's file says otherwise; none of v3.1's does. grad_sync_dtype is bf16 (conf/optim of Azure+NVIDIA's);
     * the Dockerfile installs flash-attn 2.0.8. */
    {.words = "training_results_v3.1 NVIDIA",
     NEMO_SWITCHES,
     .attention_kernel = ATTENTION_FLASH_2,
     .virtual_stages = 12,
     .assumption = NEMO_ASSUMPTION " MLPerf v3.1: FlashAttention 2, and 12 virtual stages where vp is not stated."},
    /* pretrain.py of NVIDIA's Llama 3.1 405B in MLPerf Training v5.0: grad_reduce_in_fp32 = False. */
    {.words = "training_results_v5.0 NVIDIA", NEMO_SWITCHES, .assumption = NEMO_ASSUMPTION},
    /* scripts/performance of Megatron Bridge (grad_reduce_in_fp32 = False). */
    {.words = "Megatron Bridge", NEMO_SWITCHES, .assumption = NEMO_ASSUMPTION},
    /* examples/training of NeMo-Framework-Launcher for the performance page
       (+training.model.optim.grad_sync_dtype=bf16). */
    {.words = "nemo", NEMO_SWITCHES, .assumption = NEMO_ASSUMPTION},
    /* InternEvo's hybrid_zero_optim.py: buckets in the precision of the weights, added up by autograd and all-reduced;
     * broadcast_params after the optimizer (TODO: support broadcast overlap, at the release of July 2023 that first had
     * the table). modeling_internlm.py: norm(x.float()), dropout_selective_checkpoint by default; linear.py:
     * w3(F.silu(w1(x)) * w2(x)); loss.py: flash-attention's cross entropy, and naive_amp.py leaves bf16 logits as they
     * are. train.py: torch.optim.AdamW. configs/7B_sft.py: reduce_bucket_size, which counts elements.
     * doc/en/install.md: flash-attention v1.0.5. */
    {.words = "InternEvo",
     .async_sums = true,
     .bf16_gradients = true,
     .flash_attention = true,
     .attention_kernel = ATTENTION_FLASH_1,
     .fused_cross_entropy = true,
     .whole_weights = true,
     .pieces = true,
     .recomputed_norms = true,
     .end_in_pieces = true,
     .bucket_parameters = 512 * 1024 * 1024,
     OVERLAPS,
     .assumption =
         "InternEvo: gradients in bf16, accumulated by kernels of their own, gradient reduction and backward tensor "
         "sums overlap with compute, FlashAttention 1; ZeRO-1 by whole weights, whose owners broadcast them after the "
         "optimizer; norms on fp32 copies, computed again in the backward pass, SwiGLU and AdamW in pieces, fused "
         "cross entropy; gradients are copied into buckets of 512 Mi parameters and back."},
    /* AdamW was torch's foreach unless --optimizer.fused, which became the default with pull request 881. The norm was
     * a kernel of Triton from pull request 181 to 535, and is PyTorch's own since that is one kernel (pytorch/pytorch
     * pull request 153666). */
    PYTORCH_NATIVE("torchtitan", .since = MONTH(2024, 4), .before = MONTH(2024, 9), .fused_norms = true,
                   .end_in_pieces = true,
                   .assumption = PYTORCH_NATIVE_ASSUMPTION TORCHTITAN_OF_2024 ", fused RMSNorm."),
    PYTORCH_NATIVE("torchtitan", .before = MONTH(2025, 3), .end_in_pieces = true,
                   .assumption = PYTORCH_NATIVE_ASSUMPTION TORCHTITAN_OF_2024 "."),
    PYTORCH_NATIVE("torchtitan", .before = MONTH(2025, 8), .assumption = PYTORCH_NATIVE_ASSUMPTION "."),
    PYTORCH_NATIVE("torchtitan", .fused_norms = true, .assumption = PYTORCH_NATIVE_ASSUMPTION ", fused RMSNorm."),
    /* main_training_llama.py: optim.AdamW as it is by default, foreach. */
    PYTORCH_NATIVE("fms fsdp", .end_in_pieces = true,
                   .assumption = PYTORCH_NATIVE_ASSUMPTION ", AdamW operation by operation."),
    PYTORCH_NATIVE("lightning thunder", .assumption = PYTORCH_NATIVE_ASSUMPTION "."),
    {.words = "llm-foundry",
     .gradient_accumulation_fusion = true,
     .flash_attention = true,
     .attention_kernel = ATTENTION_FLASH_1_TRITON,
     .fused_cross_entropy = true,
     .train_metrics = 2,
     .end_in_pieces = true,
     OVERLAPS,
     .assumption = "llm-foundry: triton attention, FlashAttention 1 in Triton (submit_benchmarks.py), fused cross "
                   "entropy and two metrics over the logits of every micro-batch (modeling_mpt.py); composer's "
                   "DecoupledAdamW works operation by operation."},
    /* llm/src/mosaic_gpt.py: FlashMHA of flash-attn, nn.LayerNorm under autocast, F.cross_entropy, two metrics;
     * composer's DecoupledAdamW works parameter by parameter, operation by operation. */
    {.words = "mosaicml examples",
     .known = SOFTWARE_READ,
     .gradient_accumulation_fusion = true,
     .flash_attention = true,
     .attention_kernel = ATTENTION_FLASH_1,
     .train_metrics = 2,
     .pieces = true,
     .end_in_pieces = true,
     OVERLAPS,
     .assumption =
         "MosaicGPT: FlashAttention 1, norms on fp32 copies, AdamW in pieces, and two metrics over the logits "
         "of every micro-batch."},
    /* pretrain_performance_optimizations of NeMo's recipes (nemo/collections/llm/recipes): grad_reduce_in_fp32 = False
     */
    {.words = "dgxc-benchmarking", NEMO_SWITCHES, .assumption = NEMO_ASSUMPTION},
    /* transformers, models/llama/modeling_llama.py: LlamaRMSNorm, apply_rotary_pos_emb, softmax in fp32; since 4.36
     * (December 2023) scaled_dot_product_attention; logits.float() and CrossEntropyLoss. DeepSpeed and torch accumulate
     * gradients of 16 bit. */
    HUGGING_FACE(.before = MONTH(2024, 1), .assumption = HUGGING_FACE_ASSUMPTION " no flash attention."),
    HUGGING_FACE(.flash_attention = true, .attention_kernel = ATTENTION_FLASH_2,
                 .assumption = HUGGING_FACE_ASSUMPTION " FlashAttention 2."),
    /* BERT of 2019 and 2020 (PyTorch/LanguageModeling/BERT): modeling.py adds biases, drops out, adds and norms one by
     * one and copies heads; run_pretraining.py has apex's amp O2, DistributedDataParallel with buckets of 250 million
     * elements, so that next to nothing leaves before the backward pass ends, and the fused LAMB. */
    {.words = "DeepLearningExamples",
     .known = SOFTWARE_READ,
     .fp16_gradients = true,
     .eager = true,
     .unfused_sums = true,
     .lamb = true,
     .bucket_copies = true,
     .assumption = "DeepLearningExamples' BERT: biases, dropout, residuals and softmax are kernels of their own, heads "
                   "are copied, gradients in fp16 with fp16 weights, copied into buckets and back, reduced behind the "
                   "backward pass; LAMB unless fine-tuned."},
    /* Megatron-LM/model of DeepSpeedExamples, a copy of Megatron-LM v1 (2019): mpu/transformer.py multiplies and
     * subtracts masks, adds biases and drops out kernel by kernel. DeepSpeed reduces after the backward pass. */
    {.words = "DeepSpeedExamples",
     .known = SOFTWARE_READ,
     .fp16_gradients = true,
     .eager = true,
     .unfused_sums = true,
     .assumption = "DeepSpeedExamples' Megatron-LM of 2019: biases, dropout, residuals, masks and softmax are kernels "
                   "of their own, heads are copied, gradients in fp16 with fp16 weights; no overlap of communication, "
                   "no flash attention."},
    /* Paddle's column-parallel layers sum their inputs' gradients at once (mp_ops.py, _c_identity), its
     * GroupShardedStage2 reduces in every micro-batch on the stream of the passes, gradients are those of autograd, of
     * 16 bit at level O2. PaddleNLP's llama/modeling.py: LlamaRMSNorm in six operations, SwiGLU of two products;
     * llm/llama/pretrain-*.json of November 2023: use_fused_rms_norm false, use_fused_rope true. */
    PADDLE("PaddleNLP", .fused_positions = true,
           .assumption = PADDLE_ASSUMPTION " RMSNorm and SwiGLU operation by operation, positions fused."),
    /* FlagPerf's training/nvidia/llama1_7B-paddle/config: use_fused_rms_norm 1, fuse_attention_qkv 0, Paddle 2.5.1. */
    PADDLE("Paddle", .fused_norms = true,
           .assumption = PADDLE_ASSUMPTION " rotary positions and SwiGLU operation by operation, norms fused."),
    /* rosetta/projects/pax of JAX-Toolbox: XLA fuses what is no product; attention is one of the products until
     * cuDNN's came in 2024 (NVTE_FUSED_ATTN is 0 in Transformer Engine's JAX layers of 2023). Latency hiding scheduler
     * and asynchronous collectives are among the recommended flags. */
    {.words = "Paxml",
     .known = SOFTWARE_READ,
     .before = MONTH(2024, 3),
     .fp16_gradients = true,
     .bf16_gradients = true,
     .gradient_accumulation_fusion = true,
     .compiles = true,
     OVERLAPS,
     .assumption = "Paxml of 2023: XLA fuses what is no matrix product, attention is not fused, gradients in the "
                   "precision of the weights, their reduction overlaps with compute."},
    /* training/configs/experiment/pile: fused_mlp, fused_bias_fc, fused_dropout_add_ln, residual_in_fp32, apex's loss
     * and AdamW, with ZeRO-1 torch's ZeroRedundancyOptimizer under DDP (ddp_zero1.py), Lightning's autocast on weights
     * in fp32; FlashAttention 1 until July 2023. */
    {.words = "Dao AILab training",
     .known = SOFTWARE_READ,
     .before = MONTH(2023, 7),
     .flash_attention = true,
     .attention_kernel = ATTENTION_FLASH_1,
     .fused_cross_entropy = true,
     .whole_weights = true,
     OVERLAPS,
     .assumption =
         "FlashAttention's training code: FlashAttention 1, fused MLP, dropout with addition and norm, and loss; "
         "gradients in fp32, accumulated by kernels of their own, their reduction overlaps with compute; ZeRO-1 by "
         "whole weights."},
    /* train.py and model.py: weights in fp32 under autocast, gradients accumulated by autograd, DDP only in the last
     * micro-batch, fused AdamW. */
    {.words = "nanoGPT",
     .known = SOFTWARE_READ,
     .autocast = true,
     .pieces = true,
     .eager = true,
     .unfused_sums = true,
     OVERLAPS,
     .assumption = "nanoGPT: weights and residual in fp32 under autocast, biases, dropout and residuals are kernels of "
                   "their own unless "
                   "compiled, gradients in fp32, accumulated by kernels of their own, their reduction overlaps with "
                   "compute."},
    /* FlagPerf's megatron_main.sh and pretrain_llama3.sh: --use-distributed-optimizer, --sequence-parallel and no
     * --overlap-grad-reduce. FlagScale of 2023 has the layers of Megatron-LM then: rotary positions and F.silu in
     * operations; its model/__init__.py takes apex's fused RMSNorm. Megatron-Core's attention.py checkpoints the core
     * whatever runs it. */
    {FLAGPERF_MEGATRON, .before = MONTH(2024, 1), .pieces = true, .eager = true, .fused_norms = true,
     .assumption = "FlagPerf's script of Megatron-LM of 2023: sequence parallelism, distributed optimizer, nothing "
                   "overlaps with compute but backward tensor sums; rotary positions and SwiGLU operation by "
                   "operation, FlashAttention 2."},
    {FLAGPERF_MEGATRON, .core_attn_again = true,
     .assumption = "FlagPerf's script of Megatron-Core: sequence parallelism, distributed optimizer, nothing overlaps "
                   "with compute but backward tensor sums, FlashAttention 2, which selective recomputation runs "
                   "again."},
    {.words = "FlagScale",
     .before = MONTH(2024, 1),
     MEGATRON_OF_2023,
     .pieces = true,
     .eager = true,
     .fused_norms = true,
     .assumption = "FlagScale of 2023 (Megatron-LM): gradients in fp32, fused accumulation, nothing overlaps with "
                   "compute but backward tensor sums; rotary positions and SwiGLU operation by operation, "
                   "FlashAttention 2."},
    /* --overlap-grad-reduce came in September 2023 (NVIDIA/Megatron-LM issues 391 and 456). */
    {.words = "Megatron-LM",
     .since = MONTH(2023, 1),
     .before = MONTH(2023, 9),
     MEGATRON_OF_2023,
     .overlapped_messages = true,
     .assumption = "Megatron-LM before September 2023: fp32 gradients, fused gradient accumulation, pipeline messages "
                   "and backward tensor sums overlap with compute, the reduction of gradients does not; "
                   "FlashAttention 2."},
    {.before = MONTH(2022, 1),
     .fp16_gradients = true,
     .assumption = "Software before 2022: gradients in fp16 with fp16 weights, accumulated by kernels of their own, no "
                   "overlap of communication, no flash attention."},
    {.before = MONTH(2023, 1),
     .gradient_accumulation_fusion = true,
     .async_sums = true,
     .assumption = "Software of 2022: fp32 gradients, fused gradient accumulation, backward tensor sums overlap with "
                   "compute, no other communication does, no flash attention."},
    {.before = MONTH(2024, 1),
     MEGATRON_OF_2023,
     OVERLAPS,
     .assumption = "Software of 2023: fp32 gradients, fused gradient accumulation, gradient reduction, pipeline "
                   "messages and backward tensor sums overlap with compute, FlashAttention 2."},
    {.gradient_accumulation_fusion = true,
     .async_sums = true,
     .flash_attention = true,
     OVERLAPS,
     .assumption = "Software from 2024: fp32 gradients, fused gradient accumulation, gradient reduction, pipeline "
                   "messages and backward tensor sums overlap with compute, flash attention."},
};

static bool is_of(const MeasuredFramework *software, const MeasuredRow *row, int month) {
    return month >= software->since && (software->before == 0 || month < software->before) &&
           (software->words == NULL || measured_row_names(row, software->words));
}

const MeasuredFramework *measured_framework_find(MeasuredRow *row) {
    const MeasuredFramework *software = SOFTWARE;
    int month = measured_release_month(row);
    while (!is_of(software, row, month))
        software++;
    return software;
}
