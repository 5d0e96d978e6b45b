#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "models/workload/pipeline.h"

static const PipelineShape SHAPES[] = {{1, 1, 1}, {1, 1, 7}, {2, 1, 3}, {4, 1, 4}, {4, 1, 2},  {5, 1, 17},
                                       {2, 2, 2}, {4, 2, 8}, {3, 5, 9}, {8, 3, 8}, {8, 3, 64}, {16, 1, 5}};

/* Checks one stage: every pass once, no backward before its forward. */
static void check_order(const PipelineSchedule *schedule, const PipelineShape *shape, int stage) {
    int count = pipeline_pass_count(shape);
    PipelinePass *passes = calloc((size_t)count, sizeof *passes);
    char *seen = calloc((size_t)count, 1);
    schedule->order(shape, stage, passes);
    for (int i = 0; i < count; i++) {
        int unit = passes[i].chunk * shape->micro_batches + passes[i].micro_batch;
        cr_assert(passes[i].chunk >= 0 && passes[i].chunk < shape->chunks);
        cr_assert(passes[i].micro_batch >= 0 && passes[i].micro_batch < shape->micro_batches);
        int half = passes[i].kind == PASS_BACKWARD;
        cr_assert_not(seen[unit * 2 + half], "%s repeats a pass", schedule->name);
        cr_assert(!half || seen[unit * 2], "%s: backward before forward", schedule->name);
        seen[unit * 2 + half] = 1;
    }
    free(passes);
    free(seen);
}

Test(pipeline, every_schedule_runs_every_pass_once_and_forward_first) {
    int checked = 0;
    for (size_t i = 0; pipeline_at(i); i++)
        for (size_t j = 0; j < sizeof SHAPES / sizeof *SHAPES; j++) {
            if (pipeline_at(i)->needs(&SHAPES[j]))
                continue;
            for (int stage = 0; stage < SHAPES[j].stages; stage++, checked++)
                check_order(pipeline_at(i), &SHAPES[j], stage);
        }
    cr_assert_gt(checked, 70);
}

Test(pipeline, every_schedule_has_a_name_a_summary_and_a_source) {
    for (size_t i = 0; pipeline_at(i); i++) {
        cr_assert_eq(pipeline_find(pipeline_at(i)->name), pipeline_at(i));
        cr_assert_gt(strlen(pipeline_at(i)->summary), 10);
        cr_assert_gt(strlen(pipeline_at(i)->source), 10);
    }
    cr_assert_null(pipeline_find("zigzag"));
}

static double peak_of(const char *name, PipelineShape shape, int stage) {
    PipelinePass passes[1024];
    double weights[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    pipeline_find(name)->order(&shape, stage, passes);
    return pipeline_peak_in_flight(&shape, passes, weights);
}

Test(pipeline, gpipe_holds_every_micro_batch) {
    cr_assert_eq(peak_of("gpipe", (PipelineShape){4, 1, 13}, 2), 13);
}

Test(pipeline, one_forward_one_backward_holds_as_many_as_stages_behind) {
    cr_assert_eq(peak_of("1f1b", (PipelineShape){4, 1, 13}, 0), 4);
    cr_assert_eq(peak_of("1f1b", (PipelineShape){4, 1, 13}, 3), 1);
    cr_assert_eq(peak_of("1f1b", (PipelineShape){8, 1, 3}, 0), 3);
}

/* Korthikanti et al. 2022: the first stage holds 1 + (p-1)/(pv) times the layers of a pipeline without chunks. */
Test(pipeline, interleaving_holds_a_little_more_on_the_first_stage) {
    cr_assert_eq(peak_of("interleaved_1f1b", (PipelineShape){8, 3, 64}, 0), 8 * 3 + 7);
}

Test(pipeline, interleaving_refuses_what_it_cannot_run) {
    const PipelineSchedule *schedule = pipeline_find("interleaved_1f1b");
    cr_assert_str_eq(schedule->needs(&(PipelineShape){1, 2, 4}), "at least 2 pipeline stages");
    cr_assert_str_eq(schedule->needs(&(PipelineShape){4, 2, 6}),
                     "a number of micro-batches that pipeline_parallel divides");
    cr_assert_null(schedule->needs(&(PipelineShape){4, 2, 12}));
    cr_assert_str_eq(pipeline_find("gpipe")->needs(&(PipelineShape){4, 2, 12}), "1 virtual stage");
}
