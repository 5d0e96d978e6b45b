/* Collectives of a tensor group beside its products: what is hidden follows from pieces and pace, folded and unfolded
 * agree, and nothing is lost on the way. */
#include "models/cost/tensor_overlap.h"

#include <criterion/criterion.h>

#include "models/cost/layer_cost.h"
#include "models/cost/training_experts.h"
#include "models/memory/training_memory.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_experts.h"
#include "tests/unit/models/small_plan.h"

static void overlap(PlanSpec *plan, int64_t tensor) {
    plan->tensor_parallel = tensor;
    plan->sequence_parallel = plan->tp_comm_overlap = true;
}

static SimulationSpec overlapped(Arena *arena, int64_t tensor) {
    SimulationSpec spec = small_cluster(arena, 1, 4);
    overlap(&spec.jobs[0].training.plan, tensor);
    small_cluster_resolve(arena, &spec);
    return spec;
}

static double product_s(const GpuSpec *gpu, int64_t batch, int64_t m, int64_t n, int64_t k) {
    return gpu_gemm_seconds(gpu, &(GemmShape){batch, m, n, k, PRECISION_FP16, false, false});
}

/* 512 tokens, hidden 1024, 4 GPUs: qkv is 768 wide, the MLP 1024. */
Test(tensor_overlap, a_forward_pass_gathers_in_pieces_and_scatters_in_four_parts) {
    Arena *arena = arena_create();
    SimulationSpec spec = overlapped(arena, 4);
    const GpuSpec *gpu = &spec.cluster.node.gpu;
    GpuSpec narrow = *gpu;
    narrow.sm_count -= 16;
    TensorWindows windows = tensor_overlap_windows(&spec.jobs[0].training, gpu, PASS_FORWARD);
    double qkv_s = product_s(gpu, 1, 512, 768, 1024), projection_s = product_s(gpu, 1, 512, 1024, 256);
    double up_s = product_s(gpu, 1, 512, 1024, 1024), down_s = product_s(gpu, 1, 512, 1024, 1024);
    cr_assert_float_eq(windows.of[0].sums, 0.5 + 0.375, 1e-12);
    cr_assert_float_eq(windows.of[0].cover_s, 0.75 * (qkv_s + projection_s), 1e-12);
    cr_assert_float_eq(
        windows.of[0].longer_s,
        product_s(gpu, 4, 128, 768, 1024) - qkv_s + 4 * product_s(&narrow, 1, 512, 256, 256) - projection_s, 1e-12);
    cr_assert_float_eq(windows.of[1].sums, 0.875, 1e-12);
    cr_assert_float_eq(windows.of[1].cover_s, 0.75 * (up_s + down_s), 1e-12);
    cr_assert_float_eq(windows.of[1].longer_s,
                       product_s(gpu, 4, 128, 1024, 1024) - up_s + 4 * product_s(&narrow, 1, 512, 256, 1024) - down_s,
                       1e-12);
    cr_assert_float_eq(windows.open_sums, 2 * 0.125, 1e-12);
    arena_destroy(arena);
}

/* 2 GPUs: queries are 512 wide, qkv 1536, the MLP 2048. */
Test(tensor_overlap, a_backward_pass_gathers_the_inputs_of_two_products_once_more) {
    Arena *arena = arena_create();
    SimulationSpec spec = overlapped(arena, 2);
    TrainingSpec *training = &spec.jobs[0].training;
    const GpuSpec *gpu = &spec.cluster.node.gpu;
    TensorWindows windows = tensor_overlap_windows(training, gpu, PASS_BACKWARD);
    double projection_s = product_s(gpu, 1, 512, 512, 1024), pieces_s = product_s(gpu, 2, 256, 512, 1024);
    double bulk_s = product_s(gpu, 1, 512, 1024, 1536) + product_s(gpu, 1, 1536, 1024, 512);
    double taken_s = 2 * (512 * 1024 * 2 / 2) / 20e9 / gpu->sm_count;
    cr_assert_float_eq(windows.of[0].sums, 1.5, 1e-12);
    cr_assert_float_eq(windows.of[1].sums, 1.5, 1e-12);
    cr_assert_float_eq(windows.open_sums, 0, 1e-12);
    cr_assert_float_eq(windows.of[0].cover_s, projection_s / 2 + bulk_s, 1e-12);
    cr_assert_float_eq(windows.of[0].longer_s, pieces_s - projection_s + taken_s, 1e-12);
    training->plan.recompute = RECOMPUTE_FULL;
    TensorWindows forward = tensor_overlap_windows(training, gpu, PASS_FORWARD);
    TensorWindows again = tensor_overlap_windows(training, gpu, PASS_BACKWARD);
    for (int i = 0; i < TENSOR_WINDOWS; i++) {
        cr_assert_float_eq(again.of[i].again_s, forward.of[i].cover_s, 1e-12);
        cr_assert_float_eq(again.of[i].cover_s, forward.of[i].cover_s + windows.of[i].cover_s, 1e-12);
        cr_assert_float_eq(again.of[i].sums, 0.875 + 1.5, 1e-12);
    }
    arena_destroy(arena);
}

