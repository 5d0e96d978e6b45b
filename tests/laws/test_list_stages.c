/*
 * A list of layers in stages does the same work as in one, sends over each cut what crosses it, and takes as long as
 * the theory of pipelines says: with gpipe a permutation flow shop of equal jobs there and back, each of Σ + (m - 1)
 * max over stages and messages.
 */
#include <criterion/criterion.h>

#include "models/plan/layer_list_plan.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_list.h"

static SimulationSpec staged(Arena *arena, int nodes, int64_t stages, const char *schedule) {
    SimulationSpec spec = small_conv_net(arena, nodes);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->pipeline_parallel = stages;
    plan->gradient_accumulation = 6;
    plan->schedule = schedule;
    plan->overlap_p2p = true;
    small_cluster_resolve(arena, &spec);
    return spec;
}

/* Of all GPUs; the ideal part is none of the optimizer's. */
static double ideal_ns(Arena *arena, const SimulationSpec *spec) {
    return (double)simulation_run(spec, arena)->ledger.ns[LEDGER_IDEAL_COMPUTE];
}

Test(list_stages, the_work_of_all_stages_is_that_of_one) {
    Arena *arena = arena_create();
    SimulationSpec whole = staged(arena, 1, 1, "1f1b"), two = staged(arena, 1, 2, "1f1b"),
                   four = staged(arena, 1, 4, "gpipe");
    double expected = ideal_ns(arena, &whole);
    /* 4, 2 and 1 replicas of 6 micro-batches; a task is rounded up to a nanosecond. */
    cr_assert_float_eq(2 * ideal_ns(arena, &two), expected, 200);
    cr_assert_float_eq(4 * ideal_ns(arena, &four), expected, 400);
    cr_assert_float_eq(expected * 1e-9 * 312e12, 4 * 6 * 17 * 3 * layer_list_flop(&whole.jobs[0].training.list),
                       1e-4 * expected * 1e-9 * 312e12 + 4 * 6 * 17 * 2.0 * 3 * 96 * 49 * 28 * 28);
    arena_destroy(arena);
}

/* A stage fills a node, so that its gradients stay inside. */
Test(list_stages, each_cut_carries_its_own_bytes_there_and_back) {
    static const char *const SCHEDULES[] = {"1f1b", "gpipe", "interleaved_1f1b"};
    for (int i = 0; i < 3; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = small_conv_net(arena, 3);
        PlanSpec *plan = &spec.jobs[0].training.plan;
        plan->pipeline_parallel = 3;
        plan->virtual_stages = i == 2 ? 2 : 1;
        plan->gradient_accumulation = 6;
        plan->schedule = SCHEDULES[i];
        double sent = small_cluster_sent_bytes(arena, &spec), elements = 0;
        for (int place = 1; place < 3 * plan->virtual_stages; place++)
            elements += layer_list_chunk(&spec.jobs[0].training, place % 3, place / 3).in_elements;
        cr_expect_float_eq(sent, 4 * 6 * 2 * 17 * elements * 2, 1, "%s: %.0f bytes", SCHEDULES[i], sent);
        arena_destroy(arena);
    }
}

typedef struct FlowShop {
    double sum;
    double longest;
} FlowShop;

/* The first bar of a kind on a class, of which all are alike. */
static void add_machine(FlowShop *shop, const Results *results, int class, BarKind kind) {
    for (int i = 0; i < results->timeline_count; i++) {
        const TimelineBar *bar = &results->timeline[i];
        double length = (double)(bar->end - bar->start);
        if (bar->gpu_class != class || bar->kind != kind || bar->micro_batch != 0)
            continue;
        shop->sum += length;
        shop->longest = length > shop->longest ? length : shop->longest;
        return;
    }
    cr_assert_fail("no such bar");
}

static SimTime last_end(const Results *results, BarKind kind) {
    SimTime last = 0;
    for (int i = 0; i < results->timeline_count; i++)
        if (results->timeline[i].kind == kind && results->timeline[i].end > last)
            last = results->timeline[i].end;
    return last;
}

/* Messages are machines of their own; those of stages in between there, those behind the first back. */
Test(list_stages, unequal_stages_are_a_flow_shop) {
    for (int64_t stages = 2; stages <= 4; stages += 2) {
        Arena *arena = arena_create();
        SimulationSpec spec = staged(arena, 1, stages, "gpipe");
        spec.jobs[0].training.plan.overlap_grad_reduce = false;
        spec.jobs[0].training.plan.overlap_slowdown = false;
        spec.cluster.node.nvlink.bytes_per_s = 900e9;
        const Results *results = simulation_run(&spec, arena);
        FlowShop there = {0}, back = {0};
        for (int class = 0; class < stages; class ++) {
            add_machine(&there, results, class, BAR_FORWARD);
            add_machine(&back, results, class, BAR_BACKWARD);
            if (class < stages - 1)
                add_machine(&there, results, class, BAR_PIPELINE_COMM);
            if (class > 0)
                add_machine(&back, results, class, BAR_PIPELINE_COMM);
        }
        double expected = there.sum + 5 * there.longest + back.sum + 5 * back.longest;
        cr_expect_float_eq((double)last_end(results, BAR_BACKWARD), expected, 0.02 * expected, "%.0f, expected %.0f",
                           (double)last_end(results, BAR_BACKWARD), expected);
        arena_destroy(arena);
    }
}

/* Twelve equal layers, whose messages take next to nothing beside a pass. Gradients of the samples are of a thirteenth,
 * which is small. */
Test(list_stages, equal_stages_have_the_bubble_of_the_schedule) {
    static const LayerSpec FIRST[] = {
        {.kind = LAYER_LINEAR, .repeat = 1, .in_features = 7, .out_features = 7},
        {.kind = LAYER_LINEAR, .repeat = 1, .in_features = 4096, .out_features = 4096, .rows = 2048}};
    static const LayerSpec LAYERS[] = {
        {.kind = LAYER_BLOCK, .repeat = 1, .block = {FIRST, 2, false}},
        {.kind = LAYER_LINEAR, .repeat = 11, .in_features = 4096, .out_features = 4096, .rows = 2048}};
    for (int64_t stages = 2; stages <= 4; stages++) {
        Arena *arena = arena_create();
        SimulationSpec spec = small_conv_net(arena, 1);
        spec.jobs[0].gpus = stages;
        spec.cluster.node.nvlink.bytes_per_s = 9000e9;
        TrainingSpec *training = &spec.jobs[0].training;
        training->list = (LayerListSpec){LAYERS, 2, false};
        training->plan.pipeline_parallel = stages;
        training->plan.gradient_accumulation = 11;
        training->plan.overlap_p2p = true;
        small_cluster_resolve(arena, &spec);
        const Results *results = simulation_run(&spec, arena);
        double bubble = (double)results->ledger.ns[LEDGER_PIPELINE_BUBBLE];
        double busy = (double)results->step * (double)results->gpus - bubble;
        cr_expect_float_eq(bubble / busy, (double)(stages - 1) / 11, 0.03 * (double)(stages - 1) / 11,
                           "%d stages: %.4f", (int)stages, bubble / busy);
        arena_destroy(arena);
    }
}
