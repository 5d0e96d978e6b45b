/* Experts and adapters under schedules that split the backward pass: what is put off, what is kept for it, what waits.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/cost/ends_cost.h"
#include "models/cost/expert_cost.h"
#include "models/cost/layer_cost.h"
#include "models/cost/training_costs.h"
#include "models/cost/training_experts.h"
#include "models/memory/activation_memory.h"
#include "models/plan/plan_lora.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_experts.h"

enum { TOKENS = 512, HIDDEN = 1024, INNER = 640, CHOSEN = 3, SHARED = 2, EXPERTS = 8 };

/* Of a layer on one GPU of 4 that share 8 experts, with two shared experts. */
static TrainingSpec experts_of(Arena *arena, const char *schedule) {
    TrainingSpec training = small_experts_training(arena, 4);
    training.model.shared_experts = SHARED;
    training.plan.schedule = schedule;
    return training;
}

static GpuSpec gpu_of(Arena *arena) {
    return small_experts(arena, 2, 4).cluster.node.gpu;
}

/* Query, key and value, projection, three matrices of every expert that a token meets. */
Test(split_backward, products_of_experts_are_put_off_and_the_router_s_are_not) {
    Arena *arena = arena_create();
    TrainingSpec whole = experts_of(arena, "1f1b"), split = experts_of(arena, "zb_h1");
    const GpuSpec gpu = gpu_of(arena);
    double attention = 2.0 * TOKENS * HIDDEN * (3072 + HIDDEN);
    double met = 2.0 * TOKENS * 3 * HIDDEN * INNER * (CHOSEN + SHARED);
    double router = 2.0 * TOKENS * HIDDEN * EXPERTS;
    WorkCost forward = layer_forward_cost(&split, &gpu), backward = layer_backward_cost(&split, &gpu);
    WorkCost weight = layer_weight_cost(&split, &gpu);
    cr_expect_float_eq(weight.flop, attention + met, 1e-6 * met);
    cr_expect_float_eq(weight.ideal_s, (attention + met) / 312e12, 1e-9 * weight.ideal_s);
    cr_expect_float_eq(backward.flop, layer_backward_cost(&whole, &gpu).flop - attention - met, 1e-6 * met);
    double inside = layer_attention_forward_cost(&split, &gpu).flop;
    double of_gradients = layer_attention_backward_cost(&split, &gpu).flop;
    cr_expect_float_eq(backward.flop - of_gradients, forward.flop - inside + router, 1e-6 * met);
    cr_expect(eq(dbl, weight.memory_s, 0));
    arena_destroy(arena);
}

/* Two products of either expert of the GPU, of the shared ones as of one, of attention; with gaps on the device. */
Test(split_backward, the_host_issues_two_products_of_every_expert_later) {
    Arena *arena = arena_create();
    TrainingSpec whole = experts_of(arena, "1f1b"), split = experts_of(arena, "zb_h1");
    const GpuSpec gpu = gpu_of(arena);
    WorkCost before = layer_backward_cost(&whole, &gpu), after = layer_backward_cost(&split, &gpu);
    WorkCost weight = layer_weight_cost(&split, &gpu);
    cr_expect_float_eq(weight.host_s, (2 + 2 * 2 + 2) * 1e-6, 1e-15);
    cr_expect_float_eq(before.host_s - after.host_s, (2 + 2 * 2 + 2) * 1e-6, 1e-15);
    cr_expect_float_eq(weight.launch_s, (2 + 2 + 2) * 0.9e-6, 1e-15);
    split.plan.grouped_experts = false;
    cr_expect_float_eq(layer_weight_cost(&split, &gpu).launch_s, (2 + 2 * 2 + 2) * 0.9e-6, 1e-15);
    split.model.shared_experts = 0;
    cr_expect_float_eq(layer_weight_cost(&split, &gpu).host_s, (2 + 2 * 2) * 1e-6, 1e-15);
    arena_destroy(arena);
}

