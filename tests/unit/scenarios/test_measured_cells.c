#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/scenarios/measured_table.h"

Test(measured_cells, cells_that_say_that_they_are_empty_are_empty) {
    static const char *const WORDS[] = {"n/a", "N/A", "NA", "nan", "-", "--", "?", "Unknown", "not stated"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        Reading *reading = reading_create();
        MeasuredRun run =
            measured_table_run(reading, arena_format(reading->arena, "vp=%s|mem_gb=%s", WORDS[i], WORDS[i]));
        cr_expect(measured_table_assumes(&run, "vp is not stated: 1."), "%s", WORDS[i]);
        reading_destroy(reading);
    }
    expect_reason("gpus=n/a", "gpus is not stated");
}

/* None of them may pass as another number. */
Test(measured_cells, numbers_that_are_written_otherwise_are_reasons) {
    expect_reason("gpus=1,024", "gpus: found \"1,024\", expected a whole number from 1");
    expect_reason("gpus=1 024", "gpus: found \"1 024\", expected a whole number from 1");
    expect_reason("gpus=0x10", "gpus: found \"0x10\", expected a whole number from 1");
    expect_reason("gpus=8-16", "gpus: found \"8-16\", expected a whole number from 1");
    expect_reason("gpus=~16", "gpus: found \"~16\", expected a whole number from 1");
    expect_reason("gpus=16.5", "gpus: found \"16.5\", expected a whole number from 1");
    expect_reason("gpus=-16", "gpus: found \"-16\", expected a whole number from 1");
    expect_reason("step_time_s=2.3 s", "step_time_s: found \"2.3 s\", expected a number above 0");
    expect_reason("step_time_s=842ms", "step_time_s: found \"842ms\", expected a number above 0");
    expect_reason("step_time_s=2,385", "step_time_s: found \"2,385\", expected a number above 0");
    expect_reason("step_time_s=inf", "step_time_s: found \"inf\", expected a number above 0");
    expect_reason("step_time_s=0x2", "step_time_s: found \"0x2\", expected a number above 0");
    expect_reason("step_time_s=1e-300", "step_time_s: found \"1e-300\", expected a number above 0");
    expect_reason("tp=1e9|pp=1e9|cp=1e9", "tp: found 1000000000, expected at most 1000000");
    expect_reason("layers=1e9", "layers: found 1000000000, expected at most 100000");
    expect_reason("step_time_s=", "no measured step time");
}

Test(measured_cells, tokens_per_second_are_a_step) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, "step_time_s=|tokens_per_s_per_gpu=1024");
    const TrainingSpec *training = &run.spec.jobs[0].training;
    double tokens = (double)(training->plan.global_batch_seqs * training->sequence_tokens);
    cr_assert_null(run.reason);
    cr_expect_float_eq(run.step_s, tokens / (1024.0 * (double)run.spec.jobs[0].gpus), 1e-9);
    reading_destroy(reading);
    expect_assumption("step_time_s=|tokens_per_s_per_gpu=1024",
                      "step_time_s is not stated: the batch's tokens over tokens_per_s_per_gpu.");
    expect_reason("step_time_s=|tokens_per_s_per_gpu=1,024",
                  "tokens_per_s_per_gpu: found \"1,024\", expected a number above 0");
}

Test(measured_cells, a_step_and_tokens_per_second_have_to_agree) {
    Reading *reading = reading_create();
    double step_s = measured_table_run(reading, "step_time_s=|tokens_per_s_per_gpu=1000").step_s;
    const char *changes = arena_format(reading->arena, "step_time_s=%.6g|tokens_per_s_per_gpu=500", step_s);
    MeasuredRun run = measured_table_run(reading, changes);
    cr_expect_float_eq(run.step_s, step_s, step_s * 1e-4);
    cr_expect(measured_table_assumes(
        &run, arena_format(reading->arena,
                           "tokens_per_s_per_gpu says %.4g s for a step, step_time_s %.4g s, which is compared.",
                           2 * step_s, step_s)));
    changes = arena_format(reading->arena, "step_time_s=%.6g|tokens_per_s_per_gpu=1020", step_s);
    cr_expect_eq(measured_table_run(reading, changes).assumption_count, run.assumption_count - 1);
    reading_destroy(reading);
}

Test(measured_cells, a_mixture_that_its_name_does_not_tell_is_no_dense_model) {
    expect_reason("params_b=46.7", "params_b: found 46.7, but the layers have 10.08; experts are read from \"MoE 8 "
                                   "experts top-2\" in model");
    expect_reason("params_b=1.1", "params_b: found 1.1, but the layers have 7.468");
    expect_reason("ep=8", "ep: found 8 for a dense model; experts are read from \"MoE 8 experts top-2\" in model");
    cr_assert_eq(measured_table_plan("params_b=8.2").expert_parallel, 1);
}

Test(measured_cells, sixteen_bit_of_any_kind_is_fp16_where_there_is_no_bf16) {
    cr_expect_eq(measured_table_plan("gpu=V100 32GB|precision=").precision, PRECISION_FP16);
    cr_expect_eq(measured_table_plan("gpu=V100 32GB|precision=AMP").precision, PRECISION_FP16);
    cr_expect_eq(measured_table_plan("gpu=A100 80GB|precision=mixed").precision, PRECISION_BF16);
    cr_expect_eq(measured_table_plan("gpu=A100 80GB|precision=half").precision, PRECISION_FP16);
}

