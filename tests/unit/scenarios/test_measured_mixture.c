#include <criterion/criterion.h>

#include "tests/unit/scenarios/measured_table.h"

#define DEEPSEEK                                                                                                       \
    "release=2025-05|model=DeepSeek-V3 671B MoE 256 experts top-8|params_b=671|hidden=7168|heads=128|kv_heads=128|"    \
    "ffn_hidden=2048|vocab=129280|tp=1|pp=1|dp=16|ep=16|gpu=H200|precision=bf16|grad_accum=1|"                         \
    "global_batch_seqs=32|recompute=|"

Test(measured_mixture, layers_of_a_known_mixture_are_the_catalogues) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, DEEPSEEK "layers=61");
    const TransformerSpec *model = &run.spec.jobs[0].training.model;
    cr_assert_null(run.reason, "%s", run.reason);
    cr_expect_eq(model->kv_rank, 512);
    cr_expect_eq(model->dense_first, 3);
    cr_expect_eq(model->shared_experts, 1);
    cr_expect_eq(model->ffn_hidden, 18432);
    cr_expect_eq(model->vocab, 129280);
    cr_expect(measured_table_assumes(
        &run, "Layers of the catalogue's deepseek-v3: kv_heads, ffn_hidden and experts are its own."));
    reading_destroy(reading);
}

Test(measured_mixture, a_cut_down_model_of_the_same_name_is_read_by_its_columns) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, DEEPSEEK "layers=16|params_b=");
    const TransformerSpec *model = &run.spec.jobs[0].training.model;
    cr_assert_null(run.reason, "%s", run.reason);
    cr_expect(model->layers == 16 && model->experts == 256 && model->kv_rank == 0 && model->dense_first == 0);
    reading_destroy(reading);
}

Test(measured_mixture, chunks_that_do_not_divide_the_layers_are_dealt_out_by_cost) {
    PlanSpec plan = measured_table_plan("release=2025-05|layers=33|params_b=|pp=4|tp=2|dp=2");
    cr_expect_eq(plan.stage_split, STAGE_SPLIT_COST);
    cr_expect_eq(measured_table_plan("release=2025-05|layers=32|params_b=|pp=4|tp=2|dp=2").stage_split,
                 STAGE_SPLIT_EVEN);
    expect_assumption("release=2025-05|layers=33|params_b=|pp=4|tp=2|dp=2",
                      "4 chunks do not divide the layers: they are dealt out by cost.");
    expect_reason("release=2021-04|layers=33|params_b=|pp=4|tp=2|dp=2",
                  "plan.pipeline_parallel: found 4 stages of 1 chunks, expected them to divide the model's 33 layers");
}
