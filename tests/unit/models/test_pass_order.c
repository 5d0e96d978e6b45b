/* Exchanges of experts beside the passes of other micro-batches. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "models/memory/training_memory.h"
#include "models/plan/pass_order.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_experts.h"

/* "F0 F1 B0": micro-batches of one chunk. */
static const char *order_text(Arena *arena, const PlanSpec *plan, int stage) {
    PipelineShape shape = plan_shape(plan);
    int count = pipeline_pass_count(pipeline_find(plan->schedule), &shape);
    PipelinePass *passes = ARENA_ARRAY(arena, count, PipelinePass);
    pass_order_of_stage(plan, stage, passes);
    const char *text = "";
    for (int i = 0; i < count; i++)
        text = arena_format(arena, "%s%s%c%d%s", text, i > 0 ? " " : "", passes[i].kind == PASS_FORWARD ? 'F' : 'B',
                            passes[i].micro_batch, pass_order_hides_exchange(plan, passes, count, i) ? "*" : "");
    return text;
}

static PlanSpec two_stages(const char *schedule, bool overlap) {
    PlanSpec plan = plan_default();
    plan.pipeline_parallel = 2;
    plan.gradient_accumulation = 4;
    plan.schedule = schedule;
    plan.overlap_expert_comm = overlap;
    return plan;
}

/* A star: its exchange runs beside the next pass. */
Test(pass_order, every_forward_pass_is_one_place_earlier) {
    Arena *arena = arena_create();
    PlanSpec plain = two_stages("1f1b", false), overlap = two_stages("1f1b", true), all = two_stages("gpipe", true);
    cr_expect_str_eq(order_text(arena, &plain, 0), "F0 F1 B0 F2 B1 F3 B2 B3");
    cr_expect_str_eq(order_text(arena, &overlap, 0), "F0 F1 F2* B0* F3* B1 B2 B3");
    cr_expect_str_eq(order_text(arena, &overlap, 1), "F0 F1* B0* F2* B1* F3* B2 B3");
    cr_expect_str_eq(order_text(arena, &all, 1), "F0 F1 F2 F3* B3 B2 B1 B0");
    arena_destroy(arena);
}

Test(pass_order, every_pass_of_every_chunk_is_there_once) {
    PlanSpec plan = two_stages("interleaved_1f1b", true);
    plan.virtual_stages = 3;
    PipelinePass passes[2 * 4 * 3];
    for (int stage = 0; stage < 2; stage++) {
        int seen[2][4][3] = {0};
        pass_order_of_stage(&plan, stage, passes);
        for (int i = 0; i < 2 * 4 * 3; i++)
            seen[passes[i].kind][passes[i].micro_batch][passes[i].chunk]++;
        for (int i = 0; i < 2 * 4 * 3; i++)
            cr_expect_eq((&seen[0][0][0])[i], 1);
    }
}

/* On nodes of one GPU with NICs that take about as long as the compute. */
static SimulationSpec slow_nics(Arena *arena, int micro_batches, bool overlap) {
    SimulationSpec spec = small_experts(arena, 4, 1);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->expert_parallel = 4;
    plan->gradient_accumulation = micro_batches;
    plan->overlap_expert_comm = overlap;
    spec.cluster.node.nic.bytes_per_s = 9e9;
    small_cluster_resolve(arena, &spec);
    return spec;
}

static double step_s(int micro_batches, bool overlap) {
    Arena *arena = arena_create();
    SimulationSpec spec = slow_nics(arena, micro_batches, overlap);
    double seconds = (double)simulation_run(&spec, arena)->step * 1e-9;
    arena_destroy(arena);
    return seconds;
}

Test(pass_order, a_single_micro_batch_waits_for_its_own_tokens) {
    cr_expect_float_eq(step_s(1, true), step_s(1, false), 1e-9);
}

/* Every further micro-batch takes as long as the longer of both, not as their sum. */
Test(pass_order, tokens_travel_beside_the_compute_of_other_micro_batches) {
    double sum_s = (step_s(9, false) - step_s(5, false)) / 4, longer_s = (step_s(9, true) - step_s(5, true)) / 4;
    Arena *arena = arena_create();
    SimulationSpec spec = slow_nics(arena, 5, false);
    const Results *results = simulation_run(&spec, arena);
    double exchange_s = (double)results->ledger.ns[LEDGER_COMM_EXPERT] * 1e-9 / 4 / 5;
    double most_s = fmax(exchange_s, sum_s - exchange_s);
    cr_expect(lt(dbl, longer_s, 0.8 * sum_s));
    cr_expect(ge(dbl, longer_s, 0.999 * most_s), "%g of %g and %g", longer_s, exchange_s, sum_s - exchange_s);
    cr_expect(le(dbl, longer_s, 1.15 * most_s), "%g of %g and %g", longer_s, exchange_s, sum_s - exchange_s);
    arena_destroy(arena);
}

Test(pass_order, one_micro_batch_more_is_kept) {
    Arena *arena = arena_create();
    SimulationSpec plain = slow_nics(arena, 5, false), overlap = slow_nics(arena, 5, true);
    StageMemory less = training_memory_of_stage(&plain.jobs[0].training, 0);
    StageMemory more = training_memory_of_stage(&overlap.jobs[0].training, 0);
    cr_expect_float_eq(more.activations_bytes, 2 * less.activations_bytes, 1);
    arena_destroy(arena);
}

static const SmallExpertsLayout LAYOUTS[] = {
    {2, 2, 1, 1, 4, 0, 1, 1, 3, 1},
    {2, 4, 2, 1, 2, 0, 2, 1, 4, 1.5},
    {4, 4, 2, 2, 4, 1, 2, 2, 4, 1},
    {4, 2, 1, 2, 2, 0, 2, 4, 2, 1},
};

static SimulationSpec layout_spec(Arena *arena, size_t index) {
    SimulationSpec spec = small_experts_spec(arena, &LAYOUTS[index]);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->overlap_grad_reduce = plan->overlap_p2p = plan->overlap_expert_comm = true;
    small_cluster_resolve(arena, &spec);
    return spec;
}

Test(pass_order, folded_and_unfolded_agree_to_the_nanosecond) {
    folding_expect_layouts((FoldingLayouts){layout_spec, sizeof LAYOUTS / sizeof *LAYOUTS});
}

static void expect_error(void (*change)(PlanSpec *), const char *text) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_experts(arena, 2, 4);
    spec.jobs[0].training.plan.expert_parallel = 4;
    spec.jobs[0].training.plan.overlap_expert_comm = true;
    change(&spec.jobs[0].training.plan);
    small_cluster_expect_error(&spec, "jobs[0].plan.overlap_expert_comm", text);
    arena_destroy(arena);
}

static void keep_at_home(PlanSpec *plan) {
    plan->expert_parallel = 1;
}

static void compute_again(PlanSpec *plan) {
    plan->recompute = RECOMPUTE_FULL;
}

static void shard_gradients(PlanSpec *plan) {
    plan->zero_stage = 2;
}

Test(pass_order, what_cannot_be_is_said) {
    expect_error(keep_at_home, "found true with expert_parallel 1, expected more");
    expect_error(compute_again, "found true with recompute full, expected none or selective");
    expect_error(shard_gradients, "found true with zero_stage 2, expected at most 1");
}