/* What is gathered travels in one byte, what is summed in two; adapters want the input in two. */
Test(tensor_overlap, in_fp8_gathered_tensors_have_half_the_bytes) {
    Arena *arena = arena_create();
    SimulationSpec spec = overlapped(arena, 4);
    TrainingSpec *training = &spec.jobs[0].training;
    GpuSpec *gpu = &spec.cluster.node.gpu;
    gpu->peak_flop_per_s[PRECISION_FP8] = 624e12;
    gpu->kernels.matrix_fraction[PRECISION_FP8] = 0.87;
    training->plan.precision = PRECISION_FP8;
    TensorWindows forward = tensor_overlap_windows(training, gpu, PASS_FORWARD);
    TensorWindows backward = tensor_overlap_windows(training, gpu, PASS_BACKWARD);
    cr_expect_float_eq(forward.of[0].sums, 0.25 + 0.375, 1e-12);
    cr_expect_float_eq(forward.open_sums, 2 * 0.125, 1e-12);
    cr_expect_float_eq(backward.of[1].sums, 0.25 + 0.25 + 0.5, 1e-12);
    training->plan.tp_comm_overlap = false;
    cr_expect_float_eq(tensor_overlap_windows(training, gpu, PASS_FORWARD).open_sums, 1.5, 1e-12);
    training->plan.recompute = RECOMPUTE_BY_OPERATOR;
    cr_expect_float_eq(training_layer_sums(training, PASS_BACKWARD), 1.5 + 0.5, 1e-12, "what is gathered, again");
    training->plan.recompute = RECOMPUTE_NONE;
    training->plan.lora.rank = 16;
    cr_expect_float_eq(training_layer_sums(training, PASS_FORWARD), 2, 1e-12);
    cr_expect_float_eq(training_layer_sums(training, PASS_BACKWARD), 1.5, 1e-12);
    training->plan.lora.rank = 0;
    training->plan.tp_gathers_in_16_bit = true;
    cr_expect_float_eq(training_layer_sums(training, PASS_FORWARD), 2, 1e-12);
    cr_expect_float_eq(training_layer_sums(training, PASS_BACKWARD), 2, 1e-12);
    training->plan.tp_gathers_in_16_bit = false;
    training->plan.sequence_parallel = false;
    cr_expect_float_eq(training_layer_sums(training, PASS_FORWARD), 2, 1e-12);
    arena_destroy(arena);
}

/* zb_h1 has the gradients of weights in passes of their own. */
Test(tensor_overlap, without_weight_gradients_the_gradient_of_the_input_is_scattered) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 2, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    overlap(plan, 4);
    plan->pipeline_parallel = 2;
    plan->schedule = "zb_h1";
    plan->gradient_accumulation = 4;
    small_cluster_resolve(arena, &spec);
    TensorWindows windows = tensor_overlap_windows(&spec.jobs[0].training, &spec.cluster.node.gpu, PASS_BACKWARD);
    cr_assert_float_eq(windows.of[1].sums, 0.5 + 0.375, 1e-12);
    cr_assert_float_eq(windows.open_sums, 2 * 0.125, 1e-12);
    arena_destroy(arena);
}

Test(tensor_overlap, sums_of_experts_stay_in_the_open) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_experts(arena, 1, 4);
    overlap(&spec.jobs[0].training.plan, 2);
    small_cluster_resolve(arena, &spec);
    TensorWindows windows = tensor_overlap_windows(&spec.jobs[0].training, &spec.cluster.node.gpu, PASS_FORWARD);
    cr_assert_float_eq(windows.of[1].sums, 0, 1e-12);
    cr_assert_float_eq(windows.open_sums, 3 + 0.125, 1e-12);
    arena_destroy(arena);
}

