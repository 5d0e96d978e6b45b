#include "scenarios/tables/measured_recipe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/tables/measured_remat.h"

/* What a recipe of NVIDIA/dgxc-benchmarking says about a model. */
typedef struct Recipe {
    const char *model;
    const char *release; /* words of its releases; NULL = any */
    AttentionKernel attention_kernel;
    bool grouped_experts;
    bool fp32_gradients; /* otherwise as the framework has them */
    OptimizerSpec bf16_optimizer;
    OptimizerSpec fp8_optimizer;
    const char *assumption;
} Recipe;

/* `dtype: bf16` of distributed_fused_adam holds for its moments and its copy of the parameters, which it keeps for
 * those of fp8 alone (fp8_params; setup_optimization of NeMo's megatron_base_model.py). Without `dtype` all are fp32.
 * Without `grad_sync_dtype` gradients of mcore_distributed_optim are fp32 (setup_mcore_distributed_parallel). */
#define NEMOTRON_340B_BF16                                                                                             \
    (OptimizerSpec) {                                                                                                  \
        .main_params = MAIN_PARAMS_NONE, .exp_avg = MOMENT_BF16, .exp_avg_sq = MOMENT_BF16                             \
    }
#define NEMOTRON_340B_FP8                                                                                              \
    (OptimizerSpec) {                                                                                                  \
        .main_params = MAIN_PARAMS_BF16, .exp_avg = MOMENT_BF16, .exp_avg_sq = MOMENT_BF16                             \
    }

/* NVTE_FUSED_ATTN=0 leaves Transformer Engine no attention but that of the package flash-attn, version 2. GPT-3's
 * configure.sh has 0 until v25.01 and 1 from v25.02 on. */
static const Recipe RECIPES[] = {
    {.model = "GPT-3 175B",
     .release = "v24",
     .attention_kernel = ATTENTION_FLASH_2,
     .grouped_experts = true,
     .assumption = "The recipe of GPT-3 175B until v25.01: NVTE_FUSED_ATTN=0, FlashAttention 2."},
    {.model = "GPT-3 175B",
     .grouped_experts = true,
     .assumption = "The recipe of GPT-3 175B of v25.02: NVTE_FUSED_ATTN=1, cuDNN's attention."},
    {.model = "Nemotron4 340B",
     .attention_kernel = ATTENTION_FLASH_2,
     .grouped_experts = true,
     .bf16_optimizer = NEMOTRON_340B_BF16,
     .fp8_optimizer = NEMOTRON_340B_FP8,
     .assumption = "The recipe of Nemotron4 340B: NVTE_FUSED_ATTN=0, FlashAttention 2; optim.dtype: bf16, moments in "
                   "bf16, and a copy of the parameters, in bf16, only of those in fp8."},
    {.model = "Nemotron4 15B",
     .grouped_experts = true,
     .fp32_gradients = true,
     .assumption = "The recipe of Nemotron4 15B: no grad_sync_dtype, gradients in fp32."},
    {.model = "Grok-1",
     .attention_kernel = ATTENTION_FLASH_2,
     .grouped_experts = false,
     .assumption =
         "The recipe of Grok-1: NVTE_FUSED_ATTN=0, FlashAttention 2; moe_grouped_gemm: false, experts of a GPU "
         "one after the other."},
};

enum { RECIPE_COUNT = sizeof RECIPES / sizeof *RECIPES };

/* Other frameworks of the same repository are named in the release: "v24.11.1 MaxText". Releases from v25.05 on call
 * NeMo 2's own scripts (pretrain_grok1_314b), which set neither. */
static bool is_nemo_recipe(const MeasuredRow *row) {
    const char *release = measured_row_text(row, "release");
    bool is_nemo_1 = measured_row_has_words(release, "v24") || measured_row_has_words(release, "v25 02");
    return is_nemo_1 && measured_row_has_words(measured_row_text(row, "source"), "dgxc-benchmarking") &&
           !measured_row_has_words(release, "MaxText") && !measured_row_has_words(release, "Paxml");
}

