#include "scenarios/tables/measured_lora.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* NeMo's performance recipes of Llama 3 (finetune_performance_optimizations and finetune_recipe of 24.12): peft.dim is
 * 16, target_modules is linear_qkv. */
enum { RECIPE_RANK = 16 };

static const char *const TARGET_NAMES[] = {[LORA_QKV] = "query, key and value",
                                           [LORA_ATTENTION] = "the products of attention",
                                           [LORA_ALL] = "all products of a layer"};

static LoraTargets read_targets(const char *note) {
    if (measured_row_has_words(note, "beside all products"))
        return LORA_ALL;
    return measured_row_has_words(note, "value and the attention s output") ? LORA_ATTENTION : LORA_QKV;
}

/* MLPerf's fine-tuning of Llama 2 70B, NVIDIA's and AMD's (megatron_gpt_peft_tuning_config.yaml): fp8_params with fp8,
 * disable_parameter_transpose_cache. */
static bool keeps_fp8_weights(const MeasuredRow *row, const PlanSpec *plan) {
    return plan->precision == PRECISION_FP8 &&
           measured_row_has_words(measured_row_text(row, "source"), "mlcommons/training_results");
}

void measured_lora_read(MeasuredRow *row, PlanSpec *plan) {
    const char *note = measured_row_text(row, "note"), *rank = strstr(note, "of rank ");
    if (!measured_row_has_words(note, "LoRA"))
        return;
    plan->lora = (LoraSpec){.rank = RECIPE_RANK, .targets = read_targets(note)};
    bool is_stated = rank != NULL && sscanf(rank, "of rank %6" SCNd64, &plan->lora.rank) == 1 && plan->lora.rank > 0;
    if (!is_stated)
        plan->lora.rank = RECIPE_RANK;
    measured_row_assume(row, "LoRA: adapters of rank %" PRId64 " beside %s, %s.", plan->lora.rank,
                        TARGET_NAMES[plan->lora.targets], is_stated ? "by the note" : "as in NeMo's recipes");
    plan->lora.fp8_weights = keeps_fp8_weights(row, plan);
    if (plan->lora.fp8_weights)
        measured_row_assume(row, "MLPerf's LoRA recipes: frozen weights in fp8 alone.");
}
