#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "scenarios/search/plan_search.h"
#include "tests/unit/scenarios/open_space.h"

enum { TOP = 7 };

static const PlanSearch *search(const PlanSpace *space, bool exhaustive, int threads, Arena *arena) {
    return plan_search_run(space, &(PlanSearchOptions){.top = TOP, .threads = threads, .exhaustive = exhaustive},
                           arena);
}

static void expect_same_list(const int *one, const int *other, int count, const char *what) {
    for (int i = 0; i < count; i++)
        cr_expect_eq(one[i], other[i], "%s %d: candidates %d and %d", what, i, one[i], other[i]);
}

static void expect_safe_bounds(const PlanSearch *all) {
    for (int i = 0; i < all->count; i++) {
        const PlanCandidate *candidate = &all->candidates[i];
        if (candidate->fate == PLAN_SIMULATED)
            cr_expect_leq(candidate->bound_s, candidate->step_s, "candidate %d", i);
    }
}

/* The best, the front and the steps are those of a search that runs everything. */
static void expect_safe_pruning(const char *const *sets) {
    Arena *arena = arena_create();
    PlanSpace space = open_space(arena, sets);
    const PlanSearch *all = search(&space, true, 0, arena), *pruned = search(&space, false, 0, arena);
    cr_expect_eq(all->fates[PLAN_DOMINATED], 0);
    cr_expect_gt(pruned->fates[PLAN_DOMINATED], all->fates[PLAN_SIMULATED] / 8, "%d of %d were pruned",
                 pruned->fates[PLAN_DOMINATED], all->fates[PLAN_SIMULATED]);
    cr_assert_eq(pruned->top_count, all->top_count);
    cr_assert_eq(pruned->front_count, all->front_count, "%d and %d on the front", pruned->front_count,
                 all->front_count);
    expect_same_list(pruned->top, all->top, all->top_count, "top");
    expect_same_list(pruned->front, all->front, all->front_count, "front");
    for (int i = 0; i < all->count; i++)
        if (pruned->candidates[i].fate == PLAN_SIMULATED)
            cr_expect_eq(pruned->candidates[i].step_s, all->candidates[i].step_s);
    expect_safe_bounds(all);
    arena_destroy(arena);
}

#define EXPECT_SAFE_PRUNING(...) expect_safe_pruning((const char *const[]){__VA_ARGS__, NULL})

Test(plan_search, pruning_finds_what_an_exhaustive_search_finds_for_a_gpt) {
    EXPECT_SAFE_PRUNING("jobs[0].plan.precision=bf16");
}

Test(plan_search, pruning_finds_what_an_exhaustive_search_finds_with_everything_overlapped) {
    EXPECT_SAFE_PRUNING("jobs[0].plan.overlap_p2p=true", "jobs[0].plan.overlap_grad_reduce=true",
                        "jobs[0].model=gpt-3.6b");
}

Test(plan_search, pruning_finds_what_an_exhaustive_search_finds_for_experts_whose_tokens_travel_beside_compute) {
    EXPECT_SAFE_PRUNING("jobs[0].model=mixtral-8x7b", "cluster.node=dgx-h100", "cluster.nodes=4",
                        "jobs[0].plan.flash_attention=true", "jobs[0].plan.context_parallel=1",
                        "jobs[0].plan.recompute=none", "jobs[0].plan.overlap_expert_comm=true",
                        "jobs[0].plan.expert_dispatcher=deepep");
}

Test(plan_search, pruning_finds_what_an_exhaustive_search_finds_for_a_llama_on_h100) {
    EXPECT_SAFE_PRUNING("jobs[0].model=llama-3-8b", "cluster.node=dgx-h100", "jobs[0].plan.flash_attention=true",
                        "jobs[0].sequence_length=4096", "jobs[0].plan.precision=bf16");
}

