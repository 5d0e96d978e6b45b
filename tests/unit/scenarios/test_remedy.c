#include <criterion/criterion.h>
#include <string.h>

#include "models/simulation.h"
#include "scenarios/experiment/remedy.h"
#include "tests/unit/scenarios/small_scenario.h"

#define SETS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const Results *remedied(Arena *arena, const Scenario *scenario) {
    return remedy_add(&scenario->spec, simulation_run(&scenario->spec, arena), arena);
}

/* Sets what a sentence says, one "key: value" at a time, on the plan of the scenario's only job. */
static const Results *run_with(Arena *arena, const char *const *given, const char *sentence) {
    const char **sets = ARENA_ARRAY(arena, 32, const char *);
    int count = 0;
    while (given[count] != NULL) {
        sets[count] = given[count];
        count++;
    }
    for (const char *part = sentence; *part != '\0';) {
        size_t bytes = strcspn(part, ",");
        const char *colon = strchr(part, ':');
        sets[count++] = arena_format(arena, "jobs[0].plan.%.*s=%.*s", (int)(colon - part), part,
                                     (int)(part + bytes - colon - 1), colon + 1);
        part += bytes + strspn(part + bytes, ", ");
    }
    return simulation_run(&small_scenario(arena, sets)->spec, arena);
}

static void expect_true_changes(const char *const *sets, int least) {
    Arena *arena = arena_create();
    Scenario *scenario = small_scenario(arena, sets);
    const Results *results = remedied(arena, scenario);
    cr_assert_eq(results->status, RUN_OUT_OF_MEMORY);
    cr_assert_geq(results->fit_change_count, least);
    cr_assert_leq(results->fit_change_count, REMEDY_MOST_CHANGES);
    for (int i = 0; i < results->fit_change_count; i++) {
        const FitChange *change = &results->fit_changes[i];
        const Results *changed = run_with(arena, sets, change->sentence);
        cr_expect_eq(changed->status, RUN_OK, "%s", change->sentence);
        cr_expect_float_eq(change->step_s, (double)changed->step / 1e9, 1e-9, "%s", change->sentence);
        cr_expect_eq(change->total_bytes, results_metric(changed, "memory.peak_bytes")->value);
        cr_expect(i == 0 || change->step_s >= results->fit_changes[i - 1].step_s);
    }
    arena_destroy(arena);
}

Test(remedy, every_change_it_names_fits_and_takes_the_step_it_says) {
    expect_true_changes(SETS("jobs[0].plan.micro_batch=32"), 3);
}

static bool is_named(const Results *results, const char *sentence) {
    for (int i = 0; i < results->fit_change_count; i++)
        if (strcmp(results->fit_changes[i].sentence, sentence) == 0)
            return true;
    return false;
}

Test(remedy, a_micro_batch_is_halved_until_the_job_fits) {
    const char *const *sets = SETS("jobs[0].plan.micro_batch=512");
    expect_true_changes(sets, 3);
    Arena *arena = arena_create();
    cr_expect(is_named(remedied(arena, small_scenario(arena, sets)), "micro_batch: 16, gradient_accumulation: 64"));
    arena_destroy(arena);
}

Test(remedy, an_odd_micro_batch_shrinks_too) {
    Arena *arena = arena_create();
    const char *const *sets = SETS("jobs[0].plan.micro_batch=105", "jobs[0].plan.recompute=full");
    cr_expect(is_named(remedied(arena, small_scenario(arena, sets)), "micro_batch: 35, gradient_accumulation: 6"));
    arena_destroy(arena);
}

Test(remedy, experts_are_spread_over_more_gpus) {
    Arena *arena = arena_create();
    const char *const *sets =
        SETS("jobs[0].model=qwen3-30b-a3b", "jobs[0].plan.tensor_parallel=1", "jobs[0].plan.flash_attention=true",
             "jobs[0].plan.recompute=full", "jobs[0].plan.distributed_optimizer=true");
    const Results *results = remedied(arena, small_scenario(arena, sets));
    expect_true_changes(sets, 1);
    cr_expect(is_named(results, "expert_parallel: 4"));
    arena_destroy(arena);
}

/* Half of it would take two GPUs for each layer and is still too much. */
Test(remedy, parallelism_is_doubled_until_the_job_fits) {
    Arena *arena = arena_create();
    const char *const *sets =
        SETS("jobs[0].model=gpt-39.1b", "cluster.nodes=4", "jobs[0].plan.tensor_parallel=1",
             "jobs[0].plan.distributed_optimizer=true", "jobs[0].plan.recompute=full", "jobs[0].plan.overlap_p2p=true");
    const Results *results = remedied(arena, small_scenario(arena, sets));
    cr_assert_eq(results->status, RUN_OUT_OF_MEMORY);
    cr_expect(is_named(results, "tensor_parallel: 4, data_parallel: 8, gradient_accumulation: 8"));
    cr_expect(is_named(results, "pipeline_parallel: 4, data_parallel: 8, gradient_accumulation: 8"));
    arena_destroy(arena);
    expect_true_changes(sets, 2);
}