/* 512 tokens, hidden 1024, 2 GPUs: qkv is 1536 wide, the MLP 2048. Half a hidden state arrives at each. */
static TensorWindows async_windows(PassKind kind, bool sequence_parallel, double *cover_s, double *taken_s) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 1, 2);
    spec.jobs[0].training.plan.tensor_parallel = 2;
    spec.jobs[0].training.plan.sequence_parallel = sequence_parallel;
    small_cluster_resolve(arena, &spec);
    const GpuSpec *gpu = &spec.cluster.node.gpu;
    TensorWindows windows = tensor_overlap_windows(&spec.jobs[0].training, gpu, kind);
    *cover_s = product_s(gpu, 1, 1536, 1024, 512) + product_s(gpu, 1, 2048, 1024, 512);
    *taken_s = 2 * (512 * 1024 * 2 / 2) / 10e9 / gpu->sm_count;
    arena_destroy(arena);
    return windows;
}

Test(tensor_overlap, by_default_backward_sums_run_beside_weight_gradients) {
    double cover_s, taken_s;
    TensorWindows split = async_windows(PASS_BACKWARD, true, &cover_s, &taken_s);
    cr_assert_float_eq(split.of[0].sums, 1, 1e-12);
    cr_assert_float_eq(split.open_sums, 1, 1e-12);
    cr_assert_float_eq(split.of[0].cover_s, cover_s, 1e-12);
    cr_assert_float_eq(split.of[0].longer_s, taken_s, 1e-12);
    TensorWindows whole = async_windows(PASS_BACKWARD, false, &cover_s, &taken_s);
    cr_assert_float_eq(whole.of[0].sums, 2, 1e-12);
    cr_assert_float_eq(whole.open_sums, 0, 1e-12);
    cr_assert_float_eq(whole.of[0].longer_s, 2 * taken_s, 1e-12);
    TensorWindows forward = async_windows(PASS_FORWARD, true, &cover_s, &taken_s);
    cr_assert_float_eq(forward.of[0].sums, 0, 1e-12);
    cr_assert_float_eq(forward.open_sums, 2, 1e-12);
}

Test(tensor_overlap, sums_stay_in_the_open_without_weight_gradients_to_run_beside) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 2, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = 4;
    plan->pipeline_parallel = 2;
    plan->gradient_accumulation = 4;
    small_cluster_resolve(arena, &spec);
    cr_assert(tensor_overlap_is_there(plan));
    plan->schedule = "zb_h1";
    cr_assert_not(tensor_overlap_is_there(plan));
    plan->schedule = "1f1b";
    plan->lora.rank = 8;
    cr_assert_not(tensor_overlap_is_there(plan));
    plan->lora.rank = 0;
    plan->async_tensor_allreduce = false;
    cr_assert_not(tensor_overlap_is_there(plan));
    arena_destroy(arena);
}

Test(tensor_overlap, ten_buffers_hold_a_hidden_state_each) {
    Arena *arena = arena_create();
    SimulationSpec spec = overlapped(arena, 4);
    TrainingSpec with = spec.jobs[0].training, without = with;
    without.plan.tp_comm_overlap = false;
    StageMemory more = training_memory_of_stage(&with, 0), less = training_memory_of_stage(&without, 0);
    cr_assert_float_eq(more.buffers_bytes - less.buffers_bytes, 10 * 512 * 1024 * 2, 1e-3);
    with.plan.precision = PRECISION_FP8;
    cr_assert_float_eq(tensor_overlap_buffer_bytes(&with), 7 * 512 * 1024 * 2, 1e-3);
    arena_destroy(arena);
}

typedef struct OverlapLayout {
    int nodes, gpus, tensor, context, pipeline, chunks;
    int stage;
    int micro_batches;
    Recompute recompute;
    const char *schedule;
} OverlapLayout;

