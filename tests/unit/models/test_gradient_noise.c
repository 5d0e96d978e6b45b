#include "models/cost/gradient_noise.h"

#include <criterion/criterion.h>

#include "models/cost/ends_cost.h"
#include "models/cost/layer_list_cost.h"
#include "tests/unit/models/small_cluster.h"

static const double ISSUE_S = 5.8e-6;

/* A convolution with a batch norm, twice, and a linear layer with a bias: 3 tensors, 3 and 2. */
typedef struct Bench {
    Arena *arena;
    GpuSpec gpu;
    TrainingSpec training;
    LayerSpec layers[2];
} Bench;

static void bench_init(Bench *bench, int64_t replicas) {
    bench->arena = arena_create();
    SimulationSpec spec = small_cluster(bench->arena, 1, 1);
    bench->gpu = spec.cluster.node.gpu;
    bench->training = spec.jobs[0].training;
    bench->layers[0] = (LayerSpec){.kind = LAYER_CONV,
                                   .repeat = 2,
                                   .in_channels = 96,
                                   .out_channels = 96,
                                   .kernel_size = 3,
                                   .height = 14,
                                   .width = 14,
                                   .batch_norm = true};
    bench->layers[1] =
        (LayerSpec){.kind = LAYER_LINEAR, .repeat = 1, .in_features = 238, .out_features = 500, .bias = true};
    bench->training.list = (LayerListSpec){.layers = bench->layers, .count = 2};
    bench->training.plan.micro_batch_seqs = 4;
    bench->training.plan.data_parallel = replicas;
    bench->training.plan.gradient_noise_scale = true;
}

/* Kernels of so many bytes per parameter on each of 8 tensors of the mean size. */
static double kernels_s(const Bench *bench, const double *bytes, int count) {
    double parameters = layer_list_parameters(&bench->training.list) / 8, sum_s = 0;
    for (int i = 0; i < count; i++)
        sum_s += 8 * (gpu_memory_bound_seconds(&bench->gpu, bytes[i] * parameters + 8) + bench->gpu.kernels.launch_s);
    return sum_s;
}

/* Three comparisons of a tensor's sum, each two kernels that the host issues and waits for. */
static double readings_s(const Bench *bench) {
    return 8 * 3 * 2 * (ISSUE_S + gpu_memory_bound_seconds(&bench->gpu, 8) + bench->gpu.kernels.launch_s);
}

Test(gradient_noise, tensors_are_weights_biases_and_the_two_of_a_batch_norm) {
    Bench bench;
    bench_init(&bench, 2);
    cr_assert_eq(layer_tensors(&bench.layers[0]), 3);
    cr_assert_eq(layer_tensors(&bench.layers[1]), 2);
    cr_assert_eq(layer_tensors(&(LayerSpec){.kind = LAYER_POOL, .in_channels = 3, .kernel_size = 2}), 0);
    cr_assert_eq(layer_list_tensors(&bench.training.list), 8);
    arena_destroy(bench.arena);
}

/* Kernels of so many bytes per parameter on each of the 8 tensors, or their issuing, and what the host reads. */
static void expect_step(int replicas, const double *bytes, int kernels) {
    Bench bench;
    bench_init(&bench, replicas);
    double device_s = kernels_s(&bench, bytes, kernels), host_s = 8 * kernels * ISSUE_S;
    WorkCost cost = gradient_noise_step_cost(&bench.training, &bench.gpu);
    double expected_s = (device_s > host_s ? device_s : host_s) + readings_s(&bench);
    cr_assert_float_eq(work_cost_seconds(&cost), expected_s, 1e-9);
    arena_destroy(bench.arena);
}

Test(gradient_noise, replicas_check_and_square_their_gradients) {
    const double bytes[] = {8, 8, 4, 8, 4, 0};
    expect_step(2, bytes, 6);
}

Test(gradient_noise, a_lone_replica_compares_with_its_last_step) {
    const double bytes[] = {8, 8, 4, 8, 4, 0, 8, 4, 0, 12, 8, 8, 4, 0, 8};
    expect_step(1, bytes, 15);
}

Test(gradient_noise, it_comes_before_the_optimizer_and_beside_the_backward_pass) {
    Bench bench;
    bench_init(&bench, 2);
    WorkCost noise = gradient_noise_step_cost(&bench.training, &bench.gpu);
    WorkCost with = optimizer_cost(&bench.training, &bench.gpu, 238500);
    WorkCost back_with = layer_list_backward_cost(&bench.training, &bench.layers[0], &bench.gpu, false);
    bench.training.plan.gradient_noise_scale = false;
    WorkCost without = optimizer_cost(&bench.training, &bench.gpu, 238500);
    WorkCost back = layer_list_backward_cost(&bench.training, &bench.layers[0], &bench.gpu, false);
    cr_assert_float_eq(with.memory_s, without.memory_s + noise.memory_s, 1e-12);
    cr_assert_float_eq(with.launch_s, without.launch_s + noise.launch_s, 1e-12);
    cr_assert_float_eq(back_with.host_s, back.host_s + 3 * 5 * ISSUE_S, 1e-12);
    cr_assert_float_eq(back_with.hbm_bytes - back.hbm_bytes, 20 * layer_parameters(&bench.layers[0]) + 15 * 8, 1e-3);
    cr_assert_eq(gradient_noise_step_cost(&bench.training, &bench.gpu).memory_s, 0);
    arena_destroy(bench.arena);
}
