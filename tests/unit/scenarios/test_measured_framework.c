/* What the software of a measured run does by its name and its month. */
#include <criterion/criterion.h>

#include "tests/unit/scenarios/measured_table.h"

/* 16 GPUs without tensor and pipeline parallelism. */
#define REPLICAS "tp=1|pp=1|dp=16|micro_batch_seqs=1|grad_accum=2|global_batch_seqs=32|"

#define FLAGPERF "source=FlagOpen/FlagPerf training/nvidia/llama3_8B-megatron/README.md|"

Test(measured_framework, bert_of_2019_has_a_kernel_for_every_sum) {
    PlanSpec plan = measured_table_plan("source=NVIDIA/DeepLearningExamples BERT|release=2019-07|precision=fp16");
    cr_assert(plan.eager_layers && !plan.bias_dropout_fusion && plan.gradient_bucket_copies);
    cr_assert_not(plan.overlap_grad_reduce || plan.grad_reduce_in_fp32 || plan.flash_attention);
    cr_assert_eq(plan.optimizer.kind, OPTIMIZER_LAMB);
    plan = measured_table_plan("source=NVIDIA/DeepLearningExamples BERT|release=2019-07|note=fine-tuning");
    cr_assert_eq(plan.optimizer.kind, OPTIMIZER_ADAM);
    plan = measured_table_plan("note=DeepSpeedExamples Megatron-LM|release=2020-12|precision=fp16");
    cr_assert(plan.eager_layers && !plan.bias_dropout_fusion && plan.optimizer.kind == OPTIMIZER_ADAM);
    cr_assert(measured_table_plan("source=Megatron-LM|release=2020-12").bias_dropout_fusion);
}

Test(measured_framework, bert_is_no_llama_whatever_its_parameters) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, "model=BERT-base|params_b=9.8|precision=fp16");
    cr_assert_null(run.reason, "%s", run.reason);
    cr_assert(run.spec.jobs[0].training.model.biases && !run.spec.jobs[0].training.model.gated);
    run = measured_table_run(reading, "model=base|params_b=9.8|precision=fp16");
    cr_assert(run.spec.jobs[0].training.model.gated);
    reading_destroy(reading);
}

Test(measured_framework, hugging_face_s_trainer_keeps_fp32_weights_unless_deepspeed_makes_them_narrow) {
    PlanSpec plan = measured_table_plan(REPLICAS "model=GPT2|note=Hugging Face 4.12|release=2021-11|precision=fp16");
    cr_assert(plan.autocast && !plan.norm_in_fp32 && plan.grad_reduce_in_fp32 && plan.gradient_bucket_copies);
    cr_assert_not(plan.fused_optimizer || plan.gelu_fusion || plan.bias_dropout_fusion);
    plan = measured_table_plan(REPLICAS "model=GPT2|note=Hugging Face 4.12, DeepSpeed|sharding=ZeRO-1|release=2021-11|"
                                        "precision=fp16");
    cr_assert(plan.fused_optimizer && !plan.autocast && !plan.norm_in_fp32 && !plan.grad_reduce_in_fp32 &&
              !plan.gelu_fusion);
    cr_assert(measured_table_plan(REPLICAS "model=BERT|note=Hugging Face 4.12|release=2021-11").gelu_fusion);
    cr_assert(measured_table_plan(REPLICAS "model=GPT2|note=nanoGPT, torch.compile|release=2023-02").gelu_fusion);
}

Test(measured_framework, adapters_stand_beside_weights_of_16_bit) {
    PlanSpec plan = measured_table_plan(REPLICAS "note=Hugging Face, LoRA of rank 16|release=2023-11|precision=bf16");
    cr_assert_eq(plan.lora.rank, 16);
    cr_assert(plan.norm_in_fp32 && !plan.autocast);
}

