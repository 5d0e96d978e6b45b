#include <criterion/criterion.h>

#include "models/cluster/step_bound.h"
#include "tests/unit/models/small_cluster.h"

typedef struct Shape {
    int64_t tensor, pipeline, chunks, micro_batches;
} Shape;

static const Shape SHAPES[] = {{1, 1, 1, 1}, {1, 1, 1, 5}, {2, 1, 1, 3}, {1, 2, 1, 7}, {2, 2, 1, 5},
                               {1, 4, 1, 9}, {1, 4, 2, 8}, {2, 2, 4, 6}, {4, 2, 2, 4}, {1, 8, 1, 3}};

enum { SHAPE_COUNT = sizeof SHAPES / sizeof *SHAPES, SWITCHES = 64 };

static SimulationSpec spec_of(Arena *arena, const Shape *shape, int switches) {
    SimulationSpec spec = small_cluster(arena, 4, 2);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = shape->tensor;
    plan->pipeline_parallel = shape->pipeline;
    plan->virtual_stages = shape->chunks;
    plan->gradient_accumulation = shape->micro_batches;
    plan->sequence_parallel = switches & 1;
    plan->distributed_optimizer = switches & 2;
    plan->overlap_grad_reduce = switches & 4;
    plan->overlap_p2p = switches & 8;
    plan->recompute = switches & 16 ? RECOMPUTE_FULL : RECOMPUTE_NONE;
    if (switches & 32 && shape->chunks == 1)
        plan->schedule = "gpipe";
    return spec;
}

static double run_s(Arena *arena, const SimulationSpec *spec) {
    const Results *results = simulation_run(spec, arena);
    cr_assert_eq(results->status, RUN_OK);
    return (double)results->step * 1e-9;
}

Test(step_bound, no_run_is_shorter_whatever_the_plan) {
    for (int shape = 0; shape < SHAPE_COUNT; shape++)
        for (int switches = 0; switches < SWITCHES; switches++) {
            Arena *arena = arena_create();
            SimulationSpec spec = spec_of(arena, &SHAPES[shape], switches);
            small_cluster_resolve(arena, &spec);
            double step_s = run_s(arena, &spec), bound_s = step_bound_s(&spec, false);
            cr_expect_leq(bound_s, step_s, "shape %d switches %d: %.9f above %.9f", shape, switches, bound_s, step_s);
            cr_expect_leq(step_bound_s(&spec, true), bound_s);
            cr_expect_gt(bound_s, (switches & 4 ? 0.7 : 0.8) * step_s, "shape %d switches %d: %.9f of %.9f", shape,
                         switches, bound_s, step_s);
            arena_destroy(arena);
        }
}

Test(step_bound, no_run_is_shorter_with_zero) {
    for (int switches = 0; switches < SWITCHES; switches++)
        for (int64_t stage = 1; stage <= 3; stage++) {
            Arena *arena = arena_create();
            SimulationSpec spec = spec_of(arena, &(Shape){2, 1, 1, 3}, switches & ~2);
            spec.jobs[0].training.plan.zero_stage = stage;
            spec.jobs[0].training.plan.zero_shard_size = switches & 2 ? 2 : 0;
            small_cluster_resolve(arena, &spec);
            double step_s = run_s(arena, &spec), bound_s = step_bound_s(&spec, false);
            cr_expect_leq(bound_s, step_s, "stage %d switches %d: %.9f above %.9f", (int)stage, switches, bound_s,
                          step_s);
            cr_expect_gt(bound_s, 0.3 * step_s, "stage %d switches %d: %.9f of %.9f", (int)stage, switches, bound_s,
                         step_s);
            arena_destroy(arena);
        }
}

