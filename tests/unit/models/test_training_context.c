/* Context parallelism in whole steps: folded and unfolded agree, attention hides the ring as far as it lasts. */
#include <criterion/criterion.h>
#include <string.h>

#include "models/cost/layer_cost.h"
#include "models/cost/training_context.h"
#include "models/plan/training_flop.h"
#include "models/spec_resolve.h"
#include "models/traffic/rank_classes.h"
#include "tests/unit/models/cost_bench.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"

typedef struct ContextLayout {
    int nodes, gpus, tensor, context, pipeline, chunks;
    int stage, shard_size;
    int micro_batches;
    Recompute recompute;
    bool overlap;
    int per_leaf; /* 0 = one leaf */
} ContextLayout;

static const ContextLayout LAYOUTS[] = {
    {1, 4, 1, 4, 1, 1, 0, 0, 2, RECOMPUTE_NONE, false, 0}, {2, 4, 2, 2, 1, 1, 0, 0, 3, RECOMPUTE_NONE, true, 0},
    {2, 4, 2, 4, 1, 1, 1, 0, 2, RECOMPUTE_FULL, true, 0},  {4, 2, 1, 4, 2, 1, 1, 2, 3, RECOMPUTE_NONE, true, 0},
    {4, 4, 4, 2, 2, 2, 0, 0, 4, RECOMPUTE_FULL, true, 2},  {4, 4, 2, 2, 2, 1, 0, 0, 2, RECOMPUTE_NONE, false, 1},
    {4, 2, 1, 2, 1, 1, 3, 0, 2, RECOMPUTE_NONE, true, 0},  {4, 2, 2, 2, 1, 1, 3, 2, 2, RECOMPUTE_FULL, true, 2},
    {4, 4, 1, 8, 2, 4, 0, 0, 2, RECOMPUTE_NONE, true, 2},
};

static SimulationSpec layout_spec(Arena *arena, size_t index) {
    const ContextLayout *layout = &LAYOUTS[index];
    SimulationSpec spec = small_cluster(arena, layout->nodes, layout->gpus);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = layout->tensor;
    plan->context_parallel = layout->context;
    plan->pipeline_parallel = layout->pipeline;
    plan->virtual_stages = layout->chunks;
    plan->zero_stage = layout->stage;
    plan->zero_shard_size = layout->shard_size;
    plan->gradient_accumulation = layout->micro_batches;
    plan->recompute = layout->recompute;
    plan->overlap_grad_reduce = plan->overlap_p2p = layout->overlap;
    plan->flash_attention = true;
    small_cluster_leaves(&spec, layout->per_leaf);
    small_cluster_resolve(arena, &spec);
    return spec;
}

static const FoldingLayouts ALL = {layout_spec, sizeof LAYOUTS / sizeof *LAYOUTS};

Test(training_context, folded_and_unfolded_agree_to_the_nanosecond) {
    folding_expect_layouts(ALL);
}

Test(training_context, folded_and_unfolded_agree_with_a_slow_gpu) {
    folding_expect_slow_layouts(ALL);
}

Test(training_context, ranks_are_tensor_then_context_then_data_then_pipeline) {
    PlanSpec plan = plan_default();
    plan.tensor_parallel = 3;
    plan.context_parallel = 5;
    plan.data_parallel = 7;
    plan.pipeline_parallel = 2;
    int64_t rank = 0;
    for (int stage = 0; stage < 2; stage++)
        for (int replica = 0; replica < 7; replica++)
            for (int context = 0; context < 5; context++)
                for (int tensor = 0; tensor < 3; tensor++)
                    cr_assert_eq(plan_rank(&plan, stage, replica, context * 3 + tensor), rank++);
    cr_assert_eq(plan_weight_copies(&plan), 35);
}

/* Two GPUs with a NIC of that speed, and sequences of 640 tokens. */
static const Results *run_with_nic(Arena *arena, double bytes_per_s) {
    SimulationSpec spec = small_cluster(arena, 2, 1);
    TrainingSpec *training = &spec.jobs[0].training;
    training->sequence_tokens = 640;
    training->plan.context_parallel = 2;
    training->plan.flash_attention = true;
    training->plan.gradient_accumulation = 2;
    spec.cluster.node.nic.bytes_per_s = bytes_per_s;
    spec.cluster.node.nic.latency_s = 0;
    spec.cluster.node.nic.ramp_s = 0;
    small_cluster_resolve(arena, &spec);
    return simulation_run(&spec, arena);
}

