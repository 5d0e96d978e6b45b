#include "tests/unit/models/cost_bench.h"

#include <criterion/criterion.h>

#include "models/cost/layer_cost.h"
#include "tests/unit/models/small_cluster.h"

CostBench cost_bench_create(int64_t tensor) {
    CostBench bench = {.arena = arena_create()};
    SimulationSpec spec = small_cluster(bench.arena, 1, 4);
    TrainingSpec *training = &spec.jobs[0].training;
    training->model.hidden = 1536;
    training->model.heads = 12;
    training->sequence_tokens = 640;
    training->plan.micro_batch_seqs = 3;
    training->plan.tensor_parallel = tensor;
    small_cluster_resolve(bench.arena, &spec);
    bench.gpu = spec.cluster.node.gpu;
    bench.training = *training;
    return bench;
}

void cost_bench_destroy(CostBench *bench) {
    arena_destroy(bench->arena);
}

void expect_near(double value, double expected) {
    cr_assert_float_eq(value / expected, 1, 1e-12, "%.17g, expected %.17g", value, expected);
}

double cost_bench_moved_bytes(const CostBench *bench, bool backward) {
    return (backward ? layer_backward_cost : layer_forward_cost)(&bench->training, &bench->gpu).hbm_bytes;
}
