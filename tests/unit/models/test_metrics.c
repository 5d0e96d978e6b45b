#include "models/account/metrics.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "tests/unit/models/small_cluster.h"

/* 12 GPUs: tensor 2, pipeline 2, data 3, 5 micro-batches of 3 sequences; a step of 2.385 s. */
typedef struct Bench {
    Arena *arena;
    SimulationSpec spec;
    MemoryResults memory[2];
    Results results;
} Bench;

static Bench *bench_create(void) {
    Arena *arena = arena_create();
    Bench *bench = ARENA_NEW(arena, Bench);
    bench->arena = arena;
    bench->spec = small_cluster(arena, 3, 4);
    PlanSpec *plan = &bench->spec.jobs[0].training.plan;
    plan->tensor_parallel = plan->pipeline_parallel = 2;
    plan->micro_batch_seqs = 3;
    plan->gradient_accumulation = 5;
    small_cluster_resolve(arena, &bench->spec);
    bench->memory[0] = (MemoryResults){.total_bytes = 7e9, .activations_bytes = 5e9, .capacity_bytes = 80e9};
    bench->memory[1] = (MemoryResults){.total_bytes = 8e9, .activations_bytes = 3e9, .capacity_bytes = 80e9};
    bench->results = (Results){.step = 2385000000,
                               .wall = 2385000000,
                               .step_count = 1,
                               .gpus = 12,
                               .mean_peak_flop_per_s = 312e12,
                               .memory = bench->memory,
                               .memory_count = 2,
                               .ledger = {.ns = {[LEDGER_PIPELINE_BUBBLE] = 2862000000}}};
    return bench;
}

static double metric(Bench *bench, const char *name) {
    metrics_fill(&bench->spec.jobs[0], bench->arena, &bench->results);
    const Metric *found = results_metric(&bench->results, name);
    cr_assert_not_null(found, "no %s", name);
    return found->value;
}

static void expect_metric(Bench *bench, const char *name, double expected) {
    double value = metric(bench, name);
    cr_assert_float_eq(value / expected, 1, 1e-12, "%s: %.17g, expected %.17g", name, value, expected);
}

/* Batch, sequence, layers, hidden, vocabulary. */
static const double B = 45, S = 512, L = 8, H = 1024, V = 5120, STEP_GPU_S = 2.385 * 12;

Test(metrics, executed_flops_follow_equation_3_of_sc21_with_full_recomputation) {
    Bench *bench = bench_create();
    bench->spec.jobs[0].training.plan.recompute = RECOMPUTE_FULL;
    double flop = 96 * B * S * L * H * H * (1 + S / (6 * H) + V / (16 * L * H));
    expect_metric(bench, "throughput.tflops_per_gpu", flop / STEP_GPU_S / 1e12);
    expect_metric(bench, "utilisation.hfu_fraction", flop / STEP_GPU_S / 312e12);
    arena_destroy(bench->arena);
}

Test(metrics, model_flops_are_the_same_whatever_is_recomputed) {
    Bench *bench = bench_create();
    double flop = 72 * B * S * L * H * H * (1 + S / (6 * H) + V / (12 * L * H));
    for (int recompute = RECOMPUTE_NONE; recompute <= RECOMPUTE_FULL; recompute++) {
        bench->spec.jobs[0].training.plan.recompute = (Recompute)recompute;
        expect_metric(bench, "throughput.model_tflops_per_gpu", flop / STEP_GPU_S / 1e12);
        expect_metric(bench, "utilisation.mfu_fraction", flop / STEP_GPU_S / 312e12);
    }
    bench->spec.jobs[0].training.plan.recompute = RECOMPUTE_NONE;
    expect_metric(bench, "throughput.tflops_per_gpu", flop / STEP_GPU_S / 1e12);
    arena_destroy(bench->arena);
}