Test(step_bound, no_run_is_shorter_with_weight_gradients_of_their_own) {
    static const Shape shapes[] = {{1, 2, 1, 7}, {2, 2, 1, 1}, {1, 4, 1, 9}, {1, 8, 1, 3},
                                   {1, 4, 2, 9}, {2, 2, 2, 3}, {1, 4, 2, 5}, {1, 4, 2, 8}};
    static const char *const schedules[] = {"zb_h1", "zb_h1", "zb_h2", "zb_h2", "zb_v", "zb_v", "v_half", "v_min"};
    for (int shape = 0; shape < (int)(sizeof shapes / sizeof *shapes); shape++)
        for (int switches = 0; switches < SWITCHES / 2; switches++) {
            Arena *arena = arena_create();
            SimulationSpec spec = spec_of(arena, &shapes[shape], switches);
            spec.jobs[0].training.plan.schedule = schedules[shape];
            small_cluster_resolve(arena, &spec);
            double step_s = run_s(arena, &spec), bound_s = step_bound_s(&spec, false);
            cr_expect_leq(bound_s, step_s, "shape %d switches %d: %.9f above %.9f", shape, switches, bound_s, step_s);
            cr_expect_leq(step_bound_s(&spec, true), bound_s);
            cr_expect_gt(bound_s, (shape < 6 ? 0.6 : 0.45) * step_s, "shape %d switches %d: %.9f of %.9f", shape,
                         switches, bound_s, step_s);
            arena_destroy(arena);
        }
}

Test(step_bound, it_is_the_step_of_a_gpu_that_talks_to_nobody) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 1, 1);
    spec.jobs[0].training.plan.gradient_accumulation = 7;
    small_cluster_resolve(arena, &spec);
    double step_s = run_s(arena, &spec);
    cr_expect_float_eq(step_bound_s(&spec, false), step_s, 2e-9 * step_s);
    cr_expect_float_eq(step_bound_s(&spec, true), step_s, 2e-9 * step_s);
    arena_destroy(arena);
}

Test(step_bound, graphs_shorten_the_step_and_the_bound_alike) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 1, 1);
    spec.cluster.node.gpu.kernels.host_s = 238.5e-6;
    spec.cluster.node.gpu.kernels.graph_host_s = 0.3e-6;
    small_cluster_resolve(arena, &spec);
    double eager_s = run_s(arena, &spec);
    spec.jobs[0].training.plan.cuda_graphs = true;
    double step_s = run_s(arena, &spec);
    cr_expect_lt(step_s, 0.5 * eager_s);
    cr_expect_float_eq(step_bound_s(&spec, false), step_s, 2e-9 * step_s);
    arena_destroy(arena);
}

Test(step_bound, listed_layers_take_as_long_as_the_longest_stage) {
    static const int64_t uneven[] = {1, 4, 2, 1};
    Arena *arena = arena_create();
    SimulationSpec spec = spec_of(arena, &(Shape){1, 4, 1, 9}, 8);
    SimulationSpec even = spec_of(arena, &(Shape){1, 4, 1, 9}, 8);
    spec.jobs[0].training.plan.layers_per_stage = uneven;
    spec.jobs[0].training.plan.layers_per_stage_count = 4;
    small_cluster_resolve(arena, &spec);
    small_cluster_resolve(arena, &even);
    double step_s = run_s(arena, &spec), bound_s = step_bound_s(&spec, false), even_s = run_s(arena, &even);
    cr_expect_leq(bound_s, step_s);
    cr_expect_gt(bound_s, 0.9 * step_s);
    cr_expect_gt(step_s, 1.3 * even_s, "%.9f of %.9f", step_s, even_s);
    cr_expect_lt(step_s, 2 * even_s);
    arena_destroy(arena);
}

Test(step_bound, slow_gpus_and_unequal_stages_only_take_longer) {
    Arena *arena = arena_create();
    SimulationSpec spec = spec_of(arena, &(Shape){2, 2, 1, 6}, 4);
    SlowGpuSpec slow = {.gpu = 3, .speed_fraction = 0.613};
    spec.cluster.slow_gpus = &slow;
    spec.cluster.slow_gpu_count = 1;
    spec.jobs[0].training.plan.first_stage_layers = 3;
    small_cluster_resolve(arena, &spec);
    double step_s = run_s(arena, &spec), bound_s = step_bound_s(&spec, false);
    cr_expect_lt(bound_s, step_s);
    cr_expect_gt(bound_s, 0.5 * step_s);
    arena_destroy(arena);
}

Test(step_bound, every_rank_by_itself_has_the_same_bound_at_most) {
    Arena *arena = arena_create();
    for (int switches = 0; switches < SWITCHES; switches += 5) {
        SimulationSpec spec = spec_of(arena, &(Shape){2, 2, 1, 3}, switches);
        spec.fidelity = FIDELITY_UNFOLDED;
        small_cluster_resolve(arena, &spec);
        cr_expect_leq(step_bound_s(&spec, false), run_s(arena, &spec), "switches %d", switches);
    }
    arena_destroy(arena);
}
