/* The column `sharding` of a measured-run table, and what frameworks do where it says nothing. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/scenarios/measured_table.h"

/* 16 GPUs without tensor and pipeline parallelism. */
#define REPLICAS "tp=1|pp=1|dp=16|micro_batch_seqs=1|grad_accum=2|global_batch_seqs=32|"

Test(measured_sharding, a_word_of_the_cell_is_the_stage) {
    static const struct {
        const char *changes;
        int64_t stage;
    } CELLS[] = {{REPLICAS "sharding=none", 0},    {REPLICAS "sharding=distributed optimizer", 1},
                 {REPLICAS "sharding=ZeRO-1", 1},  {REPLICAS "sharding=ZeRO-1 over all data-parallel ranks", 1},
                 {REPLICAS "sharding=ZeRO2", 2},   {REPLICAS "sharding=zero-3", 3},
                 {REPLICAS "sharding=FSDP+DP", 3}, {REPLICAS "sharding=FSDP FULL_SHARD", 3}};
    for (size_t i = 0; i < sizeof CELLS / sizeof *CELLS; i++) {
        PlanSpec plan = measured_table_plan(CELLS[i].changes);
        cr_assert_eq(plan_zero_stage(&plan), CELLS[i].stage, "%s", CELLS[i].changes);
        cr_assert_eq(plan.zero_shard_size, 0, "%s", CELLS[i].changes);
    }
    expect_reason("sharding=some",
                  "sharding: found \"some\", expected none, distributed optimizer, ZeRO-1, 2, 3 or FSDP");
    expect_assumption(REPLICAS "sharding=ZeRO-1 over all ranks",
                      "sharding \"ZeRO-1 over all ranks\" is read as ZeRO-1 over all replicas.");
}

Test(measured_sharding, a_number_after_fsdp_is_the_shard_group) {
    cr_assert_eq(measured_table_plan(REPLICAS "sharding=FSDP 4 x DP 4").zero_shard_size, 4);
    cr_assert_eq(measured_table_plan(REPLICAS "sharding=FSDP 16 x DP 1").zero_shard_size, 16);
    expect_reason(REPLICAS "sharding=FSDP 4 x DP 3", "sharding: found \"FSDP 4 x DP 3\", expected a product of dp 16");
    cr_assert_eq(measured_table_plan(REPLICAS "sharding=ZeRO-1 over 8 ranks").zero_shard_size, 8);
    cr_assert_eq(measured_table_plan(REPLICAS "sharding=HSDP 8").zero_shard_size, 8);
    cr_assert_eq(measured_table_plan(REPLICAS "sharding=FSDP2").zero_stage, 3);
    expect_reason(REPLICAS "sharding=ZeRO-1 over 5 ranks",
                  "sharding: found \"ZeRO-1 over 5 ranks\", expected a divisor of dp 16");
    expect_reason(REPLICAS "sharding=FSDP 0 x DP 16",
                  "sharding: found \"FSDP 0 x DP 16\", expected a product of dp 16");
    expect_reason(REPLICAS "sharding=FSDP 5 x DP 3", "sharding: found \"FSDP 5 x DP 3\", expected a product of dp 16");
}

Test(measured_sharding, the_framework_overlaps_and_reduces_in_the_precision_of_the_weights) {
    PlanSpec plan = measured_table_plan(REPLICAS "sharding=FSDP|release=2022-05|precision=bf16");
    cr_assert(plan.overlap_grad_reduce && plan.gradient_accumulation_fusion);
    cr_assert_not(plan.grad_reduce_in_fp32 || plan.zero_list_collectives);
    cr_assert(measured_table_plan(REPLICAS "sharding=FSDP|note= MP mode DEFAULT; x").grad_reduce_in_fp32);
    cr_assert_not(measured_table_plan(REPLICAS "sharding=FSDP|note= MP mode PURE; x").grad_reduce_in_fp32);
    expect_assumption(REPLICAS "sharding=FSDP",
                      "ZeRO-3 and FSDP: gradients are reduced in the precision of the weights beside the "
                      "backward pass, parameters are gathered one layer ahead and again for the backward pass.");
}

