/*
 * A kept copy is walked whole after the arena of its run is gone. The address sanitizer then finds every text or array
 * that was left behind; without it the comparison with a second run does, when the memory was used again.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "models/simulation.h"
#include "scenarios/experiment/kept_results.h"
#include "scenarios/experiment/remedy.h"
#include "tests/unit/scenarios/small_scenario.h"

/* A constant of the program would be the same place in both. */
static void expect_text(const char *kept, const char *fresh) {
    cr_assert((kept == NULL) == (fresh == NULL));
    if (kept != NULL) {
        cr_expect_str_eq(kept, fresh);
        cr_expect_neq(kept, fresh, "%s is not copied", fresh);
    }
}

static void expect_metrics(const Results *kept, const Results *fresh) {
    cr_assert_eq(kept->metric_count, fresh->metric_count);
    for (int i = 0; i < kept->metric_count; i++) {
        expect_text(kept->metrics[i].name, fresh->metrics[i].name);
        expect_text(kept->metrics[i].unit, fresh->metrics[i].unit);
        expect_text(kept->metrics[i].help, fresh->metrics[i].help);
        cr_expect_arr_eq(&kept->metrics[i].value, &fresh->metrics[i].value, sizeof(double));
    }
}

static void expect_classes(const Results *kept, const Results *fresh) {
    cr_assert_eq(kept->class_count, fresh->class_count);
    for (int i = 0; i < kept->class_count; i++) {
        expect_text(kept->classes[i].name, fresh->classes[i].name);
        cr_expect_eq(kept->classes[i].gpus, fresh->classes[i].gpus);
        cr_expect_eq(kept->classes[i].first_rank, fresh->classes[i].first_rank);
        cr_expect_eq(kept->classes[i].stage, fresh->classes[i].stage);
        cr_expect_arr_eq(&kept->classes[i].ledger, &fresh->classes[i].ledger, sizeof(LedgerRow));
    }
}

static void expect_memory(const Results *kept, const Results *fresh) {
    cr_assert_eq(kept->memory_count, fresh->memory_count);
    for (int i = 0; i < kept->memory_count; i++) {
        const MemoryResults *one = &kept->memory[i];
        const MemoryResults *other = &fresh->memory[i];
        expect_text(one->gpu_class, other->gpu_class);
        expect_text(one->gpu, other->gpu);
        cr_expect_arr_eq(&one->weights_bytes, &other->weights_bytes, 7 * sizeof(double));
    }
    cr_assert_eq(kept->fit_change_count, fresh->fit_change_count);
    for (int i = 0; i < kept->fit_change_count; i++) {
        expect_text(kept->fit_changes[i].sentence, fresh->fit_changes[i].sentence);
        cr_expect_eq(kept->fit_changes[i].total_bytes, fresh->fit_changes[i].total_bytes);
        cr_expect_eq(kept->fit_changes[i].step_s, fresh->fit_changes[i].step_s);
    }
}

static void expect_reasons(const Results *kept, const Results *fresh) {
    cr_assert_eq(kept->critical_count, fresh->critical_count);
    for (int i = 0; i < kept->critical_count; i++) {
        expect_text(kept->critical[i].entity, fresh->critical[i].entity);
        cr_expect_eq(kept->critical[i].category, fresh->critical[i].category);
        cr_expect_eq(kept->critical[i].ns, fresh->critical[i].ns);
    }
    cr_assert_eq(kept->cause_count, fresh->cause_count);
    for (int i = 0; i < kept->cause_count; i++) {
        expect_text(kept->causes[i].sentence, fresh->causes[i].sentence);
        expect_text(kept->causes[i].advice, fresh->causes[i].advice);
        cr_expect_eq(kept->causes[i].fraction, fresh->causes[i].fraction);
    }
    cr_assert_eq(kept->assumption_count, fresh->assumption_count);
    for (int i = 0; i < kept->assumption_count; i++)
        expect_text(kept->assumptions[i], fresh->assumptions[i]);
}

static void expect_host(const HostMemoryResults *kept, const HostMemoryResults *fresh) {
    cr_assert((kept == NULL) == (fresh == NULL));
    if (kept == NULL)
        return;
    expect_text(kept->node, fresh->node);
    cr_expect_eq(kept->total_bytes, fresh->total_bytes);
    cr_expect_eq(kept->capacity_bytes, fresh->capacity_bytes);
}

static void expect_interval(const StepInterval *kept, const StepInterval *fresh) {
    cr_expect_eq(kept->low_s, fresh->low_s);
    cr_assert_eq(kept->doubt_count, fresh->doubt_count);
    for (int i = 0; i < kept->doubt_count; i++) {
        expect_text(kept->doubts[i].name, fresh->doubts[i].name);
        cr_expect_eq(kept->doubts[i].spread, fresh->doubts[i].spread);
    }
    cr_assert_eq(kept->beyond_count, fresh->beyond_count);
    for (int i = 0; i < kept->beyond_count; i++)
        expect_text(kept->beyond[i], fresh->beyond[i]);
}

static void expect_same(const Results *kept, const Results *fresh);

static void expect_contention(const Contention *kept, const Contention *fresh) {
    cr_assert((kept == NULL) == (fresh == NULL));
    if (kept == NULL)
        return;
    cr_assert_eq(kept->job_count, fresh->job_count);
    cr_assert_eq(kept->owner_count, fresh->owner_count);
    for (int i = 0; i < kept->job_count; i++) {
        expect_same(kept->jobs[i], fresh->jobs[i]);
        cr_expect_eq(kept->slowdown[i], fresh->slowdown[i]);
        cr_expect_eq(kept->exposed_gpu_s[i], fresh->exposed_gpu_s[i]);
    }
    for (int i = 0; i < kept->owner_count; i++)
        expect_text(kept->owners[i], fresh->owners[i]);
    size_t cells = (size_t)kept->job_count * (size_t)kept->owner_count;
    cr_expect_arr_eq(kept->due_gpu_s, fresh->due_gpu_s, cells * sizeof(double));
}

