#include "scenarios/tables/measured_torch.h"

#include <stdio.h>

#include "scenarios/tables/measured_release.h"

/* Frameworks that shard with torch.distributed.fsdp. */
static const char *const TORCH_FSDP[] = {"torchtitan", "fms fsdp", "llm-foundry", "mosaicml examples",
                                         "lightning thunder"};

enum { TORCH_FSDP_COUNT = sizeof TORCH_FSDP / sizeof *TORCH_FSDP };

static bool is_from(const MeasuredRow *row, const char *words) {
    return measured_row_has_words(measured_row_text(row, "source"), words);
}

/* activation_checkpoint.mode = "selective", selective_ac_option = "op". */
bool measured_torch_recompute(MeasuredRow *row, Recompute *recompute) {
    const char *text = measured_row_text(row, "recompute");
    bool is_selective = text[0] == '\0' || measured_row_has_words(text, "selective");
    if (!is_selective || !is_from(row, "torchtitan"))
        return false;
    *recompute = RECOMPUTE_BY_OPERATOR;
    measured_row_assume(row, "torchtitan: selective recomputation is by operator.");
    return true;
}

static void settle_weights(MeasuredRow *row, PlanSpec *plan) {
    int framework = 0;
    while (framework < TORCH_FSDP_COUNT && !is_from(row, TORCH_FSDP[framework]))
        framework++;
    /* Beside adapters its memory is not modelled. */
    bool is_hugging_face = measured_row_names(row, "Hugging Face") && plan->lora.rank == 0 &&
                           measured_row_has_words(measured_row_text(row, "sharding"), "FSDP");
    plan->torch_fsdp = (framework < TORCH_FSDP_COUNT || is_hugging_face) && plan->zero_stage == 3;
    if (!plan->torch_fsdp)
        return;
    measured_row_assume(row, "PyTorch's FSDP: shards in fp32 alone, embedding and head stay gathered.");
    plan->fsdp_copies = is_from(row, "torchtitan") || measured_row_names(row, "FSDP2");
    measured_row_assume(row, plan->fsdp_copies ? "FSDP2 copies what it gathers and reduces."
                                               : "FSDP1 copies gradients together.");
    if (measured_row_has_words(measured_row_text(row, "note"), "SHARD_GRAD_OP")) {
        plan->reshard_after_forward = false;
        measured_row_assume(row, "SHARD_GRAD_OP by the note: weights stay gathered after the forward pass.");
    }
}

/* parallelize_llama.py: float8 all-gather in tensor groups is for tensorwise scales, others take the plain styles. */
static void settle_gathers(MeasuredRow *row, PlanSpec *plan) {
    plan->tp_gathers_in_16_bit = is_from(row, "torchtitan") && plan->precision == PRECISION_FP8 &&
                                 plan->tensor_parallel > 1 &&
                                 measured_row_has_words(measured_row_text(row, "note"), "rowwise");
    if (plan->tp_gathers_in_16_bit)
        measured_row_assume(row, "torchtitan: with scales by row tensor groups gather in 16 bit.");
}

/* --training.compile took in the loss with pull request 1033 of April 2025. */
static bool compiles_loss(const MeasuredRow *row, const PlanSpec *plan) {
    enum { FIRST_MONTH = 2025 * 12 + 4 };
    int year = 0, month = 0;
    if (sscanf(measured_row_text(row, "release"), "%4d-%2d", &year, &month) != 2)
        return false;
    return plan->compile && year * 12 + month >= FIRST_MONTH;
}

static void settle_loss(MeasuredRow *row, PlanSpec *plan) {
    if (!is_from(row, "torchtitan"))
        return;
    plan->fused_cross_entropy = compiles_loss(row, plan);
    plan->eager_cross_entropy = !plan->fused_cross_entropy;
    measured_row_assume(row, plan->eager_cross_entropy ? "torchtitan: the loss runs operator by operator."
                                                       : "torchtitan from April 2025: the loss is compiled.");
}

/* torch.optim.AdamW makes its moments in the type of the parameters that it is given. */
static bool is_all_bf16(const MeasuredRow *row) {
    return measured_row_affirms(measured_row_text(row, "note"), "model in bf16");
}

