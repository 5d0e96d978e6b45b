/* What steps become when their samples come from a loader: laws of the slowest part, folding, causes, neighbours. */
#include "models/workload/loader.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "sim/engine/engine.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"

/* 3 nodes of 2 GPUs, every GPU a replica, 5 micro-batches of 3 samples: 90 samples a step. */
static SimulationSpec fed_cluster(Arena *arena, LoaderSpec loader) {
    SimulationSpec spec = small_cluster(arena, 3, 2);
    spec.cluster.storage = (StorageSpec){.read_bytes_per_s = 2.385e9, .write_bytes_per_s = 1e9};
    spec.jobs[0].training.plan.micro_batch_seqs = 3;
    spec.jobs[0].training.plan.gradient_accumulation = 5;
    spec.jobs[0].loader = loader;
    return spec;
}

static const Results *run_fed(Arena *arena, LoaderSpec loader) {
    SimulationSpec spec = fed_cluster(arena, loader);
    small_cluster_resolve(arena, &spec);
    return simulation_run(&spec, arena);
}

static double step_s(const Results *results) {
    return sim_time_to_s(results->wall) / (double)results->step_count;
}

static double waiting(const Results *results) {
    return (double)results->ledger.ns[LEDGER_DATA_LOADING] / ((double)results->wall * (double)results->gpus);
}

Test(loader, a_slow_target_gives_a_step_in_the_time_of_its_bytes) {
    Arena *arena = arena_create();
    const Results *results = run_fed(arena, (LoaderSpec){.stored_bytes = 47e6, .copied_bytes = 1e3, .workers = 2});
    double expected_s = 90 * 47e6 / 2.385e9;
    cr_expect_float_eq(step_s(results), expected_s, 1e-6 * expected_s);
    cr_expect_gt(waiting(results), 0.5);
    cr_expect_float_eq(results->input_fraction[INPUT_STORAGE], 1, 1e-3);
    arena_destroy(arena);
}

Test(loader, preparation_beside_a_slow_target_is_no_cause) {
    Arena *arena = arena_create();
    const Results *results =
        run_fed(arena, (LoaderSpec){.stored_bytes = 47e6, .prepare_core_s = 0.2, .copied_bytes = 1e3, .workers = 9});
    double expected_s = 90 * 47e6 / 2.385e9;
    cr_expect_float_eq(step_s(results), expected_s, 1e-6 * expected_s);
    cr_expect_float_eq(results->input_fraction[INPUT_STORAGE], 1, 1e-3);
    arena_destroy(arena);
}

Test(loader, few_workers_give_a_step_in_the_time_of_their_cores) {
    Arena *arena = arena_create();
    const Results *results =
        run_fed(arena, (LoaderSpec){.stored_bytes = 1e3, .prepare_core_s = 0.31, .copied_bytes = 1e3, .workers = 3});
    double expected_s = 15 * 0.31 / 3;
    cr_expect_float_eq(step_s(results), expected_s, 1e-4 * expected_s);
    cr_expect_float_eq(results->input_fraction[INPUT_PREPARATION], 1, 1e-3);
    arena_destroy(arena);
}

Test(loader, more_workers_than_cores_give_what_the_cores_can) {
    Arena *arena = arena_create();
    SimulationSpec spec = fed_cluster(
        arena, (LoaderSpec){.stored_bytes = 1e3, .prepare_core_s = 0.31, .copied_bytes = 1e3, .workers = 5});
    spec.cluster.node.cpu_cores = 7;
    small_cluster_resolve(arena, &spec);
    const Results *results = simulation_run(&spec, arena);
    double expected_s = 2 * 15 * 0.31 / 7;
    cr_expect_float_eq(step_s(results), expected_s, 1e-3 * expected_s);
    arena_destroy(arena);
}

Test(loader, large_copies_give_a_step_in_the_time_of_the_slot) {
    Arena *arena = arena_create();
    const Results *results = run_fed(arena, (LoaderSpec){.stored_bytes = 1e3, .copied_bytes = 1.3e9, .workers = 2});
    double expected_s = 15 * 1.3e9 / 25.2e9;
    cr_expect_float_eq(step_s(results), expected_s, 1e-4 * expected_s);
    cr_expect_float_eq(results->input_fraction[INPUT_COPY], 1, 1e-3);
    arena_destroy(arena);
}

