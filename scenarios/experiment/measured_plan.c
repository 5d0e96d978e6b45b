#include "scenarios/experiment/measured_plan.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "scenarios/experiment/measured_experts.h"
#include "scenarios/experiment/measured_lora.h"
#include "scenarios/experiment/measured_recipe.h"
#include "scenarios/experiment/measured_release.h"
#include "scenarios/experiment/measured_sharding.h"
#include "scenarios/experiment/measured_torch.h"
#include "scenarios/reader/yaml_node.h"

enum { LAST_YEAR = MEASURED_LAST_YEAR };

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
 * something else that is not modelled there.
 */
typedef struct Software {
    const char *words;          /* in `source` or `note`; NULL = any */
    int before_year;            /* the row holds for releases before it */
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
    bool pieces;               /* of layers: norms on fp32 copies, computed again unless the layer is, SwiGLU unfused */
    bool eager;                /* norms, positions and softmax operation by operation */
    bool recomputed_norms;     /* of layers in pieces */
    int64_t bucket_parameters; /* most whose gradients one collective takes; 0 = all that are ready */
    bool end_in_pieces;        /* Adam operation by operation, gradients copied into buckets and back */
    bool userbuffers;          /* of Transformer Engine (tensor_overlap.h), on Hopper */
    bool overlap;              /* of the gradients' reduction and of the pipeline's messages */
    int64_t virtual_stages;    /* where the row does not say; 0 = 1 */
    const char *assumption;
} Software;

/* Of NeMo's recipes, Megatron Bridge's and NVIDIA's in MLPerf, all with gradients in bf16. */
#define NEMO_SWITCHES                                                                                                  \
    .before_year = LAST_YEAR + 1, .sequence_parallel = true, .distributed_optimizer = true, .async_sums = true,        \
    .userbuffers = true, .gradient_accumulation_fusion = true, .bf16_gradients = true, .flash_attention = true,        \
    .overlap = true

#define NEMO_ASSUMPTION                                                                                                \
    "NeMo: sequence parallelism with tensor parallelism, distributed optimizer, bf16 gradients, fused gradient "       \
    "accumulation, gradient reduction, pipeline messages and tensor collectives (on Hopper with userbuffers) overlap " \
    "with compute, flash attention."

/* torchtitan's models/llama3/model.py, litgpt's model.py, foundation-model-stack's modules/feedforward.py and
 * layernorm.py: F.silu(w1(x))
 * * w3(x), a norm of its input in fp32, scaled_dot_product_attention; torchtitan's tensor groups split the sequence
 * between. */
#define PYTORCH_NATIVE(name)                                                                                           \
    {                                                                                                                  \
        .words = name, .sequence_parallel = true, .before_year = LAST_YEAR + 1, .flash_attention = true,               \
        .attention_kernel = ATTENTION_FLASH_2, .pieces = true, .overlap = true,                                        \
        .assumption = "Layers of PyTorch's own operators: norms on fp32 copies, SwiGLU in pieces, FlashAttention 2."   \
    }

#define HUGGING_FACE(...)                                                                                              \
    {                                                                                                                  \
        .words = "Hugging Face", .fp16_gradients = true, .bf16_gradients = true, .pieces = true, .eager = true,        \
        .overlap = true, __VA_ARGS__                                                                                   \
    }

#define HUGGING_FACE_ASSUMPTION                                                                                        \
    "Hugging Face's model: RMSNorm, rotary positions, SwiGLU and softmax operation by operation, gradients of 16 "     \
    "bit, accumulated by kernels of their own, their reduction overlaps with compute, the loss of logits in fp32,"