/* ZeRO-2 still holds all weights: 73 GiB, and as much as that again with the rest. */
Test(remedy, the_zero_stage_is_raised_until_the_job_fits) {
    Arena *arena = arena_create();
    const char *const *sets = SETS("jobs[0].model=gpt-39.1b", "cluster.nodes=4", "jobs[0].plan.tensor_parallel=1",
                                   "jobs[0].plan.pipeline_parallel=1", "jobs[0].plan.recompute=full");
    cr_expect(is_named(remedied(arena, small_scenario(arena, sets)), "zero_stage: 3"));
    arena_destroy(arena);
    expect_true_changes(sets, 1);
}

Test(remedy, no_change_goes_further_than_it_must) {
    Arena *arena = arena_create();
    const char *const *sets =
        SETS("jobs[0].plan.micro_batch=1024", "jobs[0].plan.recompute=full", "jobs[0].plan.sequence_parallel=true");
    const Results *results = remedied(arena, small_scenario(arena, sets));
    cr_assert_eq(results->fit_change_count, 1);
    cr_expect_str_eq(results->fit_changes[0].sentence, "micro_batch: 256, gradient_accumulation: 8");
    arena_destroy(arena);
}

Test(remedy, pairs_of_changes_are_named_when_single_ones_are_not_enough) {
    const char *const *sets = SETS("jobs[0].plan.micro_batch=64");
    expect_true_changes(sets, 3);
    Arena *arena = arena_create();
    cr_expect(is_named(remedied(arena, small_scenario(arena, sets)),
                       "sequence_parallel: true, micro_batch: 32, gradient_accumulation: 4"));
    arena_destroy(arena);
}

Test(remedy, a_job_that_nothing_helps_has_no_change) {
    Arena *arena = arena_create();
    Scenario *scenario = SMALL_SCENARIO(arena, "jobs[0].model=gpt-1t", "cluster.nodes=1");
    const Results *results = remedied(arena, scenario);
    cr_expect_eq(results->status, RUN_OUT_OF_MEMORY);
    cr_expect_eq(results->fit_change_count, 0);
    arena_destroy(arena);
}

Test(remedy, results_of_a_job_that_fits_come_back_as_they_are) {
    Arena *arena = arena_create();
    Scenario *scenario = SMALL_SCENARIO(arena, "cluster.nodes=2");
    const Results *results = simulation_run(&scenario->spec, arena);
    cr_expect_eq(remedy_add(&scenario->spec, results, arena), results);
    arena_destroy(arena);
}

Test(remedy, the_spec_that_did_not_fit_is_left_alone) {
    Arena *arena = arena_create();
    Scenario *scenario = SMALL_SCENARIO(arena, "jobs[0].plan.micro_batch=32");
    PlanSpec before = scenario->spec.jobs[0].training.plan;
    remedied(arena, scenario);
    const PlanSpec *after = &scenario->spec.jobs[0].training.plan;
    cr_expect_eq(after->micro_batch_seqs, before.micro_batch_seqs);
    cr_expect_eq(after->tensor_parallel, before.tensor_parallel);
    cr_expect_eq(after->data_parallel, before.data_parallel);
    cr_expect_eq(after->gradient_accumulation, before.gradient_accumulation);
    cr_expect_eq(after->recompute, before.recompute);
    cr_expect_eq(after->sequence_parallel, before.sequence_parallel);
    arena_destroy(arena);
}

/* Ranks by themselves this would take minutes. */
Test(remedy, changes_of_an_unfolded_run_are_priced_folded, .timeout = 10) {
    Arena *arena = arena_create();
    Scenario *scenario = SMALL_SCENARIO(arena, "cluster.node=dgx-h100", "cluster.nodes=1022", "fidelity=unfolded",
                                        "jobs[0].model=llama-3.1-405b", "jobs[0].plan.pipeline_parallel=14",
                                        "jobs[0].plan.gradient_accumulation=64");
    const Results *results = remedied(arena, scenario);
    cr_assert_eq(results->status, RUN_OUT_OF_MEMORY);
    cr_assert_geq(results->fit_change_count, 2);
    cr_assert_eq(scenario->spec.fidelity, FIDELITY_UNFOLDED);
    arena_destroy(arena);
}
