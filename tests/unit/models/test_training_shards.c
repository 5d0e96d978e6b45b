/* ZeRO-2 and 3 in whole steps: folded and unfolded agree, prefetch and overlap have their order and their limits. */
#include <criterion/criterion.h>
#include <string.h>

#include "models/cost/shard_lists.h"
#include "models/plan/shard_units.h"
#include "sim/engine/engine.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"

typedef struct ShardLayout {
    int nodes, gpus, tensor;
    int stage, shard_size;
    int micro_batches, prefetch;
    bool overlap, reshard;
    int per_leaf; /* 0 = one leaf */
} ShardLayout;

static const ShardLayout LAYOUTS[] = {
    {2, 4, 1, 3, 0, 2, 1, true, true, 0},  {2, 4, 1, 3, 4, 2, 1, true, true, 0},  {4, 2, 1, 3, 2, 3, 0, true, true, 0},
    {4, 4, 2, 3, 0, 1, 2, true, false, 0}, {4, 4, 2, 3, 2, 2, 1, false, true, 0}, {2, 4, 1, 2, 0, 3, 1, true, true, 0},
    {2, 4, 2, 2, 2, 2, 1, false, true, 0}, {4, 4, 4, 3, 0, 2, 1, true, true, 2},  {4, 4, 1, 3, 8, 2, 1, true, true, 2},
    {2, 4, 1, 1, 4, 2, 1, true, true, 0},  {1, 1, 1, 3, 0, 2, 1, true, true, 0},
};

static SimulationSpec layout_spec(Arena *arena, const ShardLayout *layout) {
    SimulationSpec spec = small_cluster(arena, layout->nodes, layout->gpus);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = layout->tensor;
    plan->zero_stage = layout->stage;
    plan->zero_shard_size = layout->shard_size;
    plan->gradient_accumulation = layout->micro_batches;
    plan->prefetch_layers = layout->prefetch;
    plan->overlap_grad_reduce = layout->overlap;
    plan->reshard_after_forward = layout->reshard;
    small_cluster_leaves(&spec, layout->per_leaf);
    small_cluster_resolve(arena, &spec);
    return spec;
}

static SimulationSpec spec_of(Arena *arena, size_t layout) {
    return layout_spec(arena, &LAYOUTS[layout]);
}

static SimulationSpec spec_with_lists(Arena *arena, size_t layout) {
    SimulationSpec spec = spec_of(arena, layout);
    spec.jobs[0].training.plan.zero_list_collectives = LAYOUTS[layout].stage >= 2;
    return spec;
}

enum { LAYOUT_COUNT = sizeof LAYOUTS / sizeof *LAYOUTS };

Test(training_shards, folded_and_unfolded_agree_to_the_nanosecond) {
    folding_expect_layouts((FoldingLayouts){spec_of, LAYOUT_COUNT});
}

Test(training_shards, folded_and_unfolded_agree_with_lists) {
    folding_expect_layouts((FoldingLayouts){spec_with_lists, LAYOUT_COUNT});
}

Test(training_shards, folded_and_unfolded_agree_with_a_slow_gpu) {
    folding_expect_slow_layouts((FoldingLayouts){spec_of, LAYOUT_COUNT - 1});
}

static SimTime step_of(const ShardLayout *layout) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, layout);
    SimTime step = simulation_run(&spec, arena)->step;
    arena_destroy(arena);
    return step;
}

Test(training_shards, a_layer_ahead_hides_gathers_that_none_ahead_exposes) {
    const ShardLayout none = {4, 4, 1, 3, 0, 2, 0, true, true, 0}, one = {4, 4, 1, 3, 0, 2, 1, true, true, 0};
    cr_assert_lt(step_of(&one), step_of(&none));
}

/* Lists gather nothing ahead, and the host issues their views while everybody waits. */
Test(training_shards, lists_cost_more_than_gathering_nothing_ahead) {
    const ShardLayout layout = {4, 4, 1, 3, 0, 2, 1, true, true, 0}, none = {4, 4, 1, 3, 0, 2, 0, true, true, 0};
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &layout);
    spec.jobs[0].training.plan.zero_list_collectives = true;
    const Results *results = simulation_run(&spec, arena);
    double views_s = 0;
    for (int i = 0; i < shard_unit_count(&spec.jobs[0].training, 0, 0); i++)
        for (PassKind kind = PASS_FORWARD; kind <= PASS_BACKWARD; kind++) {
            ShardUnit unit = shard_unit_at(&spec.jobs[0].training, 0, 0, i);
            views_s += 2 * shard_lists_of(&spec.jobs[0].training, &unit, kind).host_s;
        }
    cr_assert_gt(sim_time_to_s(results->step), sim_time_to_s(step_of(&none)) + views_s);
    arena_destroy(arena);
}