Test(measured_framework, paddle_fuses_norms_or_positions) {
    PlanSpec plan = measured_table_plan("note=Paddle 2.5.1|release=2023-09|precision=fp16");
    cr_assert(plan.eager_layers && plan.norm_fusion && !plan.rope_fusion && !plan.swiglu_fusion);
    cr_assert_not(plan.norm_in_fp32 || plan.overlap_grad_reduce || plan.async_tensor_allreduce);
    plan = measured_table_plan("source=PaddlePaddle/PaddleNLP|release=2023-11|precision=bf16");
    cr_assert(plan.eager_layers && !plan.norm_fusion && plan.rope_fusion && !plan.grad_reduce_in_fp32);
}

Test(measured_framework, megatron_overlaps_no_gradients_before_september_2023) {
    PlanSpec plan = measured_table_plan("source=x Megatron-LM|release=2023-08");
    cr_assert(plan.overlap_p2p && plan.async_tensor_allreduce && !plan.overlap_grad_reduce);
    cr_assert(measured_table_plan("source=x Megatron-LM|release=2023-09").overlap_grad_reduce);
    cr_assert(measured_table_plan("source=x|release=2023-08").overlap_grad_reduce);
    cr_assert(measured_table_plan("source=x Megatron-LM|release=NGC 23.09-py3").overlap_grad_reduce);
    cr_assert_not(measured_table_plan("source=x Megatron-LM|release=NGC 23.08-py3").overlap_grad_reduce);
}

Test(measured_framework, flagperf_s_script_asks_for_no_overlap) {
    PlanSpec plan = measured_table_plan(FLAGPERF "release=2024-05|recompute=selective");
    cr_assert(plan.sequence_parallel && plan.recompute_core_attn && !plan.overlap_grad_reduce && !plan.overlap_p2p);
    cr_assert_eq(plan_zero_stage(&plan), 1);
    cr_assert(plan.swiglu_fusion && !plan.eager_layers);
    cr_assert_not(measured_table_plan(FLAGPERF "release=2024-05|recompute=full").recompute_core_attn);
    plan = measured_table_plan(FLAGPERF "release=2023-11|recompute=selective");
    cr_assert(plan.eager_layers && plan.norm_fusion && !plan.swiglu_fusion && !plan.recompute_core_attn);
    plan = measured_table_plan("note=FlagScale @ed55532 (Megatron-LM)|release=2023-10");
    cr_assert(plan.eager_layers && plan.norm_fusion && !plan.overlap_grad_reduce && !plan.sequence_parallel);
}

Test(measured_framework, xla_fuses_paxml_s_layers_and_nanogpt_runs_them_one_by_one) {
    PlanSpec plan = measured_table_plan(REPLICAS "note=Paxml x|release=2023-08|precision=bf16");
    cr_assert(plan.compile && plan.overlap_grad_reduce && !plan.flash_attention && !plan.grad_reduce_in_fp32);
    plan = measured_table_plan(REPLICAS "note=karpathy/nanoGPT|release=2023-02|precision=bf16");
    cr_assert(plan.eager_layers && !plan.bias_dropout_fusion && plan.grad_reduce_in_fp32);
    cr_assert_not(plan.compile || plan.gradient_accumulation_fusion || plan.flash_attention);
}

Test(measured_framework, zero_2_overlaps_only_where_a_row_says_so) {
    cr_assert_not(measured_table_plan(REPLICAS "sharding=ZeRO-2|release=2024-05").overlap_grad_reduce);
    cr_assert(measured_table_plan(REPLICAS "sharding=ZeRO-2|release=2024-05|note=overlap_comm").overlap_grad_reduce);
    cr_assert_not(measured_table_plan(REPLICAS "sharding=ZeRO-2|note=overlap_comm: false").overlap_grad_reduce);
    cr_assert(measured_table_plan(REPLICAS "sharding=ZeRO-2|note=FSDP keeps weights").overlap_grad_reduce);
    cr_assert(measured_table_plan(
                  "tp=1|pp=4|dp=4|micro_batch_seqs=1|grad_accum=8|global_batch_seqs=32|sharding=ZeRO-2|release=2024-05")
                  .overlap_grad_reduce);
    cr_assert(measured_table_plan(REPLICAS "sharding=ZeRO-3|release=2024-05").overlap_grad_reduce);
    expect_assumption(REPLICAS "sharding=ZeRO-2|precision=bf16",
                      "ZeRO-2: gradients are reduced in every micro-batch, in the precision of the weights, "
                      "overlap_comm is not stated: behind the backward pass.");
}

