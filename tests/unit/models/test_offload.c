/* What an offloaded optimizer costs and saves: laws of the end of the step, folding, memory on both sides. */
#include "models/workload/offload.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "models/cluster/step_bound.h"
#include "models/workload/training_memory.h"
#include "models/workload/training_parameters.h"
#include "sim/engine/engine.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"

typedef struct Layout {
    int tensor, pipeline, chunks, micro_batches, zero_stage;
    bool overlap;
} Layout;

/* 2 nodes of 4 GPUs; memory of 250e9 bytes/s, of which 0.8 are reached. */
static SimulationSpec offloading_cluster(Arena *arena, Layout layout, bool offload) {
    SimulationSpec spec = small_cluster(arena, 2, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    spec.cluster.node.host_memory_bytes_per_s = 250e9;
    plan->tensor_parallel = layout.tensor;
    plan->pipeline_parallel = layout.pipeline;
    plan->virtual_stages = layout.chunks;
    plan->gradient_accumulation = layout.micro_batches;
    plan->zero_stage = layout.zero_stage;
    plan->overlap_grad_reduce = layout.overlap;
    plan->offload_optimizer = offload;
    small_cluster_resolve(arena, &spec);
    return spec;
}

static const Layout PLAIN = {1, 1, 1, 2, 1, false};

static double parameters_of_gpu(const SimulationSpec *spec) {
    const TrainingSpec *training = &spec->jobs[0].training;
    return training_stage_parameters(training, 0) / (double)plan_shard_size(&training->plan);
}

static double optimizer_s(const Results *results) {
    for (int i = 0; i < results->timeline_count; i++)
        if (results->timeline[i].kind == BAR_OPTIMIZER)
            return sim_time_to_s(results->timeline[i].end - results->timeline[i].start);
    return NAN;
}

Test(offload, a_step_ends_with_gradients_down_and_adam_in_place_of_the_optimizer) {
    Arena *arena = arena_create();
    SimulationSpec spec = offloading_cluster(arena, PLAIN, true), plain = offloading_cluster(arena, PLAIN, false);
    const Results *with = simulation_run(&spec, arena), *without = simulation_run(&plain, arena);
    double parameters = parameters_of_gpu(&spec);
    /* fp32 gradients: 24 + 4 + 2 bytes per parameter, four GPUs of a node at a time. */
    double down_s = 4 * parameters / 25.2e9, adam_s = 30 * parameters / (0.8 * 250e9 / 4);
    double added_s = sim_time_to_s(with->step - without->step) + optimizer_s(without);
    cr_expect_float_eq(added_s, down_s + adam_s, 1e-8 + 1e-6 * added_s);
    double offload_s = (double)with->ledger.ns[LEDGER_OFFLOAD] * 1e-9 / (double)with->gpus;
    cr_expect_float_eq(offload_s, down_s + adam_s, 1e-8 + 1e-6 * added_s);
    arena_destroy(arena);
}

Test(offload, slow_pcie_leaves_the_parameters_to_be_waited_for) {
    Arena *arena = arena_create();
    SimulationSpec spec = offloading_cluster(arena, PLAIN, true);
    spec.cluster.node.pcie.bytes_per_s = 1e9;
    const Results *results = simulation_run(&spec, arena);
    double expected_s = (4 + 2) * parameters_of_gpu(&spec) / 0.8e9;
    double offload_s = (double)results->ledger.ns[LEDGER_OFFLOAD] * 1e-9 / (double)results->gpus;
    cr_expect_float_eq(offload_s, expected_s, 1e-8 + 1e-6 * expected_s);
    arena_destroy(arena);
}

Test(offload, gradients_that_are_reduced_early_go_down_under_the_backward_pass) {
    Arena *arena = arena_create();
    Layout overlapped = PLAIN;
    overlapped.overlap = true;
    SimulationSpec late = offloading_cluster(arena, PLAIN, true), early = offloading_cluster(arena, overlapped, true);
    int64_t waited_late = simulation_run(&late, arena)->ledger.ns[LEDGER_OFFLOAD];
    int64_t waited_early = simulation_run(&early, arena)->ledger.ns[LEDGER_OFFLOAD];
    double down_ns = 8 * 4 * parameters_of_gpu(&late) / 25.2e9 * 1e9;
    cr_expect_lt((double)waited_early, (double)waited_late - 0.5 * down_ns);
    arena_destroy(arena);
}

static const Layout LAYOUTS[] = {{1, 1, 1, 2, 0, false}, {2, 2, 1, 3, 1, true},  {2, 2, 2, 4, 0, true},
                                 {1, 1, 1, 3, 2, true},  {2, 1, 1, 2, 3, false}, {8, 1, 1, 2, 2, true}};
enum { LAYOUT_COUNT = sizeof LAYOUTS / sizeof *LAYOUTS };

Test(offload, folded_and_unfolded_agree_to_the_nanosecond) {
    for (int i = 0; i < LAYOUT_COUNT; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = offloading_cluster(arena, LAYOUTS[i], true);
        folding_expect_agreement(&spec, arena_format(arena, "layout %d", i), arena);
        arena_destroy(arena);
    }
}

Test(offload, no_step_beats_its_bound) {
    for (int i = 0; i < LAYOUT_COUNT; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = offloading_cluster(arena, LAYOUTS[i], true);
        double step_s = sim_time_to_s(simulation_run(&spec, arena)->step);
        cr_expect_leq(step_bound_s(&spec, false), step_s, "layout %d", i);
        cr_expect_leq(step_bound_s(&spec, true), step_s, "layout %d", i);
        arena_destroy(arena);
    }
}

Test(offload, the_state_moves_from_the_gpu_to_its_host) {
    Arena *arena = arena_create();
    SimulationSpec spec = offloading_cluster(arena, PLAIN, true);
    StageMemory memory = training_memory_of_stage(&spec.jobs[0].training, 0);
    const Results *results = simulation_run(&spec, arena);
    cr_expect_eq(memory.optimizer_bytes, 0);
    cr_expect_float_eq(results->host_memory->optimizer_bytes, 4 * (12 + 4 + 2) * parameters_of_gpu(&spec), 1);
    cr_expect_eq(results->host_memory->total_bytes, results->host_memory->optimizer_bytes);
    arena_destroy(arena);
}

Test(offload, a_host_that_is_too_small_is_a_result_with_the_sum) {
    Arena *arena = arena_create();
    SimulationSpec spec = offloading_cluster(arena, PLAIN, true);
    spec.cluster.node.host_memory_bytes = 3.9 * 18 * parameters_of_gpu(&spec);
    const Results *results = simulation_run(&spec, arena);
    cr_expect_eq(results->status, RUN_OUT_OF_MEMORY);
    cr_expect(strstr(results->verdict, "does not fit into host memory: it needs"), "%s", results->verdict);
    arena_destroy(arena);
}