#define STAGES "tp=1|pp=4|dp=4|micro_batch_seqs=1|grad_accum=8|global_batch_seqs=32|"

Test(measured_sharding, deepspeed_since_2022_copies_what_it_gathers_and_reduces) {
    cr_expect(measured_table_plan(REPLICAS "sharding=ZeRO-3|note=DeepSpeed 0.14|release=2024-04").zero_copies);
    cr_expect(measured_table_plan(REPLICAS "sharding=ZeRO-2|note=DeepSpeed 0.14|release=2024-04").zero_copies);
    cr_expect_not(measured_table_plan(REPLICAS "sharding=ZeRO-3|note=DeepSpeed 0.4|release=2021-08").zero_copies);
    cr_expect_not(measured_table_plan(REPLICAS "sharding=FSDP|note=DeepSpeed or not|release=2024-04").zero_copies);
    cr_expect_not(measured_table_plan(REPLICAS "sharding=ZeRO-1|note=DeepSpeed 0.14|release=2024-04").zero_copies);
    expect_assumption(REPLICAS "sharding=ZeRO-3|note=DeepSpeed 0.14|release=2024-04",
                      "DeepSpeed copies what ZeRO-3 gathers and reduces.");
}

Test(measured_sharding, torchtitan_waits_for_messages_and_reductions_of_its_stages) {
    PlanSpec plan = measured_table_plan(STAGES "sharding=FSDP|source=pytorch torchtitan|release=2024-12");
    cr_assert_not(plan.overlap_grad_reduce || plan.overlap_p2p);
    cr_assert_eq(plan.zero_stage, 3);
    plan = measured_table_plan(REPLICAS "sharding=FSDP|source=pytorch torchtitan|release=2024-12");
    cr_assert(plan.overlap_grad_reduce && plan.overlap_p2p);
    expect_assumption(STAGES "sharding=FSDP|source=pytorch torchtitan|release=2024-12",
                      "FSDP under torch.distributed.pipelining: parameters are gathered once per step and kept, "
                      "gradients reduced in fp32 behind the last backward pass of a chunk, whose message waits for it; "
                      "a stage waits for its messages.");
}

Test(measured_sharding, deepspeed_before_2022_moves_each_weight_by_lists) {
    cr_assert(measured_table_plan(REPLICAS "sharding=ZeRO-3|release=2021-04").zero_list_collectives);
    cr_assert_not(measured_table_plan(REPLICAS "sharding=FSDP|release=2021-04").zero_list_collectives);
    cr_assert_not(measured_table_plan(REPLICAS "sharding=ZeRO-3|release=2022-01").zero_list_collectives);
    cr_assert_not(measured_table_plan(REPLICAS "sharding=ZeRO-1|release=2021-04").zero_list_collectives);
}

Test(measured_sharding, internevo_s_layers_are_in_pieces) {
    PlanSpec plan = measured_table_plan(REPLICAS "sharding=ZeRO-1|source=InternEvo x|recompute=none");
    cr_assert(plan.norm_in_fp32 && plan.recompute_norms && plan.fused_cross_entropy);
    cr_assert_not(plan.swiglu_fusion || plan.fused_optimizer);
    cr_assert(plan.gradient_bucket_copies);
    cr_assert_eq(plan.gradient_bucket_parameters, 536870912);
    cr_assert_not(measured_table_plan(REPLICAS "sharding=ZeRO-3|source=InternEvo x").gradient_bucket_copies);
    cr_assert_not(measured_table_plan(REPLICAS "sharding=ZeRO-1|source=InternEvo x|recompute=full").recompute_norms);
    plan = measured_table_plan(REPLICAS "sharding=ZeRO-1");
    cr_assert(plan.swiglu_fusion && !plan.norm_in_fp32 && !plan.recompute_norms);
}