static const Software SOFTWARE[] = {
    {.words = "Megatron-DeepSpeed",
     .before_year = LAST_YEAR + 1,
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
     .before_year = LAST_YEAR + 1,
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
     .overlap = true,
     .assumption =
         "InternEvo: gradients in bf16, accumulated by kernels of their own, gradient reduction and backward tensor "
         "sums "
         "overlap with compute, FlashAttention 1; ZeRO-1 by whole weights, whose owners broadcast them after the "
         "optimizer; norms "
         "on fp32 copies, computed again in the backward pass, SwiGLU and AdamW in pieces, fused cross entropy; "
         "gradients are copied into buckets of 512 Mi parameters and back."},
    PYTORCH_NATIVE("torchtitan"),
    PYTORCH_NATIVE("fms fsdp"),
    PYTORCH_NATIVE("lightning thunder"),
    {.words = "llm-foundry",
     .before_year = LAST_YEAR + 1,
     .gradient_accumulation_fusion = true,
     .flash_attention = true,
     .attention_kernel = ATTENTION_FLASH_1_TRITON,
     .fused_cross_entropy = true,
     .train_metrics = 2,
     .end_in_pieces = true,
     .overlap = true,
     .assumption = "llm-foundry: triton attention, FlashAttention 1 in Triton (submit_benchmarks.py), fused cross "
                   "entropy and two metrics over the logits of every micro-batch (modeling_mpt.py); composer's "
                   "DecoupledAdamW works operation by operation."},
    /* llm/src/mosaic_gpt.py: FlashMHA of flash-attn, nn.LayerNorm under autocast, F.cross_entropy, two metrics;
     * composer's DecoupledAdamW works parameter by parameter, operation by operation. */
    {.words = "mosaicml examples",
     .before_year = LAST_YEAR + 1,
     .gradient_accumulation_fusion = true,
     .flash_attention = true,
     .attention_kernel = ATTENTION_FLASH_1,
     .train_metrics = 2,
     .pieces = true,
     .end_in_pieces = true,
     .overlap = true,
     .assumption =
         "MosaicGPT: FlashAttention 1, norms on fp32 copies, AdamW in pieces, and two metrics over the logits "
         "of every micro-batch."},
    /* pretrain_performance_optimizations of NeMo's recipes (nemo/collections/llm/recipes): grad_reduce_in_fp32 = False
     */
    {.words = "dgxc-benchmarking", NEMO_SWITCHES, .assumption = NEMO_ASSUMPTION},
    /* transformers, models/llama/modeling_llama.py: LlamaRMSNorm, apply_rotary_pos_emb, softmax in fp32; since 4.36
     * (December 2023) scaled_dot_product_attention; logits.float() and CrossEntropyLoss. DeepSpeed and torch accumulate
     * gradients of 16 bit. */
    HUGGING_FACE(.before_year = 2024, .assumption = HUGGING_FACE_ASSUMPTION " no flash attention."),
    HUGGING_FACE(.before_year = LAST_YEAR + 1, .flash_attention = true, .attention_kernel = ATTENTION_FLASH_2,
                 .assumption = HUGGING_FACE_ASSUMPTION " FlashAttention 2."),
    {.before_year = 2022,
     .fp16_gradients = true,
     .assumption = "Software before 2022: gradients in fp16 with fp16 weights, accumulated by kernels of their own, no "
                   "overlap of communication, no flash attention."},
    {.before_year = 2023,
     .gradient_accumulation_fusion = true,
     .async_sums = true,
     .assumption = "Software of 2022: fp32 gradients, fused gradient accumulation, backward tensor sums overlap with "
                   "compute, no other communication does, no flash attention."},
    {.before_year = 2024,
     .gradient_accumulation_fusion = true,
     .async_sums = true,
     .flash_attention = true,
     .attention_kernel = ATTENTION_FLASH_2,
     .overlap = true,
     .assumption = "Software of 2023: fp32 gradients, fused gradient accumulation, gradient reduction, pipeline "
                   "messages and backward tensor sums overlap with compute, FlashAttention 2."},
    {.before_year = LAST_YEAR + 1,
     .gradient_accumulation_fusion = true,
     .async_sums = true,
     .flash_attention = true,
     .overlap = true,
     .assumption = "Software from 2024: fp32 gradients, fused gradient accumulation, gradient reduction, pipeline "
                   "messages and backward tensor sums overlap with compute, flash attention."},
};

/* A word of a cell and what it means. */
typedef struct Word {
    const char *words;
    int meaning;
} Word;

static const Word PRECISION_WORDS[] = {
    {"fp8", PRECISION_FP8},       {"mxfp8", PRECISION_FP8},    {"float8", PRECISION_FP8},   {"bf16", PRECISION_BF16},
    {"bfloat16", PRECISION_BF16}, {"fp16", PRECISION_FP16},    {"float16", PRECISION_FP16}, {"tf32", PRECISION_TF32},
    {"fp32", PRECISION_FP32},     {"float32", PRECISION_FP32}, {"mixed", PRECISION_BF16},   {"amp", PRECISION_BF16},
};

static const Word RECOMPUTE_WORDS[] = {
    {"selective", RECOMPUTE_SELECTIVE}, {"full", RECOMPUTE_FULL}, {"none", RECOMPUTE_NONE}};

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* The meaning of the first word that is in the text, -1 when none is. */
static int find_word(const Word *words, size_t count, const char *text) {
    for (size_t i = 0; i < count; i++)
        if (measured_row_has_words(text, words[i].words))
            return words[i].meaning;
    return -1;
}

