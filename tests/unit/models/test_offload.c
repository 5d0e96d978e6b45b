/* What an offloaded optimizer costs and saves: laws of the end of the step, folding, memory on both sides. */
#include "models/workload/offload.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "models/cluster/step_bound.h"
#include "models/memory/activation_memory.h"
#include "models/memory/training_memory.h"
#include "models/plan/training_parameters.h"
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

/* As offloading_cluster, but activations, and PCIe of that speed, of which 0.8 are reached. */
static SimulationSpec copying_cluster(Arena *arena, Layout layout, double fraction, double pcie_bytes_per_s) {
    SimulationSpec spec = offloading_cluster(arena, layout, false);
    spec.cluster.node.pcie.bytes_per_s = pcie_bytes_per_s;
    spec.jobs[0].training.plan.offload_activations_fraction = fraction;
    small_cluster_resolve(arena, &spec);
    return spec;
}

static double passes_s(const Results *results) {
    double sum_s = 0;
    for (int i = 0; i < results->timeline_count; i++)
        if (results->timeline[i].kind == BAR_FORWARD || results->timeline[i].kind == BAR_BACKWARD)
            sum_s += sim_time_to_s(results->timeline[i].end - results->timeline[i].start);
    return sum_s;
}

Test(offload, copies_over_a_slow_slot_take_the_place_of_the_passes) {
    Arena *arena = arena_create();
    SimulationSpec spec = copying_cluster(arena, PLAIN, 0.7, 1e9), plain = copying_cluster(arena, PLAIN, 0, 1e9);
    const Results *with = simulation_run(&spec, arena), *without = simulation_run(&plain, arena);
    const TrainingSpec *training = &spec.jobs[0].training;
    double layer_bytes = 0.7 * training_layer_activation_bytes(training, RECOMPUTE_NONE);
    /* 2 micro-batches, both ways. */
    double copies_s = 4 * (double)training->model.layers * layer_bytes / 0.8e9;
    double expected_s = sim_time_to_s(without->step) - passes_s(without) + copies_s;
    cr_expect_float_eq(sim_time_to_s(with->step), expected_s, 1e-6 * expected_s);
    double waited_s = (double)with->ledger.ns[LEDGER_OFFLOAD] * 1e-9 / (double)with->gpus;
    cr_expect_float_eq(waited_s, copies_s - passes_s(without), 1e-6 * expected_s);
    arena_destroy(arena);
}

Test(offload, copies_over_a_fast_slot_hide_beside_the_passes) {
    Arena *arena = arena_create();
    SimulationSpec spec = copying_cluster(arena, PLAIN, 1, 1e13), plain = copying_cluster(arena, PLAIN, 0, 1e13);
    const Results *results = simulation_run(&spec, arena);
    cr_expect_eq(results->step, simulation_run(&plain, arena)->step);
    cr_expect_eq(results->ledger.ns[LEDGER_OFFLOAD], 0);
    arena_destroy(arena);
}

Test(offload, nothing_is_copied_before_its_pass_begins) {
    Arena *arena = arena_create();
    SimulationSpec spec = copying_cluster(arena, LAYOUTS[1], 0.7, 9e9);
    const Results *results = simulation_run(&spec, arena);
    SimTime compute[2] = {INT64_MAX, INT64_MAX}, copy[2] = {INT64_MAX, INT64_MAX};
    cr_assert_eq(results->class_count, 2);
    for (int i = 0; i < results->timeline_count; i++) {
        const TimelineBar *bar = &results->timeline[i];
        SimTime *first = bar->kind == BAR_FORWARD ? compute : bar->stream == STREAM_HOST ? copy : NULL;
        if (first != NULL && bar->start < first[bar->gpu_class])
            first[bar->gpu_class] = bar->start;
    }
    cr_expect_gt(compute[1], compute[0]);
    for (int class = 0; class < 2; class ++)
        cr_expect_eq(copy[class], compute[class], "stage %d", class);
    arena_destroy(arena);
}

Test(offload, folded_and_unfolded_agree_on_copies_of_activations) {
    for (int i = 0; i < LAYOUT_COUNT; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = copying_cluster(arena, LAYOUTS[i], 0.7, 9e9);
        spec.jobs[0].training.plan.offload_optimizer = i % 2 == 0;
        small_cluster_resolve(arena, &spec);
        folding_expect_agreement(&spec, arena_format(arena, "layout %d", i), arena);
        const Results *results = simulation_run(&spec, arena);
        cr_expect_gt(results->ledger.ns[LEDGER_OFFLOAD], 0, "layout %d", i);
        cr_expect_leq(step_bound_s(&spec, false), sim_time_to_s(results->step), "layout %d", i);
        spec.only_times = spec.without_links = true;
        cr_expect_eq(simulation_run(&spec, arena)->step, results->step, "layout %d", i);
        arena_destroy(arena);
    }
}

Test(offload, activations_move_from_the_gpu_to_its_host) {
    Arena *arena = arena_create();
    SimulationSpec spec = copying_cluster(arena, LAYOUTS[1], 0.7, 9e9);
    SimulationSpec plain = copying_cluster(arena, LAYOUTS[1], 0, 9e9);
    const TrainingSpec *training = &spec.jobs[0].training;
    double layer = 0.7 * training_layer_activation_bytes(training, RECOMPUTE_NONE);
    StageMemory with = training_memory_of_stage(training, 0);
    StageMemory without = training_memory_of_stage(&plain.jobs[0].training, 0);
    /* The first of two stages holds two micro-batches of half of the layers. */
    double moved = 2 * (double)training->model.layers / 2 * layer;
    cr_expect_float_eq(without.activations_bytes - with.activations_bytes, moved, 1);
    cr_expect_float_eq(with.buffers_bytes - without.buffers_bytes, 2 * layer, 1);
    cr_expect_float_eq(simulation_run(&spec, arena)->host_memory->activations_bytes, 4 * moved, 4);
    arena_destroy(arena);
}