static bool has_note(const MeasuredRow *row, const char *words) {
    return measured_row_has_words(measured_row_text(row, "note"), words);
}

static void read_nemo(MeasuredRow *row, PlanSpec *plan) {
    if (has_note(row, "LoRA") && plan->tp_comm_overlap) { /* finetune_performance_optimizations of llama3_70b.py */
        plan->tp_comm_overlap = false;
        measured_row_assume(row, "NeMo's LoRA: tensor collectives are not in userbuffers.");
    }
    for (int i = 0; i < RECIPE_COUNT; i++) {
        const char *release = RECIPES[i].release;
        if (!measured_row_has_words(measured_row_text(row, "model"), RECIPES[i].model) ||
            (release && !measured_row_has_words(measured_row_text(row, "release"), release)))
            continue;
        plan->attention_kernel = RECIPES[i].attention_kernel;
        plan->grouped_experts = RECIPES[i].grouped_experts;
        plan->fused_routing = false; /* came with Megatron-Core 0.14 */
        plan->grad_reduce_in_fp32 = plan->grad_reduce_in_fp32 || RECIPES[i].fp32_gradients;
        plan->optimizer = plan->precision == PRECISION_FP8 ? RECIPES[i].fp8_optimizer : RECIPES[i].bf16_optimizer;
        measured_row_assume(row, "%s", RECIPES[i].assumption);
        return;
    }
}

/* launcher_scripts/conf/training/nemotron/nemotron_340b.yaml of NeMo-Framework-Launcher, which NeMo 24.07's published
 * runs start from: the optimizer of the other recipe, and grad_sync_dtype: bf16. */
static void read_launcher(MeasuredRow *row, PlanSpec *plan) {
    if (!measured_row_has_words(measured_row_text(row, "model"), "Nemotron4 340B"))
        return;
    plan->optimizer = plan->precision == PRECISION_FP8 ? NEMOTRON_340B_FP8 : NEMOTRON_340B_BF16;
    plan->grad_reduce_in_fp32 = false;
    measured_row_assume(row, "The recipe of Nemotron4 340B: grad_sync_dtype and optim.dtype bf16.");
}

/* cpu_offloading_num_layers of scripts/performance/configs/llama3 and llama31 of Megatron Bridge, where it shards by
 * FSDP. Of Llama 3.1 405B on GB200 releases say 80, 92 and 95. */
static const struct {
    const char *model;
    const char *gpu;
    Precision precision;
    int64_t layers;
} OFFLOADS[] = {
    {"Llama 3 70B", "GB300", PRECISION_BF16, 30},   {"Llama 3 70B", "GB300", PRECISION_FP8, 20},
    {"Llama 3 70B", "GB200", PRECISION_BF16, 20},   {"Llama 3 70B", "GB200", PRECISION_FP8, 40},
    {"Llama 3 70B", "B200", PRECISION_FP8, 5},      {"Llama 3.1 405B", "GB300", PRECISION_BF16, 40},
    {"Llama 3.1 405B", "GB300", PRECISION_FP8, 10}, {"Llama 3.1 405B", "GB200", PRECISION_FP8, 95},
};

enum { OFFLOAD_COUNT = sizeof OFFLOADS / sizeof *OFFLOADS };

/* Its cross_entropy_fusion_impl is "te": Transformer Engine's loss, one kernel on logits of 16 bit. */
static void read_bridge(MeasuredRow *row, PlanSpec *plan) {
    int64_t layers = measured_row_count(row, "layers");
    plan->fused_cross_entropy = true;
    measured_row_assume(row, "The recipes of Megatron Bridge: fused cross entropy.");
    for (int i = 0; i < OFFLOAD_COUNT && plan->zero_stage == 3 && layers > 0; i++) {
        bool is_it = measured_row_has_words(measured_row_text(row, "model"), OFFLOADS[i].model) &&
                     measured_row_has_words(measured_row_text(row, "gpu"), OFFLOADS[i].gpu) &&
                     plan->precision == OFFLOADS[i].precision && OFFLOADS[i].layers <= layers;
        if (!is_it)
            continue;
        plan->offload_activations_fraction = (double)OFFLOADS[i].layers / (double)layers;
        measured_row_assume(
            row, "The recipe of Megatron Bridge: activations of %" PRId64 " of %" PRId64 " layers are offloaded.",
            OFFLOADS[i].layers, layers);
        return;
    }
}