static int64_t read_size(MeasuredRow *row, const char *column) {
    int64_t size = measured_row_parts(row, column);
    if (size == 0)
        measured_row_assume(row, "%s is not stated: 1.", column);
    return size > 0 ? size : 1;
}

/* It follows from the other three. */
static void settle_micro_batch(MeasuredRow *row, PlanSpec *plan) {
    int64_t parts = plan->data_parallel * plan->gradient_accumulation;
    if (parts < 1 || plan->global_batch_seqs < 1 || plan->global_batch_seqs % parts != 0) {
        measured_row_refuse(row, "micro_batch_seqs is not stated");
        return;
    }
    plan->micro_batch_seqs = plan->global_batch_seqs / parts;
    measured_row_assume(row, "micro_batch_seqs is not stated: global_batch_seqs / (dp x grad_accum).");
}

static void read_sizes(MeasuredRow *row, PlanSpec *plan) {
    plan->tensor_parallel = read_size(row, "tp");
    plan->pipeline_parallel = read_size(row, "pp");
    plan->context_parallel = measured_row_parts(row, "cp") > 1 ? measured_row_parts(row, "cp") : 1;
    measured_experts_read(row, plan);
    plan->virtual_stages = measured_row_parts(row, "vp");
    plan->data_parallel = measured_row_parts(row, "dp");
    plan->micro_batch_seqs = measured_row_count(row, "micro_batch_seqs");
    plan->gradient_accumulation = measured_row_count(row, "grad_accum");
    plan->global_batch_seqs = measured_row_count(row, "global_batch_seqs");
    if (measured_row_text(row, "micro_batch_seqs")[0] == '\0')
        settle_micro_batch(row, plan);
    if (plan->data_parallel == 0)
        measured_row_assume(row, plan->context_parallel > 1 ? "dp is not stated: gpus / (tp x cp x pp)."
                                                            : "dp is not stated: gpus / (tp x pp).");
    if (plan->gradient_accumulation == 0 && plan->global_batch_seqs == 0)
        measured_row_refuse(row, "neither global_batch_seqs nor grad_accum is stated");
}

static void read_precision(MeasuredRow *row, PlanSpec *plan) {
    const char *text = measured_row_text(row, "precision");
    int meaning = find_word(PRECISION_WORDS, COUNT_OF(PRECISION_WORDS), text);
    plan->precision = meaning >= 0 ? (Precision)meaning : PRECISION_BF16;
    const char *name = precision_name(plan->precision);
    const char *shown = yaml_node_shown_text(text, row->arena);
    if (text[0] == '\0')
        measured_row_assume(row, "precision is not stated: bf16.");
    else if (meaning < 0)
        measured_row_refuse(row, "precision: found \"%s\", expected fp32, tf32, fp16, bf16 or fp8", shown);
    else if (strcasecmp(text, name) != 0)
        measured_row_assume(row, "precision \"%s\" is read as %s.", shown, name);
}

static void read_recompute(MeasuredRow *row, PlanSpec *plan) {
    const char *text = measured_row_text(row, "recompute");
    int meaning = find_word(RECOMPUTE_WORDS, COUNT_OF(RECOMPUTE_WORDS), text);
    plan->recompute = meaning >= 0 ? (Recompute)meaning : RECOMPUTE_NONE;
    plan->sequence_parallel = measured_row_has_words(text, "sequence parallel");
    if (plan->recompute != RECOMPUTE_FULL && measured_torch_recompute(row, &plan->recompute))
        return;
    if (text[0] == '\0' && !measured_sharding_recompute(row, &plan->recompute))
        measured_row_assume(row, "recompute is not stated: none.");
    else if (text[0] != '\0' && meaning < 0)
        measured_row_refuse(row, "recompute: found \"%s\", expected none, selective or full",
                            yaml_node_shown_text(text, row->arena));
}

static void read_virtual_stages(MeasuredRow *row, const Software *software, PlanSpec *plan) {
    if (plan->virtual_stages > 0)
        return;
    bool interleaves = software->virtual_stages > 0 && plan->pipeline_parallel > 1;
    plan->virtual_stages = interleaves ? software->virtual_stages : 1;
    if (!interleaves)
        measured_row_assume(row, "vp is not stated: 1.");
}

static bool is_named(const MeasuredRow *row, const char *words) {
    return !words || measured_row_has_words(measured_row_text(row, "source"), words) ||
           measured_row_has_words(measured_row_text(row, "note"), words);
}

