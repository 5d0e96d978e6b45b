/* What PyTorch's own frameworks are taken to do where a row does not tell. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/scenarios/measured_table.h"

#define ONE_STAGE "gpu=H100|precision=bf16|tp=1|pp=1|dp=16|micro_batch_seqs=1|grad_accum=|global_batch_seqs=16|"
#define TITAN     ONE_STAGE "source=pytorch/torchtitan benchmarks|sharding=FSDP|"

Test(measured_torch, torchtitan_runs_pytorch_s_own_operators_and_recomputes_by_operator) {
    PlanSpec plan = measured_table_plan(TITAN "release=2024-12|recompute=selective");
    cr_assert_eq(plan.recompute, RECOMPUTE_BY_OPERATOR);
    cr_assert_eq(plan.attention_kernel, ATTENTION_FLASH_2);
    cr_assert(plan.norm_in_fp32 && !plan.swiglu_fusion && plan.torch_fsdp && plan.reshard_after_forward);
    expect_assumption(TITAN "release=2024-12|recompute=", "torchtitan: selective recomputation is by operator.");
    cr_assert_eq(measured_table_plan(TITAN "release=2024-12|recompute=none").recompute, RECOMPUTE_NONE);
    cr_assert_eq(measured_table_plan(TITAN "release=2024-12|recompute=full").recompute, RECOMPUTE_FULL);
    cr_assert_eq(measured_table_plan("source=a page|recompute=selective").recompute, RECOMPUTE_SELECTIVE);
}

/* A row that leaves it open has more recomputed when it would not fit, one that says so has not. */
Test(measured_torch, recomputation_by_operator_stays_where_it_fits_and_is_said) {
    static const char LARGE[] = TITAN "release=2024-12|seq_tokens=32768|heads=32|recompute=";
    cr_expect_eq(measured_table_plan(LARGE).recompute, RECOMPUTE_FULL);
    expect_assumption(LARGE, "The run did not fit: full recomputation, as recompute is not stated.");
    cr_expect_eq(measured_table_plan(TITAN "release=2024-12|recompute=").recompute, RECOMPUTE_BY_OPERATOR);
    cr_expect_eq(measured_table_plan(TITAN "release=2024-12|seq_tokens=32768|recompute=selective").recompute,
                 RECOMPUTE_BY_OPERATOR);
}

Test(measured_torch, torchtitan_compiles_the_loss_from_april_2025) {
    PlanSpec plan = measured_table_plan(TITAN "release=2025-03|note=torch.compile");
    cr_expect(plan.eager_cross_entropy && !plan.fused_cross_entropy);
    plan = measured_table_plan(TITAN "release=2025-04|note=torch.compile");
    cr_expect(!plan.eager_cross_entropy && plan.fused_cross_entropy);
    plan = measured_table_plan(TITAN "release=2025-04|note=eager");
    cr_expect(plan.eager_cross_entropy && !plan.fused_cross_entropy);
    plan = measured_table_plan(TITAN "release=v0.2|note=torch.compile");
    cr_expect(plan.eager_cross_entropy);
    cr_expect_not(measured_table_plan(ONE_STAGE "source=a page|sharding=FSDP|release=2025-03").eager_cross_entropy);
}

Test(measured_torch, tensor_groups_of_torchtitan_gather_fp8_with_one_scale_only) {
    static const char GROUPS[] = "gpu=H100|tp=8|pp=1|dp=2|micro_batch_seqs=1|grad_accum=|global_batch_seqs=2|"
                                 "source=pytorch/torchtitan benchmarks|sharding=FSDP|release=2025-06|precision=fp8|"
                                 "note=torch.compile, Float8 ";
    char row[512];
    snprintf(row, sizeof row, "%srowwise", GROUPS);
    cr_expect(measured_table_plan(row).tp_gathers_in_16_bit);
    expect_assumption(row, "torchtitan: with scales by row tensor groups gather in 16 bit.");
    snprintf(row, sizeof row, "%stensorwise", GROUPS);
    cr_expect_not(measured_table_plan(row).tp_gathers_in_16_bit);
}

Test(measured_torch, torchtitan_s_norm_and_adam_are_one_kernel_each_by_their_months) {
    PlanSpec plan = measured_table_plan(TITAN "release=2024-03");
    cr_expect(plan.eager_layers && plan.norm_in_fp32 && !plan.norm_fusion && !plan.fused_optimizer);
    plan = measured_table_plan(TITAN "release=2024-08");
    cr_expect(plan.eager_layers && !plan.norm_in_fp32 && plan.norm_fusion && !plan.fused_optimizer);
    plan = measured_table_plan(TITAN "release=2025-02");
    cr_expect(plan.norm_in_fp32 && !plan.norm_fusion && !plan.fused_optimizer);
    plan = measured_table_plan(TITAN "release=2025-07");
    cr_expect(plan.norm_in_fp32 && !plan.norm_fusion && plan.fused_optimizer);
    plan = measured_table_plan(TITAN "release=2025-08");
    cr_expect(plan.eager_layers && plan.norm_fusion && plan.fused_optimizer);
    plan = measured_table_plan(ONE_STAGE "source=foundation-model-stack/fms-fsdp|sharding=FSDP");
    cr_expect(plan.eager_layers && !plan.fused_optimizer && !plan.gradient_bucket_copies);
}