/* benchmark_litgpt.py makes the model in bf16 and gives its parameters to torch.optim.AdamW. */
static void settle_optimizer(MeasuredRow *row, PlanSpec *plan) {
    if (is_all_bf16(row)) {
        plan->optimizer =
            (OptimizerSpec){.main_params = MAIN_PARAMS_NONE, .exp_avg = MOMENT_BF16, .exp_avg_sq = MOMENT_BF16};
        measured_row_assume(row, "A model in bf16 by the note: weights, gradients and both moments in bf16 alone.");
    }
    if (!is_from(row, "lightning thunder"))
        return;
    plan->optimizer =
        (OptimizerSpec){.main_params = MAIN_PARAMS_NONE, .exp_avg = MOMENT_BF16, .exp_avg_sq = MOMENT_BF16};
    measured_row_assume(row, "benchmark_litgpt.py: weights and both moments in bf16 alone.");
}

/* transformers' activations.py: gelu_new is the activation of GPT-2's configuration, of which nanoGPT's is a copy. */
static void settle_gelu(MeasuredRow *row, PlanSpec *plan) {
    bool is_gpt = measured_row_has_family(measured_row_text(row, "model"), "GPT");
    if (!is_gpt || plan->compile || !(measured_row_names(row, "Hugging Face") || measured_row_names(row, "nanoGPT")))
        return;
    plan->gelu_fusion = false;
    measured_row_assume(row, "GPT-2's GELU is written out in eight kernels.");
}

/*
 * DeepSpeed makes the model in 16 bit. Without it and without FSDP the Trainer runs weights of fp32 under autocast, in
 * DDP with buckets that gradients are copied into, and an AdamW of many kernels (training_args.py, adamw_hf and
 * adamw_torch).
 */
static void settle_hugging_face(MeasuredRow *row, PlanSpec *plan) {
    if (!measured_row_names(row, "Hugging Face"))
        return;
    if (measured_row_names(row, "DeepSpeed")) {
        plan->norm_in_fp32 = false;
        return;
    }
    if (plan->zero_stage != 0 || plan->precision == PRECISION_FP32 || plan->pipeline_parallel > 1 ||
        plan->tensor_parallel > 1)
        return;
    plan->fused_optimizer = false;
    if (is_all_bf16(row)) {
        plan->gradient_bucket_copies = plan->data_parallel > 1;
        return;
    }
    plan->grad_reduce_in_fp32 = true;
    plan->gradient_bucket_copies = true;
    plan->autocast = plan->lora.rank == 0;
    plan->norm_in_fp32 = plan->norm_in_fp32 && !plan->autocast;
    measured_row_assume(row,
                        "Hugging Face's Trainer without DeepSpeed: %sgradients in fp32, copied into DDP's "
                        "buckets, AdamW operation by operation.",
                        plan->autocast ? "weights and residual in fp32 under autocast, " : "");
}

/*
 * Composer's FSDP: with mixed_precision DEFAULT weights were gathered in fp32 and gradients reduced in 16 bit until
 * pull request 2047 of March 2023, so that autocast cast what products take (mosaic_fsdp.py, get_mixed_precision).
 * llm-foundry came after it.
 */
static void settle_composer(MeasuredRow *row, PlanSpec *plan) {
    enum { GATHERS_16_BIT_SINCE = 2023 * 12 + 3 - 1 };
    bool is_default = measured_row_has_words(measured_row_text(row, "note"), "MP mode DEFAULT");
    if (!is_from(row, "mosaicml examples") || !is_default || measured_release_month(row) >= GATHERS_16_BIT_SINCE)
        return;
    plan->autocast = true;
    plan->norm_in_fp32 = plan->grad_reduce_in_fp32 = false;
    measured_row_assume(row, "MP mode DEFAULT before March 2023: weights and residual in fp32 under autocast, gathered "
                             "so, gradients reduced in 16 bit.");
}

void measured_torch_settle(MeasuredRow *row, PlanSpec *plan) {
    settle_gelu(row, plan);
    settle_hugging_face(row, plan);
    settle_composer(row, plan);
    settle_weights(row, plan);
    settle_gathers(row, plan);
    settle_loss(row, plan);
    settle_optimizer(row, plan);
}
