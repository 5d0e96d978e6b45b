#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/scenarios/measured_table.h"

/* For reasons that the model gives, whose wording is not the table's business. */
static void expect_reason_begins(const char *changes, const char *reason) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, changes);
    cr_assert_not_null(run.reason, "\"%s\" has no reason, expected %s", changes, reason);
    cr_assert_eq(strncmp(run.reason, reason, strlen(reason)), 0, "%s", run.reason);
    reading_destroy(reading);
}

/* The node of a GPU text. */
static void expect_node(const char *gpu, const char *node) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, arena_format(reading->arena, "gpu=%s", gpu));
    cr_assert_null(run.reason, "\"%s\": %s", gpu, run.reason);
    cr_assert_str_eq(run.spec.cluster.node.name, node);
    reading_destroy(reading);
}

Test(measured_run, a_row_that_states_all_becomes_a_resolved_spec) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, "");
    const JobSpec *job = &run.spec.jobs[0];
    const PlanSpec *plan = &job->training.plan;
    cr_assert_null(run.reason, "%s", run.reason);
    cr_assert_eq(run.line, 2);
    cr_assert_str_eq(run.model, "GPT 7.5B");
    cr_assert_eq(run.step_s, 2.385);
    cr_assert_eq(run.spec.cluster.nodes, 2);
    cr_assert_eq(job->gpus, 16);
    cr_assert_eq(job->training.model.hidden, 4096);
    cr_assert_eq(job->training.sequence_tokens, 2048);
    cr_assert_eq(plan->tensor_parallel, 4);
    cr_assert_eq(plan->pipeline_parallel, 2);
    cr_assert_eq(plan->data_parallel, 2);
    cr_assert_eq(plan->gradient_accumulation, 8);
    cr_assert_eq(plan->recompute, RECOMPUTE_FULL);
    cr_assert_eq(plan->precision, PRECISION_FP16);
    cr_assert_str_eq(plan->schedule, "1f1b");
    cr_assert_not(plan->sequence_parallel);
    cr_assert_not(plan->distributed_optimizer);
    reading_destroy(reading);
}

Test(measured_run, the_gpu_text_names_a_node_of_the_catalogue) {
    expect_node("A100-SXM4-80GB", "dgx-a100-80");
    expect_node("A100-80GB", "dgx-a100-80");
    expect_node("A100-SXM4-40GB (DGX-A100)", "dgx-a100-40");
    expect_node("V100-SXM3-32GB (DGX-2)", "dgx-2-v100");
    expect_node("nvidia h100-SXM5-80GB", "dgx-h100");
    expect_node("H200", "hgx-h200");
    expect_node("B200", "dgx-b200");
    expect_node("A40", "pcie-a40");
    expect_node("NVIDIA A40 PCIe 48GB", "pcie-a40");
    expect_node("L40S", "pcie-l40s");
    expect_node("MI300X", "nd-mi300x");
    expect_node("H200-SXM-141GB", "hgx-h200");
    expect_node("V100-SXM2-32GB", "dgx-1-v100");
    expect_node("NVIDIA GeForce RTX 4090", "pcie-rtx4090");
    expect_node("RTX4090-24GB", "pcie-rtx4090");
    expect_node("A100-SXM4-40GB", "dgx-a100-40");
    expect_node("A100 PCIe", "pcie-a100-80");
    expect_node("A100-PCIE-40GB", "pcie-a100-40");
    expect_node("H100 PCIe 80GB", "pcie-h100");
    expect_node("GB200", "gb200-nvl72");
    expect_assumption("gpu=V100-SXM2", "The memory of the V100 is not stated: 32 GB.");
    expect_assumption("gpu=A100 (memory size not in source)", "The memory of the A100 is not stated: 80 GB.");
}

Test(measured_run, one_node_needs_no_network) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, "gpus=8|dp=1|global_batch_seqs=16|interconnect=");
    cr_assert_null(run.reason, "%s", run.reason);
    cr_assert_eq(run.spec.cluster.nodes, 1);
    for (int i = 0; i < run.assumption_count; i++)
        cr_assert_null(strstr(run.assumptions[i], "NICs"), "%s", run.assumptions[i]);
    reading_destroy(reading);
}