Test(plan_search, pruning_finds_what_an_exhaustive_search_finds_for_a_mixture_of_experts) {
    EXPECT_SAFE_PRUNING("jobs[0].model={hidden_size: 2048, num_hidden_layers: 12, num_attention_heads: 16, vocab_size: "
                        "32000, gated: true, biases: false, num_experts: 8, num_experts_per_tok: 2, "
                        "moe_intermediate_size: 1408}",
                        "cluster.node=dgx-h100", "jobs[0].plan.flash_attention=true", "jobs[0].plan.precision=bf16",
                        "jobs[0].plan.expert_imbalance=1.5", "jobs[0].plan.capacity_factor=0.9",
                        "jobs[0].plan.recompute=none");
}

/* 13 layers divide by nothing, 14 do so with the ends; the head is worth 2 layers. */
Test(plan_search, pruning_finds_what_an_exhaustive_search_finds_for_uneven_stages) {
    EXPECT_SAFE_PRUNING("jobs[0].model={hidden_size: 2048, num_hidden_layers: 13, num_attention_heads: 16, vocab_size: "
                        "51200}",
                        "jobs[0].plan.overlap_p2p=true", "jobs[0].plan.recompute=none");
    EXPECT_SAFE_PRUNING("jobs[0].model={hidden_size: 2048, num_hidden_layers: 14, num_attention_heads: 16, vocab_size: "
                        "51200}",
                        "jobs[0].plan.overlap_grad_reduce=true", "jobs[0].plan.recompute=full");
}

Test(plan_search, pruning_finds_what_an_exhaustive_search_finds_for_shards_of_stages) {
    EXPECT_SAFE_PRUNING("jobs[0].model=gpt-1.7b", "jobs[0].plan.zero_sync=micro_batch",
                        "jobs[0].plan.overlap_grad_reduce=true");
    EXPECT_SAFE_PRUNING("jobs[0].model=gpt-1.7b", "jobs[0].plan.zero_sync=step", "jobs[0].plan.recompute=full");
}

Test(plan_search, pruning_finds_what_an_exhaustive_search_finds_on_an_oversubscribed_fabric) {
    EXPECT_SAFE_PRUNING("cluster.nodes=6", "cluster.fabric.nodes_per_leaf=2", "cluster.fabric.oversubscription=3.5",
                        "jobs[0].model=gpt-1.7b", "jobs[0].plan.global_batch=48");
}

Test(plan_search, pruning_finds_what_an_exhaustive_search_finds_on_nodes_of_two_types) {
    EXPECT_SAFE_PRUNING("cluster.nodes=3", "cluster.other_nodes=[{nodes: \"1\", node: dgx-h100}]",
                        "jobs[0].model=gpt-3.6b");
}

Test(plan_search, pruning_finds_what_an_exhaustive_search_finds_beside_a_slow_gpu) {
    EXPECT_SAFE_PRUNING("cluster.slow_gpus=[{gpu: 5, speed: 0.713}]", "jobs[0].model=gpt-1.7b");
}

Test(plan_search, pruning_finds_what_an_exhaustive_search_finds_on_several_numbers_of_gpus) {
    static const int64_t GPUS[] = {4, 12, 16};
    Arena *arena = arena_create();
    PlanSpace space = OPEN_SPACE(arena, "jobs[0].model=gpt-1.7b", "jobs[0].plan.virtual_stages=1");
    space.gpus = (PlanChoice){GPUS, 3};
    const PlanSearch *all = search(&space, true, 0, arena), *pruned = search(&space, false, 0, arena);
    cr_assert_eq(pruned->front_count, all->front_count);
    expect_same_list(pruned->top, all->top, all->top_count, "top");
    expect_same_list(pruned->front, all->front, all->front_count, "front");
    bool few = false;
    for (int i = 0; i < all->front_count; i++)
        few = few || all->candidates[all->front[i]].point->gpus == 4;
    cr_expect(few, "few GPUs are cheap and belong to the front");
    arena_destroy(arena);
}