Test(training_context, attention_hides_the_ring_when_links_are_fast) {
    Arena *arena = arena_create();
    const Results *results = run_with_nic(arena, 1e15);
    cr_expect_leq(results->ledger.ns[LEDGER_COMM_CONTEXT], 2 * 2 * 2 * 1000, "%ld ns",
                  (long)results->ledger.ns[LEDGER_COMM_CONTEXT]);
    arena_destroy(arena);
}

/* 8 layers, 2 micro-batches, 1 block forward and 2 backward: each byte more per second is won. */
Test(training_context, what_attention_does_not_hide_is_exposed) {
    Arena *arena = arena_create();
    const Results *slow = run_with_nic(arena, 1e8), *slower = run_with_nic(arena, 0.5e8);
    double block_bytes = 2 * 320.0 * 1024 * 2, efficiency = 0.65;
    double more_ns = 2 * 8 * 3 * block_bytes * (1 / 0.5e8 - 1 / 1e8) / efficiency * 1e9;
    /* On both GPUs. */
    double exposed_ns = (double)(slower->ledger.ns[LEDGER_COMM_CONTEXT] - slow->ledger.ns[LEDGER_COMM_CONTEXT]) / 2;
    cr_expect_float_eq(exposed_ns, more_ns, 1e-6 * more_ns, "%g and %g", exposed_ns, more_ns);
    arena_destroy(arena);
}

Test(training_context, a_group_of_one_moves_nothing_and_hides_nothing) {
    PlanSpec plan = plan_default();
    cr_assert_eq(training_context_blocks(&plan, PASS_FORWARD), 0);
    cr_assert_eq(training_context_blocks(&plan, PASS_BACKWARD), 0);
    cr_assert_eq(training_context_cover_fraction(&plan, PASS_FORWARD), 0);
    cr_assert_eq(training_context_cover_fraction(&plan, PASS_BACKWARD), 0);
}

/* What a cover takes from a layer, the rest of the layer lacks, on a device-bound and on a host-bound GPU. */
Test(training_context, a_layer_and_its_cover_take_as_long_apart_as_together) {
    for (int host_bound = 0; host_bound < 2; host_bound++) {
        WorkCost whole = {.ideal_s = 3, .gemm_s = 7, .memory_s = 2, .launch_s = 0.5, .host_s = host_bound ? 13.5 : 1};
        WorkCost attention = {.gemm_s = 2.385}, cover = training_context_cover(&whole, &attention, 0.75);
        WorkCost rest = whole;
        work_cost_add(&rest, &cover, -1);
        cr_expect_float_eq(cover.gemm_s, 0.75 * 2.385, 1e-12);
        cr_expect_float_eq(work_cost_seconds(&rest) + work_cost_seconds(&cover), work_cost_seconds(&whole), 1e-12);
        cr_expect_leq(cover.ideal_s, cover.gemm_s);
        cr_expect_leq(rest.ideal_s, rest.gemm_s);
    }
}

static void expect_error(void (*change)(TrainingSpec *), const char *path, const char *text) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 2, 4);
    TrainingSpec *training = &spec.jobs[0].training;
    training->plan.context_parallel = 4;
    training->plan.flash_attention = true;
    change(training);
    small_cluster_expect_error(&spec, path, text);
    arena_destroy(arena);
}

static void cut_sequence(TrainingSpec *training) {
    training->sequence_tokens = 508;
}

static void write_scores(TrainingSpec *training) {
    training->plan.flash_attention = false;
}

static void want_three(TrainingSpec *training) {
    training->plan.context_parallel = 3;
    training->sequence_tokens = 510;
}

static void state_replicas(TrainingSpec *training) {
    training->plan.data_parallel = 8;
}

static void shard_over_three(TrainingSpec *training) {
    training->plan.distributed_optimizer = true;
    training->plan.zero_shard_size = 3;
}

static void split_norms(TrainingSpec *training) {
    training->plan.tensor_parallel = 4;
    training->plan.context_parallel = 2;
    training->plan.sequence_parallel = true;
    training->sequence_tokens = 508;
}