Test(measured_sharding, internevo_cuts_no_weights_under_zero_1) {
    cr_assert(measured_table_plan(REPLICAS "sharding=ZeRO-1|source=InternEvo x").zero_whole_weights);
    cr_assert_not(measured_table_plan(REPLICAS "sharding=ZeRO-3|source=InternEvo x").zero_whole_weights);
    cr_assert_not(measured_table_plan(REPLICAS "sharding=ZeRO-1").zero_whole_weights);
}

Test(measured_sharding, deepspeed_limits_whole_parameters_and_fsdp_does_not) {
    cr_assert_eq(measured_table_plan(REPLICAS "sharding=ZeRO-3|release=2022-01").max_live_parameters, 1000000000);
    cr_assert_eq(measured_table_plan(REPLICAS "sharding=FSDP|release=2022-01").max_live_parameters, 0);
    cr_assert_eq(measured_table_plan(REPLICAS "sharding=ZeRO-2|release=2022-01").max_live_parameters, 0);
    cr_assert_eq(measured_table_plan(REPLICAS "sharding=ZeRO-3|release=2021-12").max_live_parameters, 0);
    expect_assumption(REPLICAS "sharding=ZeRO-3|release=2022-01",
                      "DeepSpeed's ZeRO-3: at most 1e9 parameters are whole, so weights of that size are not gathered "
                      "ahead, and recomputed layers gather theirs again.");
}

Test(measured_sharding, deepspeed_splits_the_state_of_bf16_weights_whatever_the_stage) {
    static const char NONE[] = REPLICAS "sharding=none|precision=bf16|note=Megatron-DeepSpeed x";
    PlanSpec plan = measured_table_plan(NONE);
    cr_assert(plan.zero_stage == 1 && plan.zero_all_reduce && plan.grad_reduce_in_fp32);
    cr_assert_not(plan.gradient_accumulation_fusion || plan.zero_whole_weights);
    expect_assumption(NONE, "DeepSpeed's BF16_Optimizer: the optimizer's state is split whatever the ZeRO stage is, "
                            "gradients are added up in fp32 by kernels of their own and all-reduced whole.");
    cr_assert(measured_table_plan(REPLICAS "sharding=ZeRO-1|precision=bf16|source=Megatron-DeepSpeed").zero_all_reduce);
    plan = measured_table_plan(REPLICAS "sharding=none|precision=fp16|source=Megatron-DeepSpeed");
    cr_assert(plan.zero_stage == 0 && !plan.zero_all_reduce);
    plan = measured_table_plan(REPLICAS "sharding=ZeRO-2|precision=bf16|source=Megatron-DeepSpeed");
    cr_assert(plan.zero_stage == 2 && !plan.zero_all_reduce);
    cr_assert_not(measured_table_plan(REPLICAS "sharding=ZeRO-1|precision=bf16").zero_all_reduce);
    cr_assert_not(measured_table_plan(REPLICAS "sharding=none|precision=bf16|note=Megatron-DeepSpeed|params_b=|"
                                               "model=GPT MoE 8 experts top-2")
                      .zero_all_reduce);
}

