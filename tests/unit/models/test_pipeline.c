#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "models/plan/weight_fill.h"

static const PipelineShape SHAPES[] = {{1, 1, 1, false}, {1, 1, 7, false},  {2, 1, 3, false},  {4, 1, 4, false},
                                       {4, 1, 2, false}, {5, 1, 17, false}, {2, 2, 2, false},  {4, 2, 8, false},
                                       {3, 5, 9, false}, {8, 3, 8, false},  {8, 3, 64, false}, {16, 1, 5, false}};

/* Checks one stage: every pass once, no backward before its forward. */
static void check_order(const PipelineSchedule *schedule, const PipelineShape *shape, int stage) {
    int count = pipeline_pass_count(schedule, shape), kinds = schedule->splits_backward ? 3 : 2;
    PipelinePass *passes = calloc((size_t)count, sizeof *passes);
    char *seen = calloc((size_t)count, 1);
    schedule->order(schedule, shape, stage, passes);
    for (int i = 0; i < count; i++) {
        int unit = passes[i].chunk * shape->micro_batches + passes[i].micro_batch;
        cr_assert(passes[i].chunk >= 0 && passes[i].chunk < shape->chunks);
        cr_assert(passes[i].micro_batch >= 0 && passes[i].micro_batch < shape->micro_batches);
        int kind = passes[i].kind;
        cr_assert(kind < kinds);
        cr_assert_not(seen[unit * kinds + kind], "%s repeats a pass", schedule->name);
        cr_assert(kind == 0 || seen[unit * kinds + kind - 1], "%s: a pass before what it needs", schedule->name);
        seen[unit * kinds + kind] = 1;
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

static void check_all_orders(const PipelineSchedule *schedule, const PipelineShape *shape) {
    int count = pipeline_pass_count(schedule, shape);
    PipelinePass *all = calloc((size_t)(count * shape->stages), sizeof *all), *one = calloc((size_t)count, sizeof *one);
    pipeline_all_orders(schedule, shape, all);
    for (int stage = 0; stage < shape->stages; stage++) {
        schedule->order(schedule, shape, stage, one);
        for (int i = 0; i < count; i++) {
            const PipelinePass *pass = &all[stage * count + i];
            cr_assert(pass->kind == one[i].kind && pass->micro_batch == one[i].micro_batch &&
                          pass->chunk == one[i].chunk,
                      "%s, stage %d, pass %d", schedule->name, stage, i);
        }
    }
    free(all);
    free(one);
}

Test(pipeline, orders_of_all_stages_at_once_are_those_of_each) {
    for (size_t i = 0; pipeline_at(i); i++)
        for (size_t j = 0; j < sizeof SHAPES / sizeof *SHAPES; j++)
            if (!pipeline_at(i)->needs(&SHAPES[j]))
                check_all_orders(pipeline_at(i), &SHAPES[j]);
}

Test(pipeline, every_schedule_has_a_name_a_summary_and_a_source) {
    for (size_t i = 0; pipeline_at(i); i++) {
        cr_assert_eq(pipeline_find(pipeline_at(i)->name), pipeline_at(i));
        cr_assert_gt(strlen(pipeline_at(i)->summary), 10);
        cr_assert_gt(strlen(pipeline_at(i)->source), 10);
    }
    cr_assert_null(pipeline_find("zigzag"));
}

static double peak_of_holds(const char *name, PipelineShape shape, int stage, const PassHold *holds) {
    PipelinePass passes[1024];
    const PipelineSchedule *schedule = pipeline_find(name);
    schedule->order(schedule, &shape, stage, passes);
    return pipeline_peak_held(passes, pipeline_pass_count(schedule, &shape), holds);
}

static double peak_of(const char *name, PipelineShape shape, int stage) {
    static const PassHold holds[8] = {{1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}};
    return peak_of_holds(name, shape, stage, holds);
}

Test(pipeline, gpipe_holds_every_micro_batch) {
    cr_assert_eq(peak_of("gpipe", (PipelineShape){4, 1, 13, false}, 2), 13);
}

Test(pipeline, one_forward_one_backward_holds_as_many_as_stages_behind) {
    cr_assert_eq(peak_of("1f1b", (PipelineShape){4, 1, 13, false}, 0), 4);
    cr_assert_eq(peak_of("1f1b", (PipelineShape){4, 1, 13, false}, 3), 1);
    cr_assert_eq(peak_of("1f1b", (PipelineShape){8, 1, 3, false}, 0), 3);
}

/* Korthikanti et al. 2022: the first stage holds 1 + (p-1)/(pv) times the layers of a pipeline without chunks. */
Test(pipeline, interleaving_holds_a_little_more_on_the_first_stage) {
    cr_assert_eq(peak_of("interleaved_1f1b", (PipelineShape){8, 3, 64, false}, 0), 8 * 3 + 7);
}

/* Qi et al. 2023, Table 2: no more micro-batches than on the first stage of 1f1b, on any stage. */
Test(pipeline, zb_h1_holds_as_many_as_the_first_stage_of_1f1b) {
    const PassHold whole = {1, 1}, part = {1, 0.238};
    for (int stages = 2; stages <= 9; stages++)
        for (int micro_batches = 1; micro_batches <= 3 * stages; micro_batches++)
            for (int stage = 0; stage < stages; stage++) {
                PipelineShape shape = {stages, 1, micro_batches, false};
                double first = peak_of("1f1b", shape, 0), held = peak_of_holds("zb_h1", shape, stage, &whole);
                cr_assert_eq(held, first, "p=%d m=%d stage %d holds %f", stages, micro_batches, stage, held);
                held = peak_of_holds("zb_h1", shape, stage, &part);
                cr_assert_leq(held, peak_of("1f1b", shape, stage) + 0.238 * stage);
            }
}

/* Qi et al. 2024 (arXiv 2405.15362): p, (p + 2) / 2 and (p + 4) / 3 micro-batches, rounded down, as many as it takes
 * from their forward to their weight passes; two chunks each. Qi et al. 2023: 2 p - 1 with zb_h2. */
Test(pipeline, filled_schedules_hold_what_their_papers_say) {
    static const PassHold WHOLE[] = {{1, 1}, {1, 1}};
    for (int stages = 2; stages <= 13; stages++) {
        const struct {
            const char *name;
            int most;
        } CASES[] = {{"zb_h2", 2 * stages - 1},
                     {"zb_v", 2 * stages},
                     {"v_half", 2 * ((stages + 2) / 2)},
                     {"v_min", 2 * ((stages + 4) / 3)}};
        for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
            PipelineShape shape = {stages, i > 0 ? 2 : 1, 3 * stages, i > 0};
            double most = 0;
            for (int stage = 0; stage < stages; stage++) {
                double held = peak_of_holds(CASES[i].name, shape, stage, WHOLE);
                most = held > most ? held : most;
            }
            cr_expect_eq(most, CASES[i].most, "%s p=%d holds %g", CASES[i].name, stages, most);
        }
    }
}

/* 1f1b whose stages hold p micro-batches at most. */
static void order_1f1b(const PipelineShape *shape, int stage, PipelinePass *passes) {
    const PipelineSchedule *schedule = pipeline_find("1f1b");
    schedule->order(schedule, shape, stage, passes);
}

static int as_many_as_stages(const PipelineShape *shape) {
    return shape->stages;
}

Test(pipeline, filling_1f1b_with_weight_passes_makes_zb_h1) {
    const WeightFill fill = {order_1f1b, as_many_as_stages};
    const PipelineSchedule filled = {.splits_backward = true, .fill = &fill}, *written = pipeline_find("zb_h1");
    for (int stages = 2; stages <= 8; stages++)
        for (int micro_batches = 1; micro_batches <= 2 * stages; micro_batches++) {
            PipelineShape shape = {stages, 1, micro_batches, false};
            cr_expect_float_eq(weight_fill_bubble_fraction(&filled, &shape), written->bubble_fraction(written, &shape),
                               1e-12, "p=%d m=%d", stages, micro_batches);
        }
}

Test(pipeline, a_v_turns_on_the_last_stage_and_ends_on_the_first) {
    const PipelineShape shape = {4, 2, 8, true};
    PipelinePass sender;
    int stage;
    for (int i = 0; i < 8; i++)
        cr_expect_eq(pipeline_virtual_stage(&shape, pipeline_stage_at(&shape, i), pipeline_chunk_at(&shape, i)), i);
    cr_expect(pipeline_sender(&shape, 3, &(PipelinePass){PASS_FORWARD, 5, 1}, &stage, &sender));
    cr_expect(stage == 3 && sender.chunk == 0 && sender.micro_batch == 5);
    cr_expect(pipeline_sender(&shape, 1, &(PipelinePass){PASS_FORWARD, 5, 1}, &stage, &sender));
    cr_expect(stage == 2 && sender.chunk == 1);
    cr_expect_not(pipeline_sender(&shape, 0, &(PipelinePass){PASS_BACKWARD, 5, 1}, &stage, &sender));
    cr_expect_eq(pipeline_hop(&shape, 2, &(PipelinePass){PASS_FORWARD, 5, 0}), HOP_NEXT);
    cr_expect_eq(pipeline_hop(&shape, 2, &(PipelinePass){PASS_FORWARD, 5, 1}), HOP_BEFORE);
    cr_expect_eq(pipeline_hop(&shape, 2, &(PipelinePass){PASS_BACKWARD, 5, 1}), HOP_NEXT);
    cr_expect_eq(pipeline_hop(&shape, 3, &(PipelinePass){PASS_FORWARD, 5, 0}), HOP_NONE);
    cr_expect_eq(pipeline_hop(&shape, 3, &(PipelinePass){PASS_BACKWARD, 5, 1}), HOP_NONE);
    cr_expect_eq(pipeline_hop(&shape, 0, &(PipelinePass){PASS_FORWARD, 5, 1}), HOP_NONE);
    cr_expect_str_eq(pipeline_find("zb_v")->needs(&(PipelineShape){1, 2, 4, true}), "at least 2 pipeline stages");
    cr_expect_str_eq(pipeline_find("v_min")->needs(&(PipelineShape){4, 3, 4, true}), "2 virtual stages");
}

Test(pipeline, zb_h1_refuses_chunks_and_a_single_stage) {
    const PipelineSchedule *schedule = pipeline_find("zb_h1");
    cr_assert_str_eq(schedule->needs(&(PipelineShape){1, 1, 4, false}), "at least 2 pipeline stages");
    cr_assert_str_eq(schedule->needs(&(PipelineShape){4, 2, 4, false}), "1 virtual stage");
    cr_assert_null(schedule->needs(&(PipelineShape){2, 1, 1, false}));
}

Test(pipeline, interleaving_refuses_what_it_cannot_run) {
    const PipelineSchedule *schedule = pipeline_find("interleaved_1f1b");
    cr_assert_str_eq(schedule->needs(&(PipelineShape){1, 2, 4, false}), "at least 2 pipeline stages");
    cr_assert_str_eq(schedule->needs(&(PipelineShape){4, 2, 6, false}),
                     "a number of micro-batches that pipeline_parallel divides");
    cr_assert_null(schedule->needs(&(PipelineShape){4, 2, 12, false}));
    cr_assert_str_eq(pipeline_find("gpipe")->needs(&(PipelineShape){4, 2, 12, false}), "1 virtual stage");
}

Test(pipeline, a_pass_waits_for_the_stage_before_it_or_behind_it_and_for_the_other_end_of_the_next_chunk) {
    const PipelineShape shape = {4, 3, 8, false};
    PipelinePass sender;
    int stage;
    cr_expect(pipeline_sender(&shape, 2, &(PipelinePass){PASS_FORWARD, 5, 1}, &stage, &sender));
    cr_expect(stage == 1 && sender.kind == PASS_FORWARD && sender.micro_batch == 5 && sender.chunk == 1);
    cr_expect(pipeline_sender(&shape, 0, &(PipelinePass){PASS_FORWARD, 5, 1}, &stage, &sender));
    cr_expect(stage == 3 && sender.chunk == 0);
    cr_expect(pipeline_sender(&shape, 3, &(PipelinePass){PASS_BACKWARD, 7, 1}, &stage, &sender));
    cr_expect(stage == 0 && sender.kind == PASS_BACKWARD && sender.micro_batch == 7 && sender.chunk == 2);
    cr_expect_not(pipeline_sender(&shape, 0, &(PipelinePass){PASS_FORWARD, 5, 0}, &stage, &sender));
    cr_expect_not(pipeline_sender(&shape, 3, &(PipelinePass){PASS_BACKWARD, 5, 2}, &stage, &sender));
    cr_expect_not(pipeline_sender(&shape, 2, &(PipelinePass){PASS_WEIGHT, 5, 1}, &stage, &sender));
}