/* The busiest of 4 ranks has 1.5 times the pairs: 1,152 instead of 768 of each of two experts. */
Test(split_backward, the_busiest_rank_is_waited_for_in_both_parts) {
    Arena *arena = arena_create();
    TrainingSpec whole = experts_of(arena, "1f1b"), split = experts_of(arena, "zb_h1");
    const GpuSpec gpu = gpu_of(arena);
    whole.plan.routing.imbalance = split.plan.routing.imbalance = 1.5;
    KernelList busiest, mean;
    GpuSpec grouped = gpu;
    grouped.kernels.matrix_fraction[PRECISION_FP16] = gpu.kernels.moe.matrix_fraction;
    kernel_list_init(&busiest, &grouped, PRECISION_FP16);
    kernel_list_init(&mean, &grouped, PRECISION_FP16);
    kernel_list_add_gemm(&busiest, (GemmShape){2, HIDDEN, INNER, 1152, PRECISION_FP16, false, true});
    kernel_list_add_gemm(&busiest, (GemmShape){2, 2 * INNER, HIDDEN, 1152, PRECISION_FP16, false, true});
    kernel_list_add_gemm(&mean, (GemmShape){2, HIDDEN, INNER, 768, PRECISION_FP16, false, true});
    kernel_list_add_gemm(&mean, (GemmShape){2, 2 * INNER, HIDDEN, 768, PRECISION_FP16, false, true});
    double expected_s = busiest.cost.gemm_s - mean.cost.gemm_s, wait_s = expert_cost_weight_wait_s(&split, &gpu);
    cr_expect_float_eq(wait_s, expected_s, 1e-12 * expected_s);
    cr_expect(eq(dbl, expert_cost_weight_wait_s(&whole, &gpu), 0));
    double both_s = expert_cost_backward_wait_s(&split, &gpu) + wait_s;
    cr_expect_float_eq(both_s, expert_cost_backward_wait_s(&whole, &gpu), 1e-12 * both_s);
    TrainingCosts costs = training_costs_of(&split, &gpu);
    PassWork layers = {.kind = PASS_WEIGHT, .layers = {7, 5}};
    WorkProfile profile = training_pass_profile(&costs, &layers, 1);
    cr_expect_float_eq((double)profile.row.ns[LEDGER_COMM_EXPERT], 5e9 * wait_s, 1.5);
    cr_expect(eq(dbl, training_expert_exchanges(&split.plan, PASS_WEIGHT), 0));
    cr_expect(eq(dbl, training_expert_exchanges(&split.plan, PASS_BACKWARD), 1));
    arena_destroy(arena);
}

/* Bytes of 16-bit rows: of a token around attention and shared experts, of a pair around and inside an expert. */
Test(split_backward, every_pair_keeps_its_input_and_its_gradients) {
    Arena *arena = arena_create();
    TrainingSpec split = experts_of(arena, "zb_h1");
    double attention = 3072 + HIDDEN + 2 * HIDDEN, shared = 2 * HIDDEN + 3 * INNER * SHARED;
    double pairs = 1.5 * CHOSEN * TOKENS;
    split.plan.routing.imbalance = 1.5;
    double routed = pairs * (2 * HIDDEN + 3 * INNER);
    double table = TOKENS * (5120.0 + HIDDEN);
    double expected = 2 * (8 * (TOKENS * (attention + shared) + routed) + table);
    cr_expect_float_eq(training_chunk_weight_bytes(&split, 0, 0), expected, 1e-9 * expected);
    split.model.shared_experts = 0;
    expected -= 2 * 8 * TOKENS * shared;
    cr_expect_float_eq(training_chunk_weight_bytes(&split, 0, 0), expected, 1e-9 * expected);
    split.plan.schedule = "1f1b";
    cr_expect(eq(dbl, training_chunk_weight_bytes(&split, 0, 0), 0));
    arena_destroy(arena);
}