static const OverlapLayout LAYOUTS[] = {
    {1, 4, 4, 1, 1, 1, 0, 2, RECOMPUTE_NONE, "auto"},  {2, 4, 8, 1, 1, 1, 0, 3, RECOMPUTE_NONE, "auto"},
    {2, 4, 2, 2, 2, 1, 1, 3, RECOMPUTE_FULL, "auto"},  {4, 2, 4, 1, 2, 2, 1, 4, RECOMPUTE_NONE, "auto"},
    {4, 4, 2, 1, 4, 1, 0, 4, RECOMPUTE_NONE, "zb_h1"}, {2, 4, 2, 2, 1, 1, 3, 2, RECOMPUTE_SELECTIVE, "auto"},
};
static SimulationSpec layout_spec(Arena *arena, size_t index) {
    const OverlapLayout *layout = &LAYOUTS[index];
    SimulationSpec spec = small_cluster(arena, layout->nodes, layout->gpus);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    overlap(plan, layout->tensor);
    plan->context_parallel = layout->context;
    plan->pipeline_parallel = layout->pipeline;
    plan->virtual_stages = layout->chunks;
    plan->zero_stage = layout->stage;
    plan->gradient_accumulation = layout->micro_batches;
    plan->recompute = layout->recompute;
    plan->schedule = layout->schedule;
    plan->flash_attention = layout->recompute != RECOMPUTE_SELECTIVE || layout->context > 1;
    plan->overlap_grad_reduce = plan->overlap_p2p = true;
    small_cluster_resolve(arena, &spec);
    return spec;
}

static const FoldingLayouts ALL = {layout_spec, sizeof LAYOUTS / sizeof *LAYOUTS};

Test(tensor_overlap, folded_and_unfolded_agree_to_the_nanosecond) {
    folding_expect_layouts(ALL);
}

Test(tensor_overlap, folded_and_unfolded_agree_with_a_slow_gpu) {
    folding_expect_slow_layouts(ALL);
}

/* Large products: the same step without the switch is longer by what was hidden, and its compute is the same. */
Test(tensor_overlap, a_step_is_shorter_by_what_is_hidden_and_computes_the_same) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 1, 4);
    TrainingSpec *training = &spec.jobs[0].training;
    training->model.hidden = 4096;
    training->plan.micro_batch_seqs = 8;
    overlap(&training->plan, 4);
    small_cluster_resolve(arena, &spec);
    const Results *with = simulation_run(&spec, arena);
    training->plan.tp_comm_overlap = false;
    const Results *without = simulation_run(&spec, arena);
    int64_t saved = without->step - with->step;
    int64_t less = without->ledger.ns[LEDGER_COMM_TENSOR] - with->ledger.ns[LEDGER_COMM_TENSOR];
    cr_assert_gt(saved, without->ledger.ns[LEDGER_COMM_TENSOR] / 8);
    cr_assert_float_eq((double)less, (double)saved * 4, 100);
    for (int category = 0; category < LEDGER_COMM_TENSOR; category++)
        cr_assert_float_eq((double)with->ledger.ns[category], (double)without->ledger.ns[category], 100);
    cr_assert_eq(with->comm_ns[LEDGER_COMM_TENSOR][LINK_NVLINK], with->ledger.ns[LEDGER_COMM_TENSOR]);
    arena_destroy(arena);
}

Test(tensor_overlap, the_second_gathering_is_on_the_links) {
    Arena *arena = arena_create();
    SimulationSpec spec = overlapped(arena, 4);
    double bytes[2] = {0};
    for (int hidden = 0; hidden < 2; hidden++) {
        spec.jobs[0].training.plan.tp_comm_overlap = hidden;
        const Results *results = simulation_run(&spec, arena);
        for (int i = 0; i < results->link_count; i++)
            bytes[hidden] += results->links[i].kind == LINK_NVLINK ? results->links[i].bytes : 0;
    }
    /* 8 layers with 5 sums instead of 4, and one each for embedding and head. */
    cr_assert_float_eq(bytes[1] / bytes[0], 42.0 / 34, 1e-9);
    arena_destroy(arena);
}

Test(tensor_overlap, it_needs_sequence_parallelism) {
    TrainingSpec training = small_training();
    training.plan.tensor_parallel = 3;
    training.plan.tp_comm_overlap = true;
    expect_error(training, 3, "jobs[0].plan.tp_comm_overlap",
                 "found true without sequence_parallel, expected sequence_parallel: true");
    training.plan.sequence_parallel = true;
    expect_good(&training, 3);
    cr_assert(tensor_overlap_is_there(&training.plan));
}