/* "selective (mlp)": names of Megatron-Core's recompute_modules. */
static void read_modules(MeasuredRow *row, PlanSpec *plan) {
    const char *text = measured_row_text(row, "recompute");
    if (plan->recompute == RECOMPUTE_FULL || plan->recompute == RECOMPUTE_BY_OPERATOR)
        return;
    plan->recompute_mlp = measured_row_has_words(text, "mlp");
    plan->recompute_moe = measured_row_has_words(text, "moe");
    plan->recompute_norms = plan->recompute_norms || measured_row_has_words(text, "layernorm");
    if (plan->recompute_mlp || plan->recompute_moe)
        measured_row_assume(row, "Of the layers %s recomputed as in Megatron-Core's modules.",
                            plan->recompute_mlp ? "MLPs are" : "experts are");
}

/* "activations of 21 of the 80 layers recomputed": recompute_method: block of Megatron's. */
static void read_block(MeasuredRow *row, PlanSpec *plan) {
    const char *told = strstr(measured_row_text(row, "note"), "activations of ");
    int64_t layers = 0, all = 0;
    if (told == NULL ||
        sscanf(told, "activations of %6" SCNd64 " of the %6" SCNd64 " layers recomputed", &layers, &all) != 2 ||
        layers < 1 || layers > all)
        return;
    plan->recompute = RECOMPUTE_FULL;
    plan->recompute_method = RECOMPUTE_BLOCK;
    plan->recompute_num_layers = layers;
    measured_row_assume(row, "%" PRId64 " of %" PRId64 " layers are computed again by the note.", layers, all);
}

/* fp8_activation_input_store of NeMo, activation_func_fp8_input_store of Megatron-Core. */
static void read_activation_input(MeasuredRow *row, PlanSpec *plan) {
    if (!measured_row_affirms(measured_row_text(row, "note"), "activation inputs in fp8"))
        return;
    plan->fp8_activation_input = true;
    measured_row_assume(row, "The input of the MLP's activation is kept in fp8 by the note.");
}

void measured_recipe_read(MeasuredRow *row, PlanSpec *plan) {
    read_modules(row, plan);
    read_block(row, plan);
    read_activation_input(row, plan);
    measured_remat_read(row, plan);
    if (is_nemo_recipe(row))
        read_nemo(row, plan);
    else if (measured_row_has_words(measured_row_text(row, "release"), "NeMo 24 07"))
        read_launcher(row, plan);
    else if (measured_row_has_words(measured_row_text(row, "source"), "Megatron Bridge"))
        read_bridge(row, plan);
}

/* finetune_recipe of NeMo 24.12 in performance mode, which llama3_finetune.py of dgxc-benchmarking asks for: packed
 * sequences of SQuAD, as others say in their note. Its 87,599 examples have 906 bytes each with id and title (the data
 * set's card), Llama 3's tokens 3.94 characters (arXiv 2407.21783, 3.2). */
enum { SQUAD_TOKENS = 210 };

int64_t measured_recipe_document_tokens(MeasuredRow *row) {
    bool is_recipe = is_nemo_recipe(row) && (has_note(row, "SFT") || has_note(row, "LoRA"));
    if (!is_recipe && !has_note(row, "packed sequences SQuAD"))
        return 0;
    measured_row_assume(row, "NeMo's fine-tuning: sequences packed from SQuAD, %d tokens each.", SQUAD_TOKENS);
    return SQUAD_TOKENS;
}