Test(measured_run, gpus_per_node_overrides_the_entry) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, "gpus_per_node=4");
    cr_assert_eq(run.spec.cluster.node.gpus, 4);
    cr_assert_eq(run.spec.cluster.nodes, 4);
    reading_destroy(reading);
    expect_assumption("gpus_per_node=", "gpus_per_node is not stated: 8 as in the catalogue's dgx-a100-80.");
    expect_reason("gpus_per_node=40000", "gpus_per_node: found 40000, expected at most 32767");
}

/* 99 blocks of 128 rows on each of four GPUs. */
Test(measured_run, megatron_pads_a_vocabulary_of_odd_length) {
    static const struct {
        const char *changes;
        int64_t vocab;
    } CASES[] = {{"vocab=50257|note=Megatron-LM", 50688},
                 {"vocab=50257|note=NeMo", 50688},
                 {"vocab=50257|note=", 50257},
                 {"vocab=50264|note=Megatron-LM", 50264}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        Reading *reading = reading_create();
        MeasuredRun run = measured_table_run(reading, CASES[i].changes);
        cr_assert_eq(run.spec.jobs[0].training.model.vocab, CASES[i].vocab, "%s: %ld", CASES[i].changes,
                     (long)run.spec.jobs[0].training.model.vocab);
        reading_destroy(reading);
    }
    expect_assumption("vocab=50257|note=NeMo", "vocab 50257 is padded as Megatron-LM does.");
}

Test(measured_run, gated_or_not_follows_from_the_number_of_parameters) {
    Reading *reading = reading_create();
    MeasuredRun gpt = measured_table_run(reading, "");
    const TransformerSpec *model = &gpt.spec.jobs[0].training.model;
    cr_assert_not(model->gated);
    cr_assert(model->biases && model->tied_embeddings);
    cr_assert_eq(model->max_positions, 2048);
    cr_assert_eq(model->dropout_fraction, 0.1);
    MeasuredRun llama = measured_table_run(reading, "params_b=6.74|layers=32|ffn_hidden=11008|vocab=32000");
    model = &llama.spec.jobs[0].training.model;
    cr_assert(model->gated && model->rms_norm);
    cr_assert_not(model->biases || model->tied_embeddings);
    cr_assert_eq(model->max_positions, 0);
    cr_assert_eq(model->dropout_fraction, 0);
    cr_assert(measured_table_assumes(&llama, "Llama style by the number of parameters: gated MLP, RMSNorm, no biases, "
                                             "rotary positions, untied embeddings, no dropout."));
    reading_destroy(reading);
    expect_assumption("params_b=", "GPT style, since params_b is not stated: LayerNorm, biases, learned positions, "
                                   "tied embeddings, dropout 0.1.");
}

Test(measured_run, empty_cells_are_filled_and_said) {
    expect_assumption("kv_heads=", "kv_heads is not stated: as many as heads.");
    expect_assumption("ffn_hidden=", "ffn_hidden is not stated: 4 x hidden.");
    expect_assumption("vocab=", "vocab is not stated: 51200.");
    expect_assumption("vp=", "vp is not stated: 1.");
    expect_assumption("tp=|dp=8|grad_accum=2", "tp is not stated: 1.");
    expect_assumption("dp=", "dp is not stated: gpus / (tp x pp).");
    expect_assumption("recompute=", "recompute is not stated: none.");
    expect_assumption("precision=", "precision is not stated: bf16.");
}

Test(measured_run, precision_is_read_by_its_word) {
    static const struct {
        const char *cell;
        Precision precision;
    } CASES[] = {{"precision=fp16", PRECISION_FP16},
                 {"precision=bf16", PRECISION_BF16},
                 {"precision=amp_bf16", PRECISION_BF16},
                 {"precision=fp16 (assumed)", PRECISION_FP16}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        cr_assert_eq(measured_table_plan(CASES[i].cell).precision, CASES[i].precision, "%s", CASES[i].cell);
    expect_assumption("precision=amp_bf16", "precision \"amp_bf16\" is read as bf16.");
    expect_reason("precision=posit", "precision: found \"posit\", expected fp32, tf32, fp16, bf16 or fp8");
    expect_reason_begins("precision=FP8", "plan.precision: found fp8, ");
}

Test(measured_run, recomputation_is_read_by_its_words) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, "recompute=selective+sequence-parallel");
    cr_assert_eq(run.spec.jobs[0].training.plan.recompute, RECOMPUTE_SELECTIVE);
    cr_assert(run.spec.jobs[0].training.plan.sequence_parallel);
    run = measured_table_run(reading, "recompute=selective");
    cr_assert_not(run.spec.jobs[0].training.plan.sequence_parallel);
    reading_destroy(reading);
    expect_reason("recompute=some", "recompute: found \"some\", expected none, selective or full");
}

