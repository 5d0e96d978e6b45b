#include "models/cost/layer_list_cost.h"

#include <criterion/criterion.h>

#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_list.h"

typedef struct Bench {
    Arena *arena;
    TrainingSpec training;
    GpuSpec gpu;
} Bench;

static Bench bench_create(void) {
    Bench bench = {.arena = arena_create()};
    SimulationSpec spec = small_conv_net(bench.arena, 1);
    spec.cluster.node.gpu.peak_flop_per_s[PRECISION_FP32] = 19.5e12;
    spec.cluster.node.gpu.kernels.matrix_fraction[PRECISION_FP32] = 0.9;
    small_cluster_resolve(bench.arena, &spec);
    bench.training = spec.jobs[0].training;
    bench.gpu = spec.cluster.node.gpu;
    return bench;
}

static const LayerSpec CONV = {
    .kind = LAYER_CONV, .repeat = 1, .in_channels = 64, .out_channels = 128, .kernel_size = 3, .height = 29};

static void expect_near(double value, double expected) {
    cr_assert_float_eq(value / expected, 1, 1e-12, "%.17g, expected %.17g", value, expected);
}

Test(layer_list_cost, a_convolution_takes_the_time_of_its_im2col_product) {
    Bench bench = bench_create();
    WorkCost cost = layer_list_forward_cost(&bench.training, &CONV, &bench.gpu);
    GemmShape shape = {1, 17 * 29 * 29, 128, 64 * 9, PRECISION_FP16, true, false};
    expect_near(cost.gemm_s, gpu_gemm_seconds(&bench.gpu, &shape));
    expect_near(cost.flop, 17 * layer_product_flop(&CONV));
    expect_near(cost.ideal_s, 17 * layer_product_flop(&CONV) / 312e12);
    arena_destroy(bench.arena);
}

Test(layer_list_cost, the_backward_pass_has_two_products_and_one_when_samples_come_in) {
    Bench bench = bench_create();
    LayerSpec strided = CONV;
    strided.height = 28;
    strided.stride = 2;
    WorkCost both = layer_list_backward_cost(&bench.training, &strided, &bench.gpu, false);
    WorkCost one = layer_list_backward_cost(&bench.training, &strided, &bench.gpu, true);
    expect_near(both.flop, 2 * 17 * layer_product_flop(&strided));
    expect_near(one.flop, 17 * layer_product_flop(&strided));
    arena_destroy(bench.arena);
}

Test(layer_list_cost, winograd_saves_5_of_9_products_of_3x3_in_fp32_only) {
    Bench bench = bench_create();
    LayerSpec layer = CONV;
    layer.height = 28;
    bench.training.plan.precision = PRECISION_FP32;
    WorkCost winograd = layer_list_forward_cost(&bench.training, &layer, &bench.gpu);
    expect_near(winograd.flop, 17 * layer_product_flop(&layer) * 4 / 9);
    layer.stride = 2;
    WorkCost strided = layer_list_forward_cost(&bench.training, &layer, &bench.gpu);
    expect_near(strided.flop, 17 * layer_product_flop(&layer));
    arena_destroy(bench.arena);
}

Test(layer_list_cost, a_convolution_of_little_depth_waits_for_its_tensors) {
    Bench bench = bench_create();
    LayerSpec layer = {.kind = LAYER_CONV,
                       .repeat = 1,
                       .in_channels = 64,
                       .out_channels = 64,
                       .kernel_size = 1,
                       .stride = 2,
                       .height = 246};
    WorkCost cost = layer_list_forward_cost(&bench.training, &layer, &bench.gpu);
    double bytes = 2 * (5 * 17 * 64 * 123 * 123 + 64 * 64.0), cast_s = gpu_memory_bound_seconds(&bench.gpu, 6 * 4096);
    expect_near(cost.gemm_s + cost.memory_s, gpu_memory_bound_seconds(&bench.gpu, bytes) + cast_s);
    cr_assert_gt(cost.memory_s, cost.gemm_s);
    arena_destroy(bench.arena);
}