Test(loader, one_worker_reads_and_prepares_in_turn) {
    Arena *arena = arena_create();
    const Results *results =
        run_fed(arena, (LoaderSpec){.stored_bytes = 31e6, .prepare_core_s = 0.09, .copied_bytes = 1e3, .workers = 1});
    double read_s = 90 * 31e6 / 2.385e9, prepare_s = 15 * 0.09;
    cr_expect_float_eq(step_s(results), read_s + prepare_s, 1e-4 * (read_s + prepare_s));
    cr_expect_float_eq(results->input_fraction[INPUT_STORAGE], read_s / (read_s + prepare_s), 0.02);
    arena_destroy(arena);
}

Test(loader, what_is_fast_enough_hides_behind_the_step) {
    Arena *arena = arena_create();
    const Results *fed =
        run_fed(arena, (LoaderSpec){.stored_bytes = 2e3, .prepare_core_s = 1e-4, .copied_bytes = 5e3, .workers = 4});
    const Results *unfed = run_fed(arena, (LoaderSpec){0});
    cr_expect_eq(fed->wall, unfed->wall * fed->step_count);
    cr_expect_eq(fed->ledger.ns[LEDGER_DATA_LOADING], 0);
    arena_destroy(arena);
}

/* A pipeline takes its first micro-batches faster than the mean, and none during its last backward passes. */
Test(loader, a_deeper_prefetch_evens_out_a_step_that_takes_in_bursts) {
    Arena *arena = arena_create();
    double waits[2], alone_s = 0;
    for (int run = 0; run < 3; run++) {
        SimulationSpec spec = fed_cluster(arena, (LoaderSpec){0});
        spec.jobs[0].training.plan.pipeline_parallel = 2;
        if (run > 0)
            spec.jobs[0].loader = (LoaderSpec){.stored_bytes = 1e3,
                                               .prepare_core_s = 0.9 * alone_s / (5 * 3),
                                               .copied_bytes = 1e3,
                                               .workers = 1,
                                               .prefetch = run == 1 ? 1 : 11};
        small_cluster_resolve(arena, &spec);
        const Results *results = simulation_run(&spec, arena);
        if (run == 0)
            alone_s = step_s(results);
        else
            waits[run - 1] = waiting(results);
    }
    cr_expect_gt(waits[0], 0.02);
    cr_expect_lt(waits[1], 0.3 * waits[0]);
    arena_destroy(arena);
}

typedef struct Layout {
    int nodes, gpus, tensor, pipeline, chunks, micro_batches, zero_stage;
} Layout;

Test(loader, folded_and_unfolded_agree_to_the_nanosecond) {
    static const Layout LAYOUTS[] = {{3, 2, 1, 1, 1, 5, 0},
                                     {4, 2, 2, 1, 1, 3, 0},
                                     {4, 2, 2, 2, 1, 4, 0},
                                     {2, 4, 1, 4, 2, 8, 0},
                                     {2, 4, 2, 1, 1, 3, 3}};
    for (size_t i = 0; i < sizeof LAYOUTS / sizeof *LAYOUTS; i++) {
        const Layout *layout = &LAYOUTS[i];
        Arena *arena = arena_create();
        SimulationSpec spec = small_cluster(arena, layout->nodes, layout->gpus);
        PlanSpec *plan = &spec.jobs[0].training.plan;
        spec.cluster.storage = (StorageSpec){2.385e9, 1e9, false, 1.1e9};
        spec.jobs[0].loader = (LoaderSpec){47e6, 0.03, 9e6, 3, 7};
        plan->tensor_parallel = layout->tensor;
        plan->pipeline_parallel = layout->pipeline;
        plan->virtual_stages = layout->chunks;
        plan->gradient_accumulation = layout->micro_batches;
        plan->zero_stage = layout->zero_stage;
        small_cluster_resolve(arena, &spec);
        const Results *folded = folding_run(&spec, FIDELITY_FOLDED, arena);
        const Results *unfolded = folding_run(&spec, FIDELITY_UNFOLDED, arena);
        cr_expect_gt(waiting(folded), 0.01, "layout %zu", i);
        cr_expect_eq(folded->wall, unfolded->wall, "layout %zu: %ld, %ld", i, (long)folded->wall, (long)unfolded->wall);
        for (int category = 0; category < LEDGER_COUNT; category++)
            cr_expect_eq(folded->ledger.ns[category], unfolded->ledger.ns[category], "layout %zu: %s", i,
                         ledger_category_name((LedgerCategory)category));
        arena_destroy(arena);
    }
}