Test(training_shards, reductions_beside_the_backward_pass_cost_less_than_after_each_layer) {
    for (int stage = 2; stage <= 3; stage++) {
        const ShardLayout beside = {4, 4, 1, stage, 0, 2, 1, true, true, 0};
        const ShardLayout after = {4, 4, 1, stage, 0, 2, 1, false, true, 0};
        cr_assert_lt(step_of(&beside), step_of(&after));
    }
}

/* Bars of the first class on one stream, in order. */
static int collect(const Results *results, BarKind kind, const TimelineBar **bars) {
    int count = 0;
    for (int i = 0; i < results->timeline_count; i++)
        if (results->timeline[i].gpu_class == 0 && results->timeline[i].kind == kind)
            bars[count++] = &results->timeline[i];
    return count;
}

/* With one micro-batch and tensor 1: units 0 .. n - 1 forward. Gather i must not begin before unit i - 2 has ended. */
Test(training_shards, no_more_units_are_gathered_than_prefetch_allows) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &(ShardLayout){4, 4, 1, 3, 0, 1, 1, true, true, 0});
    spec.jobs[0].training.model.tied_embeddings = false;
    const Results *results = simulation_run(&spec, arena);
    int units = shard_unit_count(&spec.jobs[0].training, 0, 0);
    const TimelineBar **forward = ARENA_ARRAY(arena, results->timeline_count, const TimelineBar *);
    const TimelineBar **moved = ARENA_ARRAY(arena, results->timeline_count, const TimelineBar *);
    cr_assert_eq(collect(results, BAR_FORWARD, forward), units);
    int count = collect(results, BAR_DATA_COMM, moved);
    /* Two gathers and a reduction of every unit, each of as many legs. */
    cr_assert_eq(count % (3 * units), 0, "%d collectives of %d units", count, units);
    int legs = count / (3 * units);
    for (int unit = 0; unit < units; unit++) {
        cr_assert_geq(forward[unit]->start, moved[unit * legs + legs - 1]->end, "unit %d runs before it is whole",
                      unit);
        if (unit >= 2)
            cr_assert_geq(moved[unit * legs]->start, forward[unit - 2]->end, "unit %d is gathered too early", unit);
    }
    arena_destroy(arena);
}

Test(training_shards, the_optimizer_waits_for_the_last_reduction) {
    for (int stage = 2; stage <= 3; stage++) {
        Arena *arena = arena_create();
        SimulationSpec spec = layout_spec(arena, &(ShardLayout){4, 4, 1, stage, 4, 1, 1, true, true, 0});
        spec.cluster.node.nic.bytes_per_s /= 2.385;
        const Results *results = simulation_run(&spec, arena);
        const TimelineBar **bars = ARENA_ARRAY(arena, results->timeline_count, const TimelineBar *);
        cr_assert_eq(collect(results, BAR_OPTIMIZER, bars), 1);
        SimTime optimizer = bars[0]->start;
        int count = collect(results, BAR_DATA_COMM, bars), before = 0;
        for (int i = 0; i < count; i++)
            if (bars[i]->stream == STREAM_DATA) {
                cr_assert_leq(bars[i]->end, optimizer);
                before++;
            }
        cr_assert_gt(before, 0);
        arena_destroy(arena);
    }
}

Test(training_shards, one_gpu_alone_gathers_nothing) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &(ShardLayout){1, 1, 1, 3, 0, 2, 1, true, true, 0});
    const Results *results = simulation_run(&spec, arena);
    cr_assert_eq(results->ledger.ns[LEDGER_COMM_DATA], 0);
    arena_destroy(arena);
}

static const Cause *cause_of(const Results *results, LedgerCategory category) {
    for (int i = 0; i < results->cause_count; i++)
        if (results->causes[i].category == category)
            return &results->causes[i];
    cr_assert_fail("no cause %s", ledger_category_name(category));
    return NULL;
}

Test(training_shards, what_is_exposed_is_named_with_advice_that_fits_the_plan) {
    static const struct {
        int prefetch;
        bool overlap;
        const char *advice;
    } PLANS[] = {
        {1, false, "overlap_grad_reduce: true"},
        {0, true, "prefetch_layers: 1"},
        {1, true,
         "a smaller zero_shard_size or zero_stage, if memory allows, a larger micro-batch, or a faster fabric"},
    };
    for (size_t i = 0; i < sizeof PLANS / sizeof *PLANS; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec =
            layout_spec(arena, &(ShardLayout){4, 4, 1, 3, 0, 2, PLANS[i].prefetch, PLANS[i].overlap, true, 0});
        spec.cluster.node.nic.bytes_per_s /= 23.85;
        const Cause *cause = cause_of(simulation_run(&spec, arena), LEDGER_COMM_DATA);
        cr_assert_str_eq(cause->advice, PLANS[i].advice);
        cr_assert_not_null(strstr(cause->sentence, "gathers of parameters and reductions of gradients are exposed"));
        arena_destroy(arena);
    }
}