/* Beside query, key and value, projection, up and down; tensor groups of two. */
static TrainingSpec adapted(Arena *arena, int64_t rank, const char *schedule) {
    SimulationSpec spec = small_cluster(arena, 2, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->lora = (LoraSpec){.rank = rank, .targets = LORA_ALL};
    plan->tensor_parallel = 2;
    small_cluster_resolve(arena, &spec);
    spec.jobs[0].training.plan.schedule = schedule;
    return spec.jobs[0].training;
}

/* 24 matrices of rank 16 and 1,024 rows: 4 + 2 + 5 + 5 of them in and out of the products. */
Test(split_backward, beside_frozen_weights_only_adapters_are_put_off) {
    Arena *arena = arena_create();
    TrainingSpec frozen = adapted(arena, 16, "zb_h1"), whole = adapted(arena, 16, "1f1b");
    TrainingSpec trained = adapted(arena, 0, "zb_h1");
    const GpuSpec gpu = gpu_of(arena);
    WorkCost weight = layer_weight_cost(&frozen, &gpu);
    double flop = 2.0 * TOKENS * 16 * HIDDEN * (4 + 2 + 5 + 5) / 2;
    cr_expect_float_eq(weight.flop, flop, 1e-6 * flop);
    cr_expect(eq(dbl, weight.ideal_s, 0));
    cr_expect_float_eq(weight.host_s, 8 * 1e-6, 1e-15);
    cr_expect_lt(weight.flop, 0.03 * layer_weight_cost(&trained, &gpu).flop);
    cr_expect(eq(dbl, head_weight_cost(&frozen, &gpu).flop, 0));
    cr_expect_gt(head_weight_cost(&trained, &gpu).flop, 0);
    WorkCost head = head_backward_cost(&frozen, &gpu), same = head_backward_cost(&whole, &gpu);
    cr_expect(eq(dbl, head.gemm_s, same.gemm_s));
    double sides = (1 + 3 / 2.0) + (1 + 1 / 2.0) + 2 * (1 + 4 / 2.0);
    double kept = 8 * 2.0 * TOKENS * HIDDEN * sides;
    cr_expect_float_eq(training_chunk_weight_bytes(&frozen, 0, 0), kept, 1e-9 * kept);
    frozen.plan.sequence_parallel = true;
    cr_expect_float_eq(training_chunk_weight_bytes(&frozen, 0, 0), kept - 8 * 2.0 * TOKENS * HIDDEN * 2, 1e-9 * kept);
    arena_destroy(arena);
}

/* Whole steps: experts in nodes and over them, folded or not, recomputed or not; adapters last. */
typedef struct SplitLayout {
    SmallExpertsLayout small; /* chunks: 2 in a V */
    const char *schedule;
    int64_t zero_stage;
    Recompute recompute;
    int64_t rank; /* of adapters, in the place of experts */
} SplitLayout;

static const SplitLayout LAYOUTS[] = {
    {{4, 2, 1, 1, 4, 0, 2, 1, 3, 1}, "zb_h1", 0, RECOMPUTE_NONE, 0},
    {{2, 4, 1, 1, 2, 0, 4, 1, 5, 1.7}, "zb_h2", 1, RECOMPUTE_FULL, 0},
    {{4, 4, 2, 1, 4, 1, 2, 2, 4, 1.3}, "zb_v", 1, RECOMPUTE_NONE, 0},
    {{4, 4, 2, 2, 2, 0, 2, 2, 3, 1}, "v_half", 0, RECOMPUTE_SELECTIVE, 0},
    {{4, 2, 1, 1, 2, 0, 2, 2, 4, 1.2}, "v_min", 1, RECOMPUTE_NONE, 0},
    {{2, 4, 1, 1, 2, 0, 2, 1, 3, 1}, "zb_h1", 2, RECOMPUTE_NONE, 0},
    {{2, 4, 1, 1, 2, 0, 2, 1, 3, 1}, "zb_h1", 3, RECOMPUTE_NONE, 0},
    {{4, 2, 2, 1, 1, 0, 4, 1, 5, 1}, "zb_h1", 1, RECOMPUTE_NONE, 16},
    {{4, 2, 1, 1, 1, 0, 4, 2, 5, 1}, "zb_v", 0, RECOMPUTE_FULL, 16},
    {{4, 2, 1, 1, 1, 0, 2, 1, 3, 1}, "zb_h2", 2, RECOMPUTE_NONE, 16},
};

static SimulationSpec layout_spec(Arena *arena, size_t index) {
    const SplitLayout *layout = &LAYOUTS[index];
    SimulationSpec spec = small_experts_spec(arena, &layout->small);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->schedule = layout->schedule;
    plan->zero_stage = layout->zero_stage;
    plan->recompute = layout->recompute;
    plan->overlap_grad_reduce = plan->overlap_p2p = true;
    plan->lora = (LoraSpec){.rank = layout->rank, .targets = LORA_ALL};
    if (layout->rank > 0)
        spec.jobs[0].training.model.experts = spec.jobs[0].training.model.experts_per_token = 0;
    if (layout->rank > 0)
        spec.jobs[0].training.model.expert_ffn_hidden = 0;
    else
        spec.jobs[0].training.model.shared_experts = 1;
    small_cluster_resolve(arena, &spec);
    return spec;
}

static const FoldingLayouts ALL = {layout_spec, sizeof LAYOUTS / sizeof *LAYOUTS};

Test(split_backward, folded_and_unfolded_agree_to_the_nanosecond) {
    folding_expect_layouts(ALL);
}

Test(split_backward, folded_and_unfolded_agree_with_a_slow_gpu) {
    folding_expect_slow_layouts(ALL);
}

Test(split_backward, an_exchange_beside_other_passes_is_an_error) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_experts_spec(arena, &LAYOUTS[0].small);
    spec.jobs[0].training.plan.schedule = "zb_h1";
    spec.jobs[0].training.plan.overlap_expert_comm = true;
    small_cluster_expect_error(&spec, "jobs[0].plan.overlap_expert_comm",
                               "found true with schedule zb_h1, expected one that keeps weight gradients in the "
                               "backward pass, such as 1f1b");
    arena_destroy(arena);
}