Test(loader, the_cause_is_proved_by_a_run_without_it) {
    Arena *arena = arena_create();
    const Results *results = run_fed(arena, (LoaderSpec){.stored_bytes = 47e6, .copied_bytes = 1e3, .workers = 2});
    cr_assert_eq(results->causes[0].category, LEDGER_DATA_LOADING);
    const char *sentence = results->causes[0].sentence;
    cr_expect(strstr(sentence, "mostly for the storage, which gives the job 2.39 GB/s and has 2.38 GB/s") ||
                  strstr(sentence, "mostly for the storage, which gives the job 2.38 GB/s and has 2.38 GB/s"),
              "%s", sentence);
    cr_expect(strstr(sentence, "with ideal storage a step takes"), "%s", sentence);
    arena_destroy(arena);
}

/* Two such jobs of 2 GPUs, each with a node of its own. */
static SimulationSpec two_fed_jobs(Arena *arena, LoaderSpec loader) {
    SimulationSpec spec = fed_cluster(arena, loader);
    JobSpec *jobs = ARENA_ARRAY(arena, 2, JobSpec);
    jobs[0] = jobs[1] = spec.jobs[0];
    jobs[0].name = "one";
    jobs[1].name = "two";
    jobs[0].gpus = jobs[1].gpus = 2;
    jobs[0].steps = jobs[1].steps = 3;
    spec.jobs = jobs;
    spec.job_count = 2;
    return spec;
}

Test(loader, two_jobs_get_half_of_the_target_each) {
    Arena *arena = arena_create();
    SimulationSpec spec = two_fed_jobs(arena, (LoaderSpec){.stored_bytes = 47e6, .copied_bytes = 1e3, .workers = 2});
    small_cluster_resolve(arena, &spec);
    const Results *results = simulation_run(&spec, arena);
    double alone_s = 30 * 47e6 / 2.385e9;
    for (int job = 0; job < 2; job++) {
        const Results *own = results->contention->jobs[job];
        /* The first step also waits for the first samples to come. */
        cr_expect_float_eq(step_s(own), 2 * alone_s, 0.02 * alone_s);
        cr_expect_float_eq(results->contention->slowdown[job], 2, 0.02);
    }
    arena_destroy(arena);
}

Test(loader, jobs_that_share_nothing_are_as_fast_as_alone_from_their_first_step) {
    Arena *arena = arena_create();
    SimulationSpec spec = two_fed_jobs(
        arena, (LoaderSpec){.stored_bytes = 1e6, .prepare_core_s = 0.031, .copied_bytes = 1e3, .workers = 2});
    spec.cluster.storage.local = true;
    spec.jobs[1].loader = (LoaderSpec){0};
    spec.jobs[1].checkpoint = (CheckpointSpec){.every_steps = 2, .asynchronous = true, .bytes_per_parameter = 14};
    small_cluster_resolve(arena, &spec);
    const Results *results = simulation_run(&spec, arena);
    for (int job = 0; job < 2; job++)
        cr_expect_float_eq(results->contention->slowdown[job], 1, 1e-6, "%g", results->contention->slowdown[job]);
    arena_destroy(arena);
}

Test(loader, whole_rounds_of_workers_are_shown) {
    JobSpec job = job_default();
    job.training.plan.micro_batch_seqs = 1;
    job.training.plan.data_parallel = 1;
    job.training.plan.global_batch_seqs = 6;
    job.training.plan.gradient_accumulation = 6;
    job.loader = (LoaderSpec){.workers = 4, .prefetch = 11};
    cr_expect_eq(loader_shown_steps(&job), 2);
    cr_expect_eq(loader_warm_up_steps(&job), 4);
    job.loader.workers = 5;
    cr_expect_eq(loader_shown_steps(&job), 5);
}