/* Of five documents of 128 tokens each: a fifth of the square, forward, backward and of the model. */
Test(training_context, packed_documents_attend_to_themselves_alone) {
    CostBench bench = cost_bench_create(2);
    double square = 2 * (3 * 12 / 2.0) * 640 * 640 * 128;
    bench.training.plan.flash_attention = true;
    WorkCost forward = layer_forward_cost(&bench.training, &bench.gpu);
    WorkCost backward = layer_backward_cost(&bench.training, &bench.gpu);
    double model = training_layer_flop(&bench.training);
    bench.training.document_tokens = 640;
    cr_assert_eq(layer_forward_cost(&bench.training, &bench.gpu).gemm_s, forward.gemm_s);
    bench.training.document_tokens = 128;
    WorkCost packed = layer_forward_cost(&bench.training, &bench.gpu);
    expect_near(forward.flop - packed.flop, 0.8 * square);
    cr_assert_lt(packed.gemm_s, forward.gemm_s);
    packed = layer_backward_cost(&bench.training, &bench.gpu);
    expect_near(backward.flop - packed.flop, 0.8 * 2.5 * square);
    cr_assert_lt(packed.gemm_s, backward.gemm_s);
    /* Of one sequence instead of three, on one GPU instead of two. */
    expect_near(model - training_layer_flop(&bench.training), 0.8 * 2 * square / 3);
    cost_bench_destroy(&bench);
}

static void pack_too_long(TrainingSpec *training) {
    training->sequence_tokens = 512;
    training->document_tokens = 513;
}

static void pack_written_scores(TrainingSpec *training) {
    write_scores(training);
    training->plan.context_parallel = 1;
    training->document_tokens = 100;
}

static void pack_too_short(TrainingSpec *training) {
    training->document_tokens = 7;
}

Test(training_context, documents_fit_their_sequence_and_are_cut_into_two_chunks_per_gpu) {
    expect_error(pack_too_long, "jobs[0].document_length", "found 513, expected at most sequence_length 512");
    expect_error(pack_written_scores, "jobs[0].document_length",
                 "found 100 without flash_attention, expected flash_attention: true");
    expect_error(pack_too_short, "jobs[0].document_length", "found 7, expected at least 2 x context_parallel 4");
}

Test(training_context, what_does_not_divide_is_said) {
    expect_error(cut_sequence, "jobs[0].sequence_length", "found 508, expected a multiple of 2 x context_parallel 4");
    expect_error(write_scores, "jobs[0].plan.context_parallel",
                 "found 4 without flash_attention, expected flash_attention: true");
    expect_error(want_three, "jobs[0].plan.context_parallel",
                 "found tensor 1 x context 3 x pipeline 1, expected a divisor of 8 GPUs");
    expect_error(state_replicas, "jobs[0].plan.data_parallel",
                 "found tensor 1 x context 4 x pipeline 1 x data 8, expected a product of 8 GPUs");
    expect_error(shard_over_three, "jobs[0].plan.zero_shard_size",
                 "found 3, expected a divisor of data_parallel x context_parallel 8");
    expect_error(split_norms, "jobs[0].sequence_length",
                 "found 508, expected a multiple of tensor_parallel 4 x context_parallel for sequence_parallel");
}

/* Bytes of queries 3.7, of keys and values 1.9, over the steps of a group of 3. */
Test(training_context, partial_outputs_and_gradients_are_added_up) {
    double forward = 0, backward = 0;
    for (int step = 0; step < 3; step++) {
        forward += training_context_step_bytes(PASS_FORWARD, step, 3.7, 1.9);
        backward += training_context_step_bytes(PASS_BACKWARD, step, 3.7, 1.9);
    }
    cr_assert_float_eq(forward, (4 + 2 * 2.75) * 3.7 + (2 + 2 * 0.5) * 1.9, 1e-12);
    cr_assert_float_eq(backward, (2 + 2 * 3.75) * 3.7 + (2 + 2 * 2.75) * 1.9, 1e-12);
}

Test(training_context, a_layer_moves_them_beside_its_attention) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 1, 4);
    TrainingSpec *training = &spec.jobs[0].training;
    training->plan.flash_attention = true;
    training->plan.context_parallel = 2;
    small_cluster_resolve(arena, &spec);
    const GpuSpec *gpu = &spec.cluster.node.gpu;
    WorkCost forward = layer_attention_forward_cost(training, gpu);
    WorkCost backward = layer_attention_backward_cost(training, gpu);
    double query_bytes = 256 * 1024 * 2.0;
    cr_assert_float_eq(forward.hbm_bytes / ((4 + 2.75 + 2 * 2.5) * query_bytes), 1, 1e-12);
    cr_assert_float_eq(backward.hbm_bytes / ((2 + 3.75 + 2 * 4.75) * query_bytes), 1, 1e-12);
    cr_assert_gt(forward.memory_s, 0);
    arena_destroy(arena);
}