static bool is_hopper(const MeasuredRow *row) {
    const char *gpu = measured_row_text(row, "gpu");
    return measured_row_has_words(gpu, "H100") || measured_row_has_words(gpu, "H200");
}

/* NeMo's and Megatron Bridge's recipes of Llama 3.1 405B (account_for_embedding_in_pipeline_split and
 * account_for_loss_in_pipeline_split): 126 layers and two ends over 128 places; torchtitan's generate_split_points
 * comes out the same. */
static void read_ends(MeasuredRow *row, PlanSpec *plan) {
    int64_t layers = measured_row_count(row, "layers"), chunks = plan->pipeline_parallel * plan->virtual_stages;
    if (chunks < 2 || layers % chunks == 0 || (layers + 2) % chunks != 0)
        return;
    plan->embedding_as_layer = plan->head_as_layer = true;
    measured_row_assume(row, "Chunks do not divide the layers, but the layers with embedding and head: these count as "
                             "layers, as in NeMo's recipes.");
}

/* What the note says against the software's default. */
static void read_note(MeasuredRow *row, PlanSpec *plan) {
    const char *note = measured_row_text(row, "note");
    if (!plan->flash_attention && measured_row_affirms(note, "flash attention")) {
        plan->flash_attention = true;
        plan->attention_kernel = ATTENTION_FLASH_2;
        measured_row_assume(row, "Flash attention by the note: FlashAttention 2.");
    }
    if (measured_row_affirms(note, "torch compile")) {
        plan->compile = true;
        measured_row_assume(row, "torch.compile by the note.");
    }
    if (plan->tp_comm_overlap && measured_row_has_words(note, "ub_tp_comm_overlap off")) {
        plan->tp_comm_overlap = false;
        measured_row_assume(row, "Tensor collectives are not in userbuffers by the note.");
    }
}

static void read_software(MeasuredRow *row, int year, PlanSpec *plan) {
    const Software *software = SOFTWARE;
    while (year >= software->before_year || !is_named(row, software->words))
        software++;
    plan->sequence_parallel = plan->sequence_parallel || (software->sequence_parallel && plan->tensor_parallel > 1);
    if (measured_row_text(row, "sharding")[0] == '\0')
        plan->distributed_optimizer = software->distributed_optimizer;
    bool is_bf16 = plan->precision == PRECISION_BF16 || plan->precision == PRECISION_FP8;
    bool sixteen_bit =
        is_bf16 ? software->bf16_gradients : software->fp16_gradients && plan->precision == PRECISION_FP16;
    plan->grad_reduce_in_fp32 = !sixteen_bit;
    plan->gradient_accumulation_fusion = software->gradient_accumulation_fusion && (is_bf16 || !sixteen_bit);
    plan->async_tensor_allreduce = software->async_sums;
    plan->tp_comm_overlap = software->userbuffers && plan->tensor_parallel > 1 && is_hopper(row);
    plan->flash_attention = software->flash_attention || plan->context_parallel > 1;
    plan->attention_kernel = software->attention_kernel;
    plan->fused_cross_entropy = software->fused_cross_entropy;
    plan->train_metrics = software->train_metrics;
    plan->norm_in_fp32 = software->pieces;
    plan->eager_layers = software->eager;
    plan->eager_cross_entropy = software->eager && !software->fused_cross_entropy;
    plan->recompute_norms = software->recomputed_norms && plan->recompute != RECOMPUTE_FULL;
    plan->swiglu_fusion = !software->pieces;
    plan->fused_optimizer = !software->end_in_pieces;
    plan->gradient_bucket_copies = software->end_in_pieces && plan->zero_stage < 2;
    plan->gradient_bucket_parameters = plan->zero_stage < 2 ? software->bucket_parameters : 0;
    plan->zero_whole_weights = software->whole_weights && plan->zero_stage == 1;
    plan->overlap_grad_reduce = software->overlap;
    plan->overlap_p2p = software->overlap;
    read_virtual_stages(row, software, plan);
    read_ends(row, plan);
    measured_row_assume(row, "%s", software->assumption);
}

PlanSpec measured_plan_read(MeasuredRow *row) {
    PlanSpec plan = plan_default();
    read_sizes(row, &plan);
    read_precision(row, &plan);
    read_recompute(row, &plan);
    measured_sharding_read(row, &plan);
    int year = measured_release_year(row);
    read_software(row, year, &plan);
    measured_lora_read(row, &plan);
    read_note(row, &plan);
    measured_recipe_read(row, &plan);
    measured_sharding_settle(row, year, &plan);
    measured_torch_settle(row, &plan);
    return plan;
}
