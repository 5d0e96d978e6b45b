/* A run of which only times are asked for watches nothing; that must change no nanosecond of them. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/models/small_cluster.h"

static SimulationSpec spec_of(Arena *arena, int switches) {
    SimulationSpec spec = small_cluster(arena, 4, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = switches & 1 ? 2 : 1;
    plan->pipeline_parallel = switches & 2 ? 4 : 2;
    plan->virtual_stages = switches & 4 ? 2 : 1;
    plan->gradient_accumulation = 8;
    plan->overlap_grad_reduce = switches & 8;
    plan->overlap_p2p = switches & 16;
    plan->distributed_optimizer = switches & 32;
    plan->recompute = switches & 64 ? RECOMPUTE_FULL : RECOMPUTE_NONE;
    spec.cluster.fabric.nodes_per_leaf = switches & 128 ? 2 : 4;
    spec.cluster.fabric.oversubscription = switches & 128 ? 2.385 : 1;
    spec.fidelity = switches & 256 ? FIDELITY_UNFOLDED : FIDELITY_FOLDED;
    return spec;
}

static void expect_same_times(const Results *one, const Results *other, int switches) {
    cr_assert_eq(one->status, other->status);
    cr_expect_eq(one->step, other->step, "switches %d: %lld and %lld ns", switches, (long long)one->step,
                 (long long)other->step);
    cr_expect_eq(memcmp(&one->ledger, &other->ledger, sizeof one->ledger), 0, "switches %d", switches);
    cr_expect_eq(memcmp(one->comm_ns, other->comm_ns, sizeof one->comm_ns), 0, "switches %d", switches);
    cr_expect_eq(one->memory[0].total_bytes, other->memory[0].total_bytes);
}

Test(only_times, they_are_those_of_a_run_that_is_watched) {
    for (int switches = 0; switches < 512; switches++) {
        Arena *arena = arena_create();
        SimulationSpec spec = spec_of(arena, switches);
        small_cluster_resolve(arena, &spec);
        const Results *whole = simulation_run(&spec, arena);
        spec.only_times = true;
        const Results *bare = simulation_run(&spec, arena);
        expect_same_times(whole, bare, switches);
        cr_expect_leq(bare->event_count, whole->event_count);
        cr_expect_eq(bare->series_count, 0);
        cr_expect_eq(bare->timeline_count, 0);
        cr_expect_eq(bare->critical_count, 0);
        cr_expect_gt(whole->series_count, 0);
        cr_expect_gt(whole->interval.low_s, 0);
        cr_expect_eq(bare->interval.low_s, whole->interval.low_s);
        cr_expect_eq(bare->interval.high_s, whole->interval.high_s);
        spec.without_links = true;
        cr_expect_eq(simulation_run(&spec, arena)->interval.low_s, 0);
        arena_destroy(arena);
    }
}

Test(only_times, a_collective_takes_as_long_too) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 4, 2);
    spec.jobs[0].training.model.layers = 0;
    spec.jobs[0].collective = (CollectiveSpec){.operation = "all_reduce",
                                               .algorithm = "auto",
                                               .from_bytes = 1024,
                                               .to_bytes = 1 << 26,
                                               .factor = 8,
                                               .repeats = 3};
    small_cluster_resolve(arena, &spec);
    const Results *whole = simulation_run(&spec, arena);
    spec.only_times = true;
    const Results *bare = simulation_run(&spec, arena);
    cr_assert_eq(whole->size_count, bare->size_count);
    cr_expect_eq(whole->step, bare->step);
    for (int i = 0; i < whole->size_count; i++)
        cr_expect_eq(whole->sizes[i].time_s, bare->sizes[i].time_s);
    arena_destroy(arena);
}