Test(measured_run, a_name_tells_the_family_where_the_parameters_do_not) {
    Reading *reading = reading_create();
    MeasuredRun part = measured_table_run(reading, "model=Llama 3.1 405B|params_b=|layers=8");
    const TransformerSpec *llama = &part.spec.jobs[0].training.model;
    cr_assert(llama->gated && llama->rms_norm && !llama->biases && !llama->tied_embeddings);
    cr_assert_eq(llama->dropout_fraction, 0);
    cr_assert(measured_table_assumes(&part, "Llama style by the name: gated MLP, RMSNorm, no biases, rotary positions, "
                                            "untied embeddings, no dropout."));
    MeasuredRun other = measured_table_run(reading, "model=Nemotron4 15B");
    const TransformerSpec *nemotron = &other.spec.jobs[0].training.model;
    cr_assert_not(nemotron->gated || nemotron->rms_norm || nemotron->biases || nemotron->tied_embeddings);
    cr_assert_eq(nemotron->dropout_fraction, 0);
    cr_assert_eq(nemotron->max_positions, 0);
    reading_destroy(reading);
}

Test(measured_run, software_follows_from_the_year_of_the_release) {
    PlanSpec old = measured_table_plan("release=2021-12");
    cr_assert_not(old.gradient_accumulation_fusion || old.grad_reduce_in_fp32 || old.overlap_grad_reduce);
    cr_assert_not(old.async_tensor_allreduce);
    PlanSpec old_bf16 = measured_table_plan("release=2021-12|precision=bf16");
    cr_assert(old_bf16.grad_reduce_in_fp32 && !old_bf16.gradient_accumulation_fusion);
    PlanSpec middle = measured_table_plan("release=2022-05");
    cr_assert(middle.gradient_accumulation_fusion && middle.grad_reduce_in_fp32);
    cr_assert_not(middle.overlap_grad_reduce || middle.overlap_p2p || middle.flash_attention);
    PlanSpec late = measured_table_plan("release=v24.11.1 MaxText");
    cr_assert(late.gradient_accumulation_fusion && late.grad_reduce_in_fp32 && late.async_tensor_allreduce);
    cr_assert(late.overlap_grad_reduce && late.overlap_p2p && late.flash_attention);
    cr_assert_eq(late.attention_kernel, ATTENTION_AUTO);
    cr_assert_eq(measured_table_plan("release=2023-08").attention_kernel, ATTENTION_FLASH_2);
    PlanSpec round = measured_table_plan("release=MLPerf Training v3.1");
    cr_assert(round.overlap_grad_reduce && round.flash_attention);
    PlanSpec unknown = measured_table_plan("release=v3.1");
    cr_assert(unknown.gradient_accumulation_fusion && !unknown.flash_attention);
    expect_assumption("release=2023-01", "Software of 2023: fp32 gradients, fused gradient accumulation, gradient "
                                         "reduction, pipeline messages and backward tensor sums overlap with compute, "
                                         "FlashAttention 2.");
    expect_assumption("release=2024-01", "Software from 2024: fp32 gradients, fused gradient accumulation, gradient "
                                         "reduction, pipeline messages and backward tensor sums overlap with compute, "
                                         "flash attention.");
    expect_assumption("release=v3.1", "release \"v3.1\" names no year: software of 2022.");
}

Test(measured_run, nvidia_s_gpt3_in_mlperf_interleaves_and_has_no_dropout) {
    static const char *const SOURCE = "source=mlcommons/training_results_v3.1 NVIDIA/results/eos_nemo/gpt3|hidden=12288"
                                      "|layers=96|heads=96|params_b=175|kv_heads=|ffn_hidden=|tp=1|pp=4|dp=|gpus=16";
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, SOURCE);
    const TrainingSpec *training = &run.spec.jobs[0].training;
    cr_assert_eq(training->plan.virtual_stages, 1, "as the row says");
    cr_assert_eq(training->model.dropout_fraction, 0);
    run = measured_table_run(reading, arena_format(reading->arena, "%s|vp=", SOURCE));
    cr_assert_eq(run.spec.jobs[0].training.plan.virtual_stages, 12);
    run = measured_table_run(reading, arena_format(reading->arena, "%s|vp=|pp=1", SOURCE));
    cr_assert_eq(run.spec.jobs[0].training.plan.virtual_stages, 1);
    reading_destroy(reading);
}