Test(measured_framework, deepspeed_of_2023_all_reduces_under_zero_1) {
    PlanSpec plan = measured_table_plan(REPLICAS "sharding=ZeRO-1|release=2023-01|note=DeepSpeed 0.8");
    cr_assert(plan.zero_all_reduce && !plan.overlap_grad_reduce);
    plan = measured_table_plan(REPLICAS "sharding=ZeRO-1|release=2023-01|note=DeepSpeed 0.8, overlap_comm");
    cr_assert(plan.zero_all_reduce && plan.overlap_grad_reduce);
    cr_assert_not(measured_table_plan(REPLICAS "sharding=ZeRO-1|release=2022-12|note=DeepSpeed 0.7|precision=fp16")
                      .zero_all_reduce);
    cr_assert_not(measured_table_plan(REPLICAS "sharding=ZeRO-1|release=2023-01").zero_all_reduce);
}

Test(measured_framework, fp32_is_tf32_where_the_gpu_has_it) {
    cr_assert_eq(measured_table_plan(REPLICAS "precision=fp32|gpu=A100").precision, PRECISION_TF32);
    cr_assert_eq(measured_table_plan(REPLICAS "precision=fp32|gpu=A100|note=no TF32").precision, PRECISION_FP32);
    cr_assert_eq(measured_table_plan(REPLICAS "precision=fp32|gpu=V100").precision, PRECISION_FP32);
    cr_assert_eq(measured_table_plan(REPLICAS "precision=bf16|gpu=A100").precision, PRECISION_BF16);
    expect_assumption(REPLICAS "precision=fp32|gpu=A100",
                      "fp32 on the a100-80 is read as tf32, as NVIDIA's containers run its products.");
}

Test(measured_framework, flash_attention_is_of_version_1_before_july_2023) {
    cr_assert_eq(measured_table_plan(REPLICAS "release=2023-06").attention_kernel, ATTENTION_FLASH_1);
    cr_assert_eq(measured_table_plan(REPLICAS "release=2023-07").attention_kernel, ATTENTION_FLASH_2);
    cr_assert_eq(measured_table_plan(REPLICAS "source=fms-fsdp|release=").attention_kernel, ATTENTION_FLASH_2);
    expect_assumption(REPLICAS "release=2023-06", "Before July 2023: FlashAttention 1.");
}

Test(measured_framework, flash_attention_s_own_training_code_fuses_all_but_the_sums_of_gradients) {
    PlanSpec plan = measured_table_plan(REPLICAS "source=Dao-AILab/flash-attention training|release=2023-01|"
                                                 "sharding=ZeRO-1");
    cr_assert(plan.fused_cross_entropy && plan.zero_whole_weights && plan.swiglu_fusion && plan.grad_reduce_in_fp32);
    cr_assert_not(plan.gradient_accumulation_fusion || plan.eager_layers);
    cr_assert_eq(plan.attention_kernel, ATTENTION_FLASH_1);
}

/* Where gradients are distributed and reduced beside the backward pass. */
Test(measured_framework, nemo_gathers_parameters_beside_the_next_step) {
    cr_assert(measured_table_plan(REPLICAS "note=NeMo|release=2024-11|precision=bf16").overlap_param_gather);
    cr_assert(measured_table_plan(REPLICAS "note=Megatron Bridge|release=2025-09|precision=bf16").overlap_param_gather);
    cr_assert_not(measured_table_plan(REPLICAS "note=NeMo|sharding=FSDP|release=2024-11").overlap_param_gather);
    cr_assert_not(measured_table_plan(REPLICAS "note=NeMo|sharding=none|release=2024-11").overlap_param_gather);
    cr_assert_not(
        measured_table_plan(REPLICAS "source=Megatron-LM|sharding=ZeRO-1|release=2024-11").overlap_param_gather);
}