Test(plan_search, the_outcome_does_not_depend_on_the_number_of_threads) {
    Arena *arena = arena_create();
    PlanSpace space = OPEN_SPACE(arena, "jobs[0].model=gpt-3.6b");
    const PlanSearch *one = search(&space, false, 1, arena), *many = search(&space, false, 5, arena);
    cr_assert_eq(one->count, many->count);
    for (int i = 0; i < one->count; i++) {
        cr_expect_eq(one->candidates[i].fate, many->candidates[i].fate);
        cr_expect(one->candidates[i].bound_s == many->candidates[i].bound_s || isnan(one->candidates[i].bound_s));
    }
    expect_same_list(one->top, many->top, one->top_count, "top");
    arena_destroy(arena);
}

Test(plan_search, one_step_is_enough_however_many_the_job_has) {
    Arena *arena = arena_create();
    PlanSpace once = OPEN_SPACE(arena, "jobs[0].model=gpt-1.7b", "jobs[0].plan.pipeline_parallel=2");
    PlanSpace often = OPEN_SPACE(arena, "jobs[0].model=gpt-1.7b", "jobs[0].plan.pipeline_parallel=2", "jobs[0].steps=3",
                                 "jobs[0].start=2.385 s");
    const PlanSearch *one = search(&once, false, 0, arena), *many = search(&often, false, 0, arena);
    const PlanCandidate *best = &one->candidates[one->top[0]], *same = &many->candidates[many->top[0]];
    cr_expect_eq(one->top[0], many->top[0]);
    cr_expect_eq(best->step_s, same->step_s);
    cr_expect_eq(memcmp(&best->ledger, &same->ledger, sizeof best->ledger), 0);
    arena_destroy(arena);
}

Test(plan_search, every_plan_has_one_fate_and_stands_in_one_class) {
    Arena *arena = arena_create();
    PlanSpace space = OPEN_SPACE(arena, "jobs[0].plan.global_batch=36");
    const PlanSearch *found = search(&space, false, 0, arena);
    int in_classes = 0, fates = 0;
    for (int i = 0; i < found->class_count; i++)
        in_classes += found->classes[i].count;
    for (int fate = 0; fate < PLAN_FATE_COUNT; fate++)
        fates += found->fates[fate];
    cr_expect_eq(in_classes, found->count);
    cr_expect_eq(fates, found->count);
    cr_expect_gt(found->fates[PLAN_REFUSED], 0);
    cr_expect_gt(found->fates[PLAN_TOO_BIG], 0);
    arena_destroy(arena);
}

Test(plan_search, the_nearest_of_those_that_do_not_fit_misses_by_least) {
    Arena *arena = arena_create();
    PlanSpace space = OPEN_SPACE(arena, "jobs[0].plan.pipeline_parallel=1", "jobs[0].plan.tensor_parallel=1",
                                 "jobs[0].plan.global_batch=48");
    const PlanSearch *found = search(&space, false, 0, arena);
    cr_assert_eq(found->class_count, 1);
    cr_assert_geq(found->classes[0].nearest, 0);
    double nearest = found->candidates[found->classes[0].nearest].memory_bytes;
    cr_expect_gt(nearest, space.spec->cluster.node.gpu.hbm_bytes);
    for (int i = 0; i < found->count; i++)
        if (found->candidates[i].fate == PLAN_TOO_BIG)
            cr_expect_geq(found->candidates[i].memory_bytes, nearest);
    arena_destroy(arena);
}

Test(plan_search, nothing_is_best_where_nothing_fits) {
    Arena *arena = arena_create();
    PlanSpace space = OPEN_SPACE(arena, "jobs[0].model=gpt-530b");
    const PlanSearch *found = search(&space, false, 0, arena);
    cr_expect_eq(found->top_count, 0);
    cr_expect_eq(found->front_count, 0);
    cr_expect_eq(found->fates[PLAN_SIMULATED], 0);
    cr_expect_gt(found->fates[PLAN_TOO_BIG], 0);
    arena_destroy(arena);
}