Test(measured_sharding, a_recipe_says_what_the_row_does_not) {
    PlanSpec plan = measured_table_plan(REPLICAS "sharding=FSDP+DP|release=v24.11.1 Paxml|model=GPT-3 5B|recompute=");
    cr_assert_eq(plan.zero_shard_size, 8);
    cr_assert_eq(plan.recompute, RECOMPUTE_NONE);
    cr_assert_not(plan.overlap_grad_reduce);
    cr_assert_eq(plan.prefetch_layers, 0);
    plan = measured_table_plan(REPLICAS "sharding=FSDP 4 x DP 4|release=v25.02 MaxText|recompute=");
    cr_assert(plan.overlap_grad_reduce);
    cr_assert_eq(plan.prefetch_layers, 1);
    cr_assert_eq(plan.zero_shard_size, 4);
    cr_assert(plan.recompute == RECOMPUTE_FULL && plan.recompute_keeps == RECOMPUTE_KEEPS_QKV);
    plan = measured_table_plan(REPLICAS "sharding=FSDP+DP|release=v24.11.1 Paxml|model=GPT-3 175B|recompute=|"
                                        "gpus=128|dp=128|global_batch_seqs=256");
    cr_assert(plan.recompute == RECOMPUTE_FULL && plan.recompute_keeps == RECOMPUTE_KEEPS_QKV_OUT);
    plan = measured_table_plan(REPLICAS "sharding=FSDP 4 x DP 4|release=v25.02 MaxText|recompute=none");
    cr_assert_eq(plan.recompute, RECOMPUTE_NONE);
    expect_assumption(REPLICAS "sharding=FSDP+DP|release=v24.11.1 Paxml|model=GPT-3 5B",
                      "Paxml recipe: no PGLE, no double buffering: the collectives of FSDP run on the compute stream, "
                      "gradients in the precision of the weights.");
    expect_assumption(REPLICAS "sharding=FSDP+DP|release=v24.11.1 Paxml|model=GPT-3 5B",
                      "sharding \"FSDP+DP\" is read as ZeRO-3 over 8 GPUs, as the recipe says.");
}

Test(measured_sharding, hugging_face_s_layers_run_operation_by_operation) {
    PlanSpec plan = measured_table_plan(REPLICAS "sharding=ZeRO-1|precision=bf16|release=2023-11|note=Hugging Face x");
    cr_assert(plan.eager_layers && plan.norm_in_fp32 && !plan.swiglu_fusion);
    cr_assert_not(plan.flash_attention || plan.grad_reduce_in_fp32 || plan.gradient_accumulation_fusion);
    cr_expect(plan.eager_cross_entropy);
    plan = measured_table_plan(REPLICAS "sharding=ZeRO-1|precision=bf16|release=2024-05|note=Hugging Face x");
    cr_assert(plan.eager_layers && plan.flash_attention && plan.attention_kernel == ATTENTION_FLASH_2);
    cr_assert_not(measured_table_plan(REPLICAS "sharding=ZeRO-1|release=2024-05").eager_layers);
}

Test(measured_sharding, mpt_has_no_dropout_and_llm_foundry_flash_attention) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, REPLICAS "sharding=FSDP|model=MPT-7b|source=mosaicml/llm-foundry");
    cr_assert_null(run.reason, "%s", run.reason);
    cr_assert_eq(run.spec.jobs[0].training.model.dropout_fraction, 0);
    cr_assert(run.spec.jobs[0].training.plan.flash_attention);
    cr_assert_eq(run.spec.jobs[0].training.plan.attention_kernel, ATTENTION_FLASH_1_TRITON);
    cr_assert(run.spec.jobs[0].training.plan.fused_cross_entropy);
    cr_assert_eq(run.spec.jobs[0].training.plan.train_metrics, 2);
    cr_assert_not(run.spec.jobs[0].training.plan.fused_optimizer);
    run = measured_table_run(reading, REPLICAS "sharding=FSDP|model=MosaicGPT 7b|source=mosaicml/examples llm");
    cr_assert_null(run.reason, "%s", run.reason);
    cr_assert_eq(run.spec.jobs[0].training.model.dropout_fraction, 0);
    const PlanSpec *plan = &run.spec.jobs[0].training.plan;
    cr_assert(plan->attention_kernel == ATTENTION_FLASH_1 && plan->train_metrics == 2 && plan->norm_in_fp32);
    cr_assert_not(plan->fused_cross_entropy || plan->fused_optimizer);
    reading_destroy(reading);
}