Test(metrics, selective_recomputation_executes_the_attention_core_again_unless_it_is_fused) {
    Bench *bench = bench_create();
    PlanSpec *plan = &bench->spec.jobs[0].training.plan;
    plan->recompute = RECOMPUTE_SELECTIVE;
    double difference = metric(bench, "throughput.tflops_per_gpu") - metric(bench, "throughput.model_tflops_per_gpu");
    cr_assert_float_eq(difference / (B * L * 4 * S * S * H / STEP_GPU_S / 1e12), 1, 1e-9);
    plan->flash_attention = true;
    cr_assert_eq(metric(bench, "throughput.tflops_per_gpu"), metric(bench, "throughput.model_tflops_per_gpu"));
    arena_destroy(bench->arena);
}

Test(metrics, throughput_counts_sequences_and_tokens) {
    Bench *bench = bench_create();
    expect_metric(bench, "time.step_s", 2.385);
    expect_metric(bench, "throughput.sequences_per_s", 45 / 2.385);
    expect_metric(bench, "throughput.tokens_per_s", 45 * 512 / 2.385);
    expect_metric(bench, "throughput.tokens_per_s_per_gpu", 45 * 512 / 2.385 / 12);
    arena_destroy(bench->arena);
}

Test(metrics, ledger_fractions_are_of_all_gpu_time) {
    Bench *bench = bench_create();
    expect_metric(bench, "ledger.pipeline_bubble_fraction", 0.1);
    cr_assert_eq(metric(bench, "ledger.idle_fraction"), 0);
    expect_metric(bench, "pipeline.bubble_over_busy", 1 / 9.0);
    expect_metric(bench, "pipeline.bubble_theory", 1 / 5.0);
    arena_destroy(bench->arena);
}

Test(metrics, memory_is_that_of_the_fullest_stage) {
    Bench *bench = bench_create();
    cr_assert_eq(metric(bench, "memory.peak_bytes"), 8e9);
    cr_assert_eq(metric(bench, "memory.activations_bytes"), 3e9);
    cr_assert_eq(metric(bench, "memory.capacity_bytes"), 80e9);
    cr_assert_eq(metric(bench, "memory.fits"), 1);
    arena_destroy(bench->arena);
}

Test(metrics, the_plan_is_repeated_as_resolved) {
    Bench *bench = bench_create();
    const struct {
        const char *name;
        double value;
    } plan[] = {{"job.gpus", 12},           {"plan.tensor_parallel", 2}, {"plan.pipeline_parallel", 2},
                {"plan.virtual_stages", 1}, {"plan.data_parallel", 3},   {"plan.micro_batch", 3},
                {"plan.micro_batches", 5},  {"plan.global_batch", 45}};
    for (size_t i = 0; i < sizeof plan / sizeof *plan; i++)
        expect_metric(bench, plan[i].name, plan[i].value);
    expect_metric(bench, "job.parameters", transformer_parameters(&bench->spec.jobs[0].training.model));
    arena_destroy(bench->arena);
}

Test(metrics, a_job_that_does_not_fit_has_no_times) {
    Bench *bench = bench_create();
    bench->results.status = RUN_OUT_OF_MEMORY;
    bench->results.step = bench->results.wall = 0;
    const char *const absent[] = {
        "time.step_s",          "throughput.tflops_per_gpu", "throughput.tokens_per_s", "utilisation.mfu_fraction",
        "ledger.idle_fraction", "pipeline.bubble_over_busy"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        cr_assert(isnan(metric(bench, absent[i])), "%s", absent[i]);
    cr_assert_eq(metric(bench, "memory.fits"), 0);
    cr_assert_eq(metric(bench, "memory.peak_bytes"), 8e9);
    arena_destroy(bench->arena);
}

Test(metrics, names_are_unique_and_everything_has_a_unit_and_a_line_of_text) {
    Bench *bench = bench_create();
    metrics_fill(&bench->spec.jobs[0], bench->arena, &bench->results);
    cr_assert_geq(bench->results.metric_count, 8 + LEDGER_COUNT);
    for (int i = 0; i < bench->results.metric_count; i++) {
        const Metric *metric = &bench->results.metrics[i];
        cr_assert_eq(results_metric(&bench->results, metric->name), metric);
        cr_assert_not_null(strchr(metric->name, '.'));
        cr_assert_gt(strlen(metric->unit), 0);
        cr_assert_gt(strlen(metric->help), 3);
    }
    cr_assert_null(results_metric(&bench->results, "time.steps"));
    arena_destroy(bench->arena);
}
