/*
 * Published runs on other GPUs, models, scales and networks than the tables beside the repository, our own collection
 * (tests/validation/published/README.md). They only judge, so the guards are loose: they hold what is met today, and
 * fall when a row is refused or misread that was read before.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "scenarios/validation/validation.h"

#define FOLDER "tests/validation/published/"

/* What is met today, with room. */
typedef struct Guard {
    const char *file;
    int rows;
    int most_not_run;
    int most_out_of_memory;
    double most_error_fraction;
    double most_memory_error_fraction; /* of printed peaks; 0 = none is printed */
} Guard;

static const Guard GUARDS[] = {
    {FOLDER "nvidia_h100.csv", 32, 2, 1, 0.12, 0},
    {FOLDER "nvidia_blackwell.csv", 61, 1, 7, 0.10, 0},
    {FOLDER "mosaicml_h100.csv", 62, 0, 0, 0.09, 0},
    {FOLDER "pytorch_fsdp.csv", 23, 0, 0, 0.15, 0.10},
    {FOLDER "bigscience_jean_zay.csv", 37, 0, 0, 0.11, 0},
    {FOLDER "printed_memory.csv", 23, 0, 0, 0.18, 0.08},
    {FOLDER "dlperf_v100.csv", 34, 0, 0, 0.17, 0},
    {FOLDER "nvidia_bert_v100.csv", 16, 0, 0, 0.08, 0},
    {FOLDER "mosaicgpt_a100.csv", 54, 0, 0, 0.08, 0},
    {FOLDER "flagperf_paddle.csv", 29, 0, 0, 0.14, 0},
    {FOLDER "other_clusters.csv", 34, 0, 0, 0.21, 0},
    {FOLDER "megatron_moe.csv", 5, 1, 0, 0.2, 0},
    {FOLDER "google_recipes.csv", 11, 0, 0, 0.13, 0},
    {FOLDER "mlperf_rounds.csv", 13, 0, 0, 0.15, 0},
    {FOLDER "huge_h100.csv", 10, 0, 0, 0.08, 0},
    {FOLDER "qwen_finetuning.csv", 33, 0, 0, 0.17, 0.18},
    {FOLDER "lambda_bert.csv", 37, 0, 0, 0.2, 0},
    {FOLDER "atorch_llama2.csv", 14, 0, 0, 0.12, 0.38},
    {FOLDER "deepspeed_hf_v100.csv", 10, 0, 0, 0.27, 0},
    {FOLDER "transformer_engine_gpt2.csv", 7, 0, 0, 0.45, 0},
    {FOLDER "mlperf_submitters.csv", 22, 0, 0, 0.16, 0},
    {FOLDER "bridge_2604.csv", 21, 0, 0, 0.14, 0},
    {FOLDER "nemo_b200.csv", 9, 0, 0, 0.1, 0},
    {FOLDER "torchtitan_async_tp.csv", 12, 0, 0, 0.19, 0},
    {FOLDER "vectorlm_a100.csv", 18, 0, 3, 0.08, 0},
    {FOLDER "single_sources.csv", 10, 0, 0, 0.21, 0},
};

static void expect_guard(const Guard *guard) {
    static const char *const ROOTS[] = {"scenarios"};
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    const CsvTable *table = csv_read_file(guard->file, arena, &errors);
    cr_assert_not_null(table, "%s", guard->file);
    cr_assert(measured_run_check_columns(table, &errors));
    ValidationOptions options = {.catalogue = {.roots = ROOTS, .root_count = 1}};
    const Validation *validation = validation_run(table, &options, arena);
    fprintf(stderr, "%s: %d of %d rows, mean absolute error %.2f %%; null model %.2f %%\n", guard->file,
            validation->ours.rows, validation->row_count, 100 * validation->ours.mean_absolute_fraction,
            100 * validation->null.mean_absolute_fraction);
    cr_expect_eq(validation->row_count, guard->rows, "%s", guard->file);
    cr_expect_leq(validation->counts[VALIDATION_NOT_RUN], guard->most_not_run, "%s", guard->file);
    cr_expect_leq(validation->counts[VALIDATION_OUT_OF_MEMORY], guard->most_out_of_memory, "%s", guard->file);
    cr_expect_leq(validation->ours.mean_absolute_fraction, guard->most_error_fraction, "%s", guard->file);
    if (guard->most_memory_error_fraction > 0)
        cr_expect_leq(validation->memory.mean_absolute_fraction, guard->most_memory_error_fraction, "%s", guard->file);
    arena_destroy(arena);
}

Test(published, runs_never_looked_at_are_met_as_today) {
    for (size_t i = 0; i < sizeof GUARDS / sizeof *GUARDS; i++)
        expect_guard(&GUARDS[i]);
}