Test(measured_cells, a_micro_batch_follows_from_the_rest_of_the_batch) {
    cr_assert_eq(measured_table_plan("micro_batch_seqs=|dp=2|grad_accum=4|global_batch_seqs=24").micro_batch_seqs, 3);
    expect_reason("micro_batch_seqs=|dp=2|grad_accum=4|global_batch_seqs=25", "micro_batch_seqs is not stated");
    expect_reason("micro_batch_seqs=|dp=2|grad_accum=|global_batch_seqs=24", "micro_batch_seqs is not stated");
}

Test(measured_cells, precisions_have_many_names) {
    static const struct {
        const char *text;
        Precision precision;
    } CASES[] = {{"MXFP8", PRECISION_FP8},     {"FP8-CS", PRECISION_FP8}, {"Float8 rowwise", PRECISION_FP8},
                 {"bfloat16", PRECISION_BF16}, {"AMP", PRECISION_BF16},   {"float16", PRECISION_FP16}};
    Reading *reading = reading_create();
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const char *changes = arena_format(reading->arena, "gpu=H100|precision=%s", CASES[i].text);
        cr_expect_eq(measured_table_plan(changes).precision, CASES[i].precision, "%s", CASES[i].text);
    }
    reading_destroy(reading);
    expect_reason("precision=NVFP4", "precision: found \"NVFP4\", expected fp32, tf32, fp16, bf16 or fp8");
}

Test(measured_cells, a_version_tells_its_year) {
    cr_assert(measured_table_plan("release=container 24.07-py3").flash_attention);
    cr_assert(measured_table_plan("release=2.3, 25.02").flash_attention);
    cr_assert(measured_table_plan("release=1.13, 2024.07").flash_attention);
    cr_assert_not(measured_table_plan("release=1.13, 20240.07").flash_attention);
}

Test(measured_cells, a_note_switches_flash_attention_and_compilation_on) {
    PlanSpec plan = measured_table_plan("release=2022-05|note=SDPA flash attention 2, torch.compile");
    cr_assert(plan.flash_attention && plan.compile);
    cr_assert_eq(plan.attention_kernel, ATTENTION_FLASH_2);
    PlanSpec none = measured_table_plan("release=2022-05|note=no flash attention");
    cr_assert_not(none.flash_attention || none.compile);
}

Test(measured_cells, a_note_that_denies_a_switch_leaves_it_off) {
    static const char *const NOTES[] = {
        "no torch.compile, without FlashAttention", "torch.compile off; non-flash attention",
        "torch_compile=False; flash attention: disabled", "precompiled, flashy attention"};
    Reading *reading = reading_create();
    for (size_t i = 0; i < sizeof NOTES / sizeof *NOTES; i++) {
        PlanSpec plan = measured_table_plan(arena_format(reading->arena, "release=2022-05|note=%s", NOTES[i]));
        cr_expect_not(plan.flash_attention || plan.compile, "%s", NOTES[i]);
    }
    reading_destroy(reading);
    PlanSpec plan = measured_table_plan("release=2022-05|note=no CUDA graphs; torch.compile, flash-attention");
    cr_assert(plan.flash_attention && plan.compile);
}

Test(measured_cells, a_peak_that_is_no_decimal_number_is_not_compared) {
    Reading *reading = reading_create();
    cr_assert_eq(measured_table_run(reading, "mem_gb=23.85").peak_bytes, 23.85e9);
    cr_assert_eq(measured_table_run(reading, "mem_gb=0x10").peak_bytes, 0);
    cr_assert_eq(measured_table_run(reading, "mem_gb=1e-300").peak_bytes, 0);
    cr_assert_eq(measured_table_run(reading, "mem_gb=80-90").peak_bytes, 0);
    reading_destroy(reading);
}

Test(measured_cells, hybrid_sharding_without_a_size_stays_inside_a_node) {
    PlanSpec plan = measured_table_plan("tp=1|pp=1|dp=16|sharding=HSDP|global_batch_seqs=64|grad_accum=");
    cr_assert_eq(plan.zero_shard_size, 8);
    cr_assert_eq(plan.max_live_parameters, 0);
}

Test(measured_cells, families_are_known_however_their_version_is_written) {
    Reading *reading = reading_create();
    cr_assert(measured_table_run(reading, "model=LLAMA3-70B|params_b=").spec.jobs[0].training.model.gated);
    cr_assert_eq(measured_table_run(reading, "model=Nemotron-4 340B").spec.jobs[0].training.model.max_positions, 0);
    TransformerSpec qwen = measured_table_run(reading, "model=Qwen2.5 7B").spec.jobs[0].training.model;
    cr_assert(qwen.gated && qwen.qkv_biases);
    TransformerSpec mixture = measured_table_run(reading, "model=Qwen3_30B_A3B").spec.jobs[0].training.model;
    cr_assert_eq(mixture.head_dim, 128);
    cr_assert_eq(mixture.experts, 128);
    cr_assert_eq(mixture.experts_per_token, 8);
    reading_destroy(reading);
    expect_reason("model=Nemotron-H 56B", "model: layers with Mamba are not modelled");
    expect_reason("model=GPT-OSS 120B", "model: layers with attention in windows are not modelled");
}