Test(layer_list_cost, norm_and_relu_are_kernels_of_their_own) {
    Bench bench = bench_create();
    LayerSpec layer = CONV;
    WorkCost bare = layer_list_forward_cost(&bench.training, &layer, &bench.gpu);
    layer.batch_norm = layer.relu = true;
    WorkCost cost = layer_list_forward_cost(&bench.training, &layer, &bench.gpu);
    double out_bytes = 17 * layer_out_elements(&layer) * 2, cast = gpu_memory_bound_seconds(&bench.gpu, 6 * 73984.0);
    double bare_cast = gpu_memory_bound_seconds(&bench.gpu, 6 * 73728.0);
    double passes_s =
        gpu_row_reduction_seconds(&bench.gpu, 3 * out_bytes) + gpu_memory_bound_seconds(&bench.gpu, 2 * out_bytes);
    expect_near(cost.memory_s - cast, bare.memory_s - bare_cast + passes_s);
    expect_near(cost.launch_s - bare.launch_s, 2 * 0.9e-6);
    arena_destroy(bench.arena);
}

Test(layer_list_cost, a_looked_up_row_is_read_in_units_of_64_bytes) {
    Bench bench = bench_create();
    bench.training.plan.micro_batch_seqs = 30011;
    LayerSpec layer = {.kind = LAYER_EMBEDDING_BAG,
                       .repeat = 1,
                       .tables = 5,
                       .num_embeddings = 1000,
                       .embedding_dim = 20,
                       .lookups = 3,
                       .sharded = true};
    WorkCost forward = layer_list_forward_cost(&bench.training, &layer, &bench.gpu);
    WorkCost backward = layer_list_backward_cost(&bench.training, &layer, &bench.gpu, false);
    double rows = 30011.0 * 5 * 3 * (128 + 8), pooled = 30011.0 * 5 * 20 * 2;
    expect_near(forward.hbm_bytes, rows + pooled);
    expect_near(backward.hbm_bytes, 2 * rows + pooled);
    layer.sharded = false;
    WorkCost dense = layer_list_backward_cost(&bench.training, &layer, &bench.gpu, false);
    expect_near(dense.hbm_bytes, 2 * rows + pooled + 5 * 1000 * 20 * 4);
    arena_destroy(bench.arena);
}

Test(layer_list_cost, a_gpu_of_four_launches_a_quarter_of_the_kernels_of_sharded_tables) {
    Bench bench = bench_create();
    LayerSpec layer = {.kind = LAYER_EMBEDDING_BAG, .repeat = 1, .num_embeddings = 1000, .embedding_dim = 16};
    WorkCost whole = layer_list_forward_cost(&bench.training, &layer, &bench.gpu);
    layer.sharded = true;
    WorkCost shared = layer_list_forward_cost(&bench.training, &layer, &bench.gpu);
    expect_near(shared.launch_s, whole.launch_s / 4);
    expect_near(shared.host_s, whole.host_s / 4);
    expect_near(shared.memory_s, whole.memory_s);
    arena_destroy(bench.arena);
}

Test(layer_list_cost, tensors_in_nchw_are_transposed_around_each_product_of_16_bit) {
    Bench bench = bench_create();
    WorkCost last = layer_list_backward_cost(&bench.training, &CONV, &bench.gpu, false);
    bench.training.list.channels_last = false;
    WorkCost first = layer_list_backward_cost(&bench.training, &CONV, &bench.gpu, false);
    double in_bytes = 17.0 * 64 * 29 * 29 * 2, out_bytes = 17.0 * 128 * 29 * 29 * 2;
    expect_near(first.hbm_bytes - last.hbm_bytes, 2 * 2 * (in_bytes + out_bytes));
    expect_near(first.launch_s - last.launch_s, 4 * 0.9e-6);
    expect_near(first.host_s, last.host_s);
    bench.training.plan.precision = PRECISION_FP32;
    WorkCost single = layer_list_backward_cost(&bench.training, &CONV, &bench.gpu, false);
    bench.training.list.channels_last = true;
    expect_near(single.hbm_bytes, layer_list_backward_cost(&bench.training, &CONV, &bench.gpu, false).hbm_bytes);
    arena_destroy(bench.arena);
}
