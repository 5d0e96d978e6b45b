/* The adapters that a measured run's note tells of. */
#include <criterion/criterion.h>

#include "tests/unit/scenarios/measured_table.h"

#define FP8 "gpu=H100|precision=fp8|"

Test(measured_lora, the_note_tells_rank_and_products) {
    LoraSpec lora = measured_table_plan("note=LoRA of rank 64 beside all products of a layer").lora;
    cr_expect_eq(lora.rank, 64);
    cr_expect_eq(lora.targets, LORA_ALL);
    lora = measured_table_plan("note=LoRA of rank 24 beside query, key, value and the attention's output").lora;
    cr_expect_eq(lora.rank, 24);
    cr_expect_eq(lora.targets, LORA_ATTENTION);
    expect_assumption("note=LoRA of rank 24 beside query, key, value and the attention's output",
                      "LoRA: adapters of rank 24 beside the products of attention, by the note.");
    lora = measured_table_plan("note=LoRA of rank many").lora;
    cr_expect_eq(lora.rank, 16);
    cr_expect_eq(lora.targets, LORA_QKV);
    cr_expect_eq(measured_table_plan("note=full fine-tuning of rank 64").lora.rank, 0);
}

Test(measured_lora, mlperf_keeps_frozen_weights_in_fp8) {
    cr_expect(measured_table_plan(FP8 "source=mlcommons/training_results_v4.0 NVIDIA|note=LoRA").lora.fp8_weights);
    cr_expect_not(measured_table_plan(FP8 "source=a page|note=LoRA").lora.fp8_weights);
    cr_expect_not(measured_table_plan("gpu=H100|precision=bf16|source=mlcommons/training_results_v4.0 NVIDIA|note=LoRA")
                      .lora.fp8_weights);
    cr_expect_not(measured_table_plan(FP8 "source=mlcommons/training_results_v4.0 NVIDIA").lora.fp8_weights);
}