static void expect_same(const Results *kept, const Results *fresh) {
    expect_text(kept->name, fresh->name);
    expect_text(kept->lesson, fresh->lesson);
    expect_text(kept->verdict, fresh->verdict);
    cr_expect_eq(kept->status, fresh->status);
    cr_expect_eq(kept->gpus, fresh->gpus);
    expect_text(kept->gpu_words, fresh->gpu_words);
    cr_expect_eq(kept->gpu_kinds, fresh->gpu_kinds);
    cr_expect_eq(kept->mean_peak_flop_per_s, fresh->mean_peak_flop_per_s);
    expect_text(kept->kind, fresh->kind);
    cr_expect_eq(kept->start, fresh->start);
    cr_expect_eq(kept->wall, fresh->wall);
    cr_expect_eq(kept->step_count, fresh->step_count);
    cr_expect_eq(kept->step, fresh->step);
    expect_contention(kept->contention, fresh->contention);
    cr_expect_eq(kept->size_count, fresh->size_count);
    for (int i = 0; i < fresh->size_count; i++)
        cr_expect_eq(kept->sizes[i].time_s, fresh->sizes[i].time_s);
    cr_expect_eq(kept->seed, fresh->seed);
    cr_expect_eq(kept->event_count, fresh->event_count);
    cr_expect_eq(kept->event_hash, fresh->event_hash);
    cr_expect_arr_eq(&kept->ledger, &fresh->ledger, sizeof(LedgerRow));
    cr_expect_arr_eq(kept->comm_ns, fresh->comm_ns, sizeof fresh->comm_ns);
    cr_expect_arr_eq(kept->input_fraction, fresh->input_fraction, sizeof fresh->input_fraction);
    expect_metrics(kept, fresh);
    expect_classes(kept, fresh);
    expect_memory(kept, fresh);
    expect_host(kept->host_memory, fresh->host_memory);
    expect_interval(&kept->interval, &fresh->interval);
    expect_reasons(kept, fresh);
}

static const Results *run(const Scenario *scenario, Arena *arena) {
    return remedy_add(&scenario->spec, simulation_run(&scenario->spec, arena), arena);
}

/* The fields that this file compares, so that a new one fails here until it is copied and compared too. */
typedef struct KnownResults {
    const char *texts[2];
    RunStatus status;
    const char *verdict;
    const Metric *metrics;
    int metric_count;
    int64_t gpus;
    const char *gpu_words;
    int gpu_kinds;
    double mean_peak_flop_per_s;
    const char *kind;
    StepInterval interval;
    SimTime times[4]; /* start, wall, step_count, step */
    const SimTime *step_ends;
    LedgerRow ledger;
    int64_t comm_ns[LEDGER_COUNT][LINK_KIND_COUNT];
    double input_fraction[INPUT_CAUSE_COUNT];
    struct {
        const void *items;
        int count;
    } lists[9]; /* classes, timeline, series, links, memory, fit_changes, critical, causes, assumptions */
    const HostMemoryResults *host_memory;
    uint64_t facts[3];
    const char *operation;
    struct {
        const void *items;
        int count;
    } sizes;
    const Contention *contention;
} KnownResults;

static void expect_kept(const char *const *sets) {
    Arena *keeping = arena_create(), *running = arena_create();
    const Scenario *scenario = small_scenario(keeping, sets);
    const Results *kept = kept_results_copy(run(scenario, running), keeping);
    arena_destroy(running);
    running = arena_create();
    expect_same(kept, run(scenario, running));
    cr_expect_eq(kept->timeline_count, 0);
    cr_expect_null(kept->timeline);
    cr_expect_null(kept->step_ends);
    cr_expect_eq(kept->series_count, 0);
    cr_expect_null(kept->series);
    cr_expect_eq(kept->link_count, 0);
    cr_expect_null(kept->links);
    arena_destroy(running);
    arena_destroy(keeping);
}

Test(kept_results, a_copy_is_whole_when_the_run_is_gone) {
    expect_kept((const char *const[]){"jobs[0].plan.tensor_parallel=4", "jobs[0].plan.pipeline_parallel=2",
                                      "cluster.slow_gpus=[{gpu: 3, speed: 0.7}]", NULL});
}

Test(kept_results, a_copy_of_a_job_that_does_not_fit_has_its_changes) {
    expect_kept((const char *const[]){"jobs[0].plan.micro_batch=32", NULL});
}

Test(kept_results, a_copy_of_a_job_beside_background_has_who_hurt_it) {
    expect_kept((const char *const[]){"cluster.nodes=2",
                                      "background=[{name: backup, from: \"0\", to: \"1\", rate: 100 Gbit/s}]", NULL});
}

Test(kept_results, a_copy_of_a_job_that_saves_beside_its_steps_has_its_host_memory) {
    expect_kept((const char *const[]){"cluster.storage={read: 5 GB/s, write: 3 GB/s}",
                                      "jobs[0].checkpoint={every: 3, asynchronous: true}", NULL});
}

Test(kept_results, every_field_is_known_here) {
    cr_assert_eq(sizeof(Results), sizeof(KnownResults));
}
