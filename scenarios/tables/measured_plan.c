#include "scenarios/tables/measured_plan.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "scenarios/reader/yaml_node.h"
#include "scenarios/tables/measured_experts.h"
#include "scenarios/tables/measured_framework.h"
#include "scenarios/tables/measured_gpu.h"
#include "scenarios/tables/measured_lora.h"
#include "scenarios/tables/measured_recipe.h"
#include "scenarios/tables/measured_recompute.h"
#include "scenarios/tables/measured_release.h"
#include "scenarios/tables/measured_sharding.h"
#include "scenarios/tables/measured_torch.h"

/* A word of a cell and what it means. */
typedef struct Word {
    const char *words;
    int meaning;
} Word;

static const Word PRECISION_WORDS[] = {
    {"fp8", PRECISION_FP8},       {"mxfp8", PRECISION_FP8},    {"float8", PRECISION_FP8},   {"bf16", PRECISION_BF16},
    {"bfloat16", PRECISION_BF16}, {"fp16", PRECISION_FP16},    {"float16", PRECISION_FP16}, {"tf32", PRECISION_TF32},
    {"fp32", PRECISION_FP32},     {"float32", PRECISION_FP32}, {"half", PRECISION_FP16},
};

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

/* 16 bit of some kind: bf16, but on Volta and Turing, which have none. */
static Precision usual_precision(const MeasuredRow *row) {
    const char *words = measured_gpu_words(measured_row_text(row, "gpu"), row->arena);
    bool is_older = measured_row_has_family(words, "V100") || measured_row_has_words(words, "T4") ||
                    measured_row_has_words(words, "DGX 1") || measured_row_has_words(words, "DGX 2") ||
                    measured_row_has_words(words, "DGX 2H");
    return is_older ? PRECISION_FP16 : PRECISION_BF16;
}

static bool is_any_16_bit(const char *text) {
    static const char *const WORDS[] = {"mixed", "amp", "16 bit", "16"};
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (measured_row_has_words(text, WORDS[i]))
            return true;
    return false;
}

static void read_precision(MeasuredRow *row, PlanSpec *plan) {
    const char *text = measured_row_text(row, "precision");
    int meaning = find_word(PRECISION_WORDS, COUNT_OF(PRECISION_WORDS), text);
    meaning = meaning < 0 && is_any_16_bit(text) ? (int)usual_precision(row) : meaning;
    plan->precision = meaning >= 0 ? (Precision)meaning : usual_precision(row);
    const char *name = precision_name(plan->precision);
    const char *shown = yaml_node_shown_text(text, row->arena);
    if (text[0] == '\0')
        measured_row_assume(row, "precision is not stated: %s.", name);
    else if (meaning < 0)
        measured_row_refuse(row, "precision: found \"%s\", expected fp32, tf32, fp16, bf16 or fp8", shown);
    else if (strcasecmp(text, name) != 0)
        measured_row_assume(row, "precision \"%s\" is read as %s.", shown, name);
}

static void read_virtual_stages(MeasuredRow *row, const MeasuredFramework *software, PlanSpec *plan) {
    if (plan->virtual_stages > 0)
        return;
    bool interleaves = software->virtual_stages > 0 && plan->pipeline_parallel > 1;
    plan->virtual_stages = interleaves ? software->virtual_stages : 1;
    if (!interleaves)
        measured_row_assume(row, "vp is not stated: 1.");
}

static bool is_hopper(const MeasuredRow *row) {
    static const char *const GPUS[] = {"H100", "H200", "GH200", "H800", "H20"};
    const char *words = measured_gpu_words(measured_row_text(row, "gpu"), row->arena);
    for (size_t i = 0; i < sizeof GPUS / sizeof *GPUS; i++)
        if (measured_row_has_words(words, GPUS[i]))
            return true;
    return false;
}

/* Whoever ran it had dealt the layers out somehow (pipeline_model_parallel_layout, decoder_first_pipeline_num_layers of
 * Megatron-Core); software of before 2024 could not, so that the row is a mistake. */
static void read_uneven(MeasuredRow *row, PlanSpec *plan, int64_t chunks) {
    enum { UNEVEN_SINCE = 2024 };
    if (plan->pipeline_parallel < 2 || measured_release_year(row) < UNEVEN_SINCE)
        return;
    plan->stage_split = STAGE_SPLIT_COST;
    measured_row_assume(row, "%" PRId64 " chunks do not divide the layers: they are dealt out by cost.", chunks);
}

