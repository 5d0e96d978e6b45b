/*
 * A schedule that splits the backward pass changes when things are computed, not what: gradients of inputs and of
 * weights make up the backward pass of any model and plan, experts and adapters included, and a step has the same work
 * and exchanges in it (Qi et al. 2023, B + W; DeepSeek-V3, arXiv 2412.19437, 3.2.1).
 */
#include <criterion/criterion.h>

#include "models/cost/expert_cost.h"
#include "models/cost/layer_cost.h"
#include "sim/engine/random.h"
#include "tests/unit/models/small_experts.h"

enum { CASES = 300 };

static int64_t pick(RandomStream *stream, int64_t count) {
    return (int64_t)random_below(stream, (uint64_t)count);
}

/* A layer of any kind on one GPU; with adapters if it is dense. */
static TrainingSpec random_layer(Arena *arena, RandomStream *stream) {
    static const int64_t groups[] = {1, 2, 4};
    TrainingSpec training = small_experts(arena, 2, 4).jobs[0].training;
    TransformerSpec *model = &training.model;
    PlanSpec *plan = &training.plan;
    bool dense = pick(stream, 3) == 0;
    model->gated = pick(stream, 2) == 0;
    plan->tensor_parallel = groups[pick(stream, 3)];
    plan->sequence_parallel = true;
    plan->gradient_accumulation = 1 + pick(stream, 3);
    plan->gradient_accumulation_fusion = pick(stream, 2) == 0;
    plan->global_batch_seqs = plan->gradient_accumulation;
    plan->data_parallel = 1;
    plan->precision = PRECISION_FP16;
    plan->lora = (LoraSpec){.rank = dense ? 16 * pick(stream, 3) : 0, .targets = (LoraTargets)pick(stream, 3)};
    model->experts = dense ? 0 : 8;
    model->shared_experts = dense ? 0 : pick(stream, 3);
    model->experts_per_token = dense ? 0 : 1 + pick(stream, 4);
    plan->expert_parallel = dense ? 1 : groups[pick(stream, 3)];
    plan->expert_tensor_parallel = dense ? 0 : pick(stream, 2);
    plan->grouped_experts = pick(stream, 2) == 0;
    plan->routing.imbalance = dense ? 1 : 1 + 0.4 * (double)pick(stream, 2);
    return training;
}

static void expect_same(double split, double whole, const char *what, int number) {
    cr_assert_float_eq(split, whole, 1e-12 * whole, "%s of case %d: %.17g split, %.17g whole", what, number, split,
                       whole);
}

Test(split_backward_law, gradients_of_inputs_and_of_weights_make_the_backward_pass) {
    RandomStream *stream = random_stream_create(&(RandomName){.seed = 2385, .entity = "layer", .purpose = "split"});
    Arena *arena = arena_create();
    const GpuSpec gpu = small_experts(arena, 2, 4).cluster.node.gpu;
    for (int number = 0; number < CASES; number++) {
        TrainingSpec whole = random_layer(arena, stream), split = whole;
        whole.plan.schedule = "1f1b";
        split.plan.schedule = "zb_h1";
        WorkCost one = layer_backward_cost(&whole, &gpu), both = layer_backward_cost(&split, &gpu);
        WorkCost weight = layer_weight_cost(&split, &gpu);
        cr_assert_gt(both.flop, 0);
        cr_assert_lt(weight.flop, one.flop);
        work_cost_add(&both, &weight, 1);
        expect_same(both.flop, one.flop, "FLOPs", number);
        expect_same(both.ideal_s, one.ideal_s, "ideal time", number);
        expect_same(both.gemm_s, one.gemm_s, "products", number);
        expect_same(both.memory_s, one.memory_s, "memory-bound time", number);
        expect_same(both.launch_s, one.launch_s, "gaps", number);
        expect_same(both.host_s, one.host_s, "host", number);
        expect_same(both.hbm_bytes, one.hbm_bytes, "bytes", number);
        double wait_s = expert_cost_backward_wait_s(&split, &gpu) + expert_cost_weight_wait_s(&split, &gpu);
        double expected_s = whole.model.experts > 0 ? expert_cost_backward_wait_s(&whole, &gpu) : wait_s;
        cr_assert_float_eq(wait_s, expected_s, 1e-15, "wait of case %d", number);
    }
    arena_destroy(arena);
    random_stream_destroy(stream);
}

/* Two stages of groups of two nodes of one GPU, five micro-batches; no host to wait for, which is late in either part.
 */
static SimulationSpec step_spec(Arena *arena, const char *schedule) {
    const SmallExpertsLayout layout = {4, 1, 1, 1, 2, 0, 2, 1, 5, 1.4};
    SimulationSpec spec = small_experts_spec(arena, &layout);
    spec.jobs[0].training.plan.schedule = schedule;
    spec.jobs[0].training.plan.overlap_p2p = true;
    spec.cluster.node.gpu.kernels.host_s = 0;
    return spec;
}

static const Results *run_step(Arena *arena, const char *schedule, double *sent_bytes) {
    SimulationSpec spec = step_spec(arena, schedule), again = step_spec(arena, schedule);
    *sent_bytes = small_cluster_sent_bytes(arena, &spec);
    small_cluster_resolve(arena, &again);
    return simulation_run(&again, arena);
}

Test(split_backward_law, a_step_has_the_same_work_and_sends_the_same_bytes) {
    static const LedgerCategory same[] = {LEDGER_IDEAL_COMPUTE, LEDGER_KERNEL_INEFFICIENCY, LEDGER_MEMORY_BOUND,
                                          LEDGER_LAUNCH_OVERHEAD};
    Arena *arena = arena_create();
    double whole_bytes, split_bytes;
    const Results *whole = run_step(arena, "1f1b", &whole_bytes), *split = run_step(arena, "zb_h1", &split_bytes);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        double expected = (double)whole->ledger.ns[same[i]], found = (double)split->ledger.ns[same[i]];
        cr_expect_gt(expected, 0);
        /* Every pass of the 4 GPUs is rounded by itself. */
        cr_expect_float_eq(found, expected, 4 * 5 * 3, "category %d: %g and %g", (int)same[i], found, expected);
    }
    cr_expect_float_eq(split_bytes, whole_bytes, 1e-9 * whole_bytes, "%g and %g bytes", split_bytes, whole_bytes);
    cr_expect_lt(split->step, whole->step);
    arena_destroy(arena);
}