Test(measured_torch, composer_gathered_fp32_under_autocast_before_march_2023) {
#define MOSAIC ONE_STAGE "source=mosaicml/examples llm/throughput|sharding=FSDP|"
    PlanSpec plan = measured_table_plan(MOSAIC "release=2023-02|note=MP mode DEFAULT");
    cr_expect(plan.autocast && !plan.norm_in_fp32 && !plan.grad_reduce_in_fp32);
    plan = measured_table_plan(MOSAIC "release=2023-03|note=MP mode DEFAULT");
    cr_expect(!plan.autocast && plan.norm_in_fp32 && plan.grad_reduce_in_fp32);
    plan = measured_table_plan(MOSAIC "release=2023-02|note=MP mode PURE");
    cr_expect(!plan.autocast && plan.norm_in_fp32);
    expect_assumption(MOSAIC "release=2023-01|note=MP mode DEFAULT",
                      "MP mode DEFAULT before March 2023: weights and residual in fp32 under autocast, gathered so, "
                      "gradients reduced in 16 bit.");
}

Test(measured_torch, fsdp_of_other_frameworks_is_not_pytorch_s) {
    cr_expect(measured_table_plan(ONE_STAGE "source=mosaicml/llm-foundry|sharding=FSDP").torch_fsdp);
    cr_expect_not(measured_table_plan(ONE_STAGE "source=mosaicml/llm-foundry|sharding=ZeRO-1").torch_fsdp);
    cr_expect_not(measured_table_plan(ONE_STAGE "source=NVIDIA-NeMo/Megatron-Bridge|sharding=FSDP").torch_fsdp);
}

Test(measured_torch, hugging_face_s_models_under_fsdp_are_pytorch_s) {
#define FACE ONE_STAGE "source=a page|release=2024-02|note=Hugging Face's model"
    PlanSpec plan = measured_table_plan(FACE "|sharding=FSDP");
    cr_expect(plan.torch_fsdp && !plan.fsdp_copies);
    expect_assumption(FACE "|sharding=FSDP", "FSDP1 copies gradients together.");
    cr_expect(measured_table_plan(FACE ", FSDP2|sharding=FSDP").fsdp_copies);
    cr_expect_not(measured_table_plan(FACE ", DeepSpeed|sharding=ZeRO-3").torch_fsdp);
    cr_expect_not(measured_table_plan(FACE ", LoRA of rank 16|sharding=FSDP").torch_fsdp);
    cr_expect(measured_table_plan(ONE_STAGE "source=mosaicml/examples llm/throughput|sharding=FSDP").torch_fsdp);
}

Test(measured_torch, litgpt_s_benchmark_trains_in_bf16_alone) {
    static const char ROW[] =
        ONE_STAGE "source=Lightning-AI/lightning-thunder pull request|sharding=FSDP|note=SHARD_GRAD_OP";
    PlanSpec plan = measured_table_plan(ROW);
    cr_expect(plan.torch_fsdp && !plan.reshard_after_forward);
    cr_expect_eq(plan.optimizer.main_params, MAIN_PARAMS_NONE);
    cr_expect(plan.optimizer.exp_avg == MOMENT_BF16 && plan.optimizer.exp_avg_sq == MOMENT_BF16);
}

Test(measured_torch, a_peak_is_of_what_the_column_says) {
    Reading *reading = reading_create();
    cr_expect_eq(measured_table_run(reading, "mem_gb=23.85").peak_kind, MEMORY_PROCESS);
    cr_expect_eq(measured_table_run(reading, "mem_kind=process").peak_kind, MEMORY_PROCESS);
    cr_expect_eq(measured_table_run(reading, "mem_kind=allocated").peak_kind, MEMORY_ALLOCATED);
    cr_expect_eq(measured_table_run(reading, "mem_kind=max reserved").peak_kind, MEMORY_RESERVED);
    MeasuredRun run = measured_table_run(reading, "mem_kind=physical");
    cr_expect(measured_table_assumes(&run, "mem_kind \"physical\" is read as process."));
    reading_destroy(reading);
}

Test(measured_torch, a_model_in_bf16_has_gradients_and_moments_of_bf16) {
    static const char ROW[] = ONE_STAGE "release=2024-07|note=Hugging Face's model in bf16|sharding=";
    PlanSpec plan = measured_table_plan(ROW);
    cr_expect_eq(plan.optimizer.main_params, MAIN_PARAMS_NONE);
    cr_expect(plan.optimizer.exp_avg == MOMENT_BF16 && plan.optimizer.exp_avg_sq == MOMENT_BF16);
    cr_expect(!plan.grad_reduce_in_fp32 && !plan.fused_optimizer);
    expect_assumption(ROW, "A model in bf16 by the note: weights, gradients and both moments in bf16 alone.");
    plan = measured_table_plan(ONE_STAGE "release=2024-07|note=Hugging Face's model|sharding=");
    cr_expect(plan.grad_reduce_in_fp32 && plan.optimizer.main_params != MAIN_PARAMS_NONE);
}