Test(measured_run, what_is_not_modelled_is_a_reason) {
    expect_reason("model=Grok-1 314B MoE",
                  "model: found a mixture of experts, expected \"8 experts top-2\" in its name");
}

Test(measured_run, a_mixture_of_experts_says_so_in_the_name_of_its_model) {
    static const char *const GROK = "model=Grok-1 314B MoE 16 experts top-3|tp=1|dp=8|ep=4|release=2024-11|grad_accum="
                                    "|params_b=";
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, GROK);
    const TrainingSpec *training = &run.spec.jobs[0].training;
    cr_assert_null(run.reason, "%s", run.reason);
    cr_assert_eq(training->model.experts, 16);
    cr_assert_eq(training->model.experts_per_token, 3);
    cr_assert(training->model.gated);
    cr_assert_eq(training->plan.expert_parallel, 4);
    reading_destroy(reading);
    expect_assumption(GROK, "Tokens are spread evenly over the experts, none is dropped.");
    expect_reason("ep=2", "ep: found 2 for a dense model; experts are read from \"MoE 8 experts top-2\" in model");
}

Test(measured_run, a_context_group_divides_the_replicas_and_has_a_fused_attention) {
    PlanSpec plan = measured_table_plan("cp=2|dp=|grad_accum=|release=2022-05");
    cr_assert_eq(plan.context_parallel, 2);
    cr_assert_eq(plan.data_parallel, 1);
    cr_assert(plan.flash_attention);
    expect_assumption("cp=2|dp=|grad_accum=", "dp is not stated: gpus / (tp x cp x pp).");
    expect_reason("cp=2", "plan.data_parallel: found tensor 4 x context 2 x pipeline 2 x data 2, expected a product of "
                          "16 GPUs");
}

Test(measured_run, what_is_missing_is_a_reason) {
    expect_reason("step_time_s=", "no measured step time");
    expect_reason("micro_batch_seqs=|grad_accum=", "micro_batch_seqs is not stated");
    expect_reason("grad_accum=|global_batch_seqs=", "neither global_batch_seqs nor grad_accum is stated");
    expect_reason("hidden=", "hidden is not stated");
    expect_reason("layers=", "layers is not stated");
    expect_reason("heads=", "heads is not stated");
    expect_reason("seq_tokens=", "seq_tokens is not stated");
    expect_reason("gpus=", "gpus is not stated");
}

Test(measured_run, what_is_no_number_is_a_reason) {
    expect_reason("tp=four", "tp: found \"four\", expected a whole number from 1");
    expect_reason("tp=2.5", "tp: found \"2.5\", expected a whole number from 1");
    expect_reason("gpus=0", "gpus: found \"0\", expected a whole number from 1");
    expect_reason("gpus=1e300", "gpus: found \"1e300\", expected a whole number from 1");
    expect_reason("step_time_s=-3", "step_time_s: found \"-3\", expected a number above 0");
    expect_reason("params_b=big", "params_b: found \"big\", expected a number above 0");
}

Test(measured_run, a_plan_that_cannot_be_is_a_reason) {
    expect_reason_begins("dp=3", "plan.data_parallel: found tensor 4 x pipeline 2 x data 3, ");
    expect_reason_begins("grad_accum=7", "plan.global_batch: found 32 sequences, ");
}

Test(measured_run, a_table_without_the_needed_columns_is_an_error) {
    Reading *reading = reading_create();
    static const char HEAD[] = "hidden,layers,heads,seq_tokens,gpu,gpus,micro_batch_seqs,step_times\n";
    const CsvTable *table = csv_read_text(HEAD, strlen(HEAD), "t.csv", reading->arena, &reading->errors);
    cr_assert_not(measured_run_check_columns(table, &reading->errors));
    cr_assert_str_eq(reading_errors(reading), "t.csv:1:1: found no column \"step_time_s\", expected those of "
                                              "scenarios/measured/example.csv (is \"step_times\" meant?)\n");
    reading_destroy(reading);
}

Test(measured_run, a_table_with_the_needed_columns_is_good) {
    Reading *reading = reading_create();
    cr_assert(measured_run_check_columns(measured_table(reading, "shoe size=43"), &reading->errors));
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert(measured_run_knows_column("note"));
    cr_assert_not(measured_run_knows_column("shoe size"));
    reading_destroy(reading);
}