/* NeMo's and Megatron Bridge's recipes of Llama 3.1 405B (account_for_embedding_in_pipeline_split and
 * account_for_loss_in_pipeline_split): 126 layers and two ends over 128 places; torchtitan's generate_split_points
 * comes out the same. */
static void read_ends(MeasuredRow *row, PlanSpec *plan) {
    int64_t layers = measured_row_count(row, "layers"), chunks = plan->pipeline_parallel * plan->virtual_stages;
    if (chunks < 2 || layers < 1 || layers % chunks == 0)
        return;
    if ((layers + 2) % chunks != 0) {
        read_uneven(row, plan, chunks);
        return;
    }
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

static void read_software(MeasuredRow *row, PlanSpec *plan) {
    const MeasuredFramework *software = measured_framework_find(row);
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
    plan->autocast = software->autocast;
    plan->norm_in_fp32 = software->pieces && !software->fused_norms && !software->autocast;
    plan->eager_layers = software->eager;
    plan->eager_cross_entropy = software->eager && software->unfused_sums && !software->fused_cross_entropy;
    plan->norm_fusion = software->fused_norms;
    plan->rope_fusion = software->fused_positions;
    plan->bias_dropout_fusion = !software->unfused_sums;
    plan->compile = software->compiles;
    plan->recompute_core_attn = software->core_attn_again && plan->recompute == RECOMPUTE_SELECTIVE;
    plan->recompute_norms = software->recomputed_norms && plan->recompute != RECOMPUTE_FULL;
    plan->swiglu_fusion = !software->pieces;
    plan->fused_optimizer = !software->end_in_pieces;
    /* run_squad.py has the fused Adam. */
    bool is_lamb = software->lamb && !measured_row_has_words(measured_row_text(row, "note"), "fine tuning");
    plan->optimizer.kind = is_lamb ? OPTIMIZER_LAMB : plan->optimizer.kind;
    plan->gradient_bucket_copies = (software->end_in_pieces || software->bucket_copies) && plan->zero_stage < 2;
    plan->gradient_bucket_parameters = plan->zero_stage < 2 ? software->bucket_parameters : 0;
    plan->zero_whole_weights = software->whole_weights && plan->zero_stage == 1;
    plan->overlap_grad_reduce = software->overlap;
    plan->overlap_p2p = software->overlapped_messages;
    read_virtual_stages(row, software, plan);
    read_ends(row, plan);
    measured_row_assume(row, "%s", software->assumption);
}

/* FlashAttention 2 was published on 17 July 2023 (arXiv 2307.08691). */
static void settle_attention(MeasuredRow *row, PlanSpec *plan) {
    enum { FIRST_MONTH = 2023 * 12 + 7 - 1 };
    int month = measured_release_told_month(row);
    bool is_told = measured_row_affirms(measured_row_text(row, "note"), "flash attention 2");
    if (plan->attention_kernel != ATTENTION_FLASH_2 || is_told || month == 0 || month >= FIRST_MONTH)
        return;
    plan->attention_kernel = ATTENTION_FLASH_1;
    measured_row_assume(row, "Before July 2023: FlashAttention 1.");
}

/* Where the rest of the row leaves ZeRO-1 with gradients that are reduced beside passes. */
static void settle_gathers(MeasuredRow *row, PlanSpec *plan) {
    bool may = plan_zero_stage(plan) == 1 && plan->overlap_grad_reduce && !plan->zero_whole_weights;
    plan->overlap_param_gather = may && measured_framework_find(row)->overlapped_gathers;
}

PlanSpec measured_plan_read(MeasuredRow *row) {
    PlanSpec plan = plan_default();
    read_sizes(row, &plan);
    read_precision(row, &plan);
    measured_recompute_read(row, &plan);
    measured_sharding_read(row, &plan);
    int year = measured_release_year(row);
    read_software(row, &plan);
    measured_lora_read(row, &plan);
    read_note(row, &plan);
    settle_attention(row, &plan);
    measured_recipe_read(row, &plan);
    measured_sharding_settle(row, year, &plan);
    measured_torch_settle(row, &plan);
    settle_gathers(row, &plan);
    return plan;
}
